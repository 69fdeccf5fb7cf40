"""``monitor.yaml`` changed by a command, as a careful person would change it.

The new text is read like any configuration before it is written: it has to say what
the old one said, with the feeds that were added or without those that were removed,
and no rule may become wrong by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config.adding import adding
from monitor.config.editing import NotEditable, edited
from monitor.config.feed_url import slug
from monitor.config.loading import CheckUrl, Loaded, load
from monitor.config.new_feed import NewFeed
from monitor.config.quantities import parse_duration
from monitor.config.removing import removing
from monitor.config.replacing import replace_content
from monitor.config.settings import anchored
from monitor.config.source import Source, decoded, read_content
from monitor.config.yaml_file import YamlFile, mapping
from monitor.errors import ConfigError, EditError
from monitor.model import Diagnostic, Feed, FeedKind, Settings, Severity

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ConfigText:
    """A configuration as it stands there: `content` is its bytes, `text` without mark.

    `settings` are those in force, without feeds where none are written yet.
    """

    path: Path
    content: bytes
    text: str
    settings: Settings
    loaded: Loaded
    check_url: CheckUrl

    def line_of(self, name: str) -> int:
        """Return the line in which the feed of that name begins."""
        names = [feed.name for feed in self.settings.feeds]
        return YamlFile(Source("", self.text)).line(("feeds", names.index(name)))

    def with_feeds(self, feeds: Sequence[NewFeed]) -> str:
        """Return the text with these feeds behind the others.

        Raises:
            EditError: it cannot be made so that it says just that.
        """
        try:
            text = edited(self.text, adding(self.text, feeds))
        except NotEditable as error:
            raise EditError(_by_hand(self.path, str(error))) from error
        settings = self._read(text)
        old = self.settings.feeds
        new = settings.feeds[len(old) :]
        said = len(new) == len(feeds) and all(map(self._says, new, feeds))
        if not said or settings != replace(self.settings, feeds=(*old, *new)):
            raise EditError(_by_hand(self.path, "it would not say the same any more"))
        return text

    def without(self, names: Sequence[str]) -> str:
        """Return the text without the feeds of these names.

        Raises:
            EditError: it cannot be made so that it says just that, or a rule names
                one of the feeds.
        """
        text, kept = self.text, list(self.settings.feeds)
        try:
            for name in names:
                place = [feed.name for feed in kept].index(name)
                text = edited(text, removing(text, place))
                del kept[place]
        except NotEditable as error:
            raise EditError(_by_hand(self.path, str(error))) from error
        if self._read(text) != replace(self.settings, feeds=tuple(kept)):
            raise EditError(_by_hand(self.path, "it would not say the same any more"))
        return text

    def write(self, text: str) -> None:
        """Make the text the file's content.

        Raises:
            EditError: the file was changed meanwhile, or cannot be written.
        """
        mark = _MARK if self.content.startswith(_MARK) else b""
        replace_content(self.path, self.content, mark + text.encode())

    def _says(self, feed: Feed, new: NewFeed) -> bool:
        """Say whether a feed as it was read is the one that was written."""
        return (
            feed.url == anchored(new.url, self.path.parent)
            and feed.name == (new.name or slug(new.url))
            and feed.tags == new.tags
            and (feed.kind is FeedKind.SITEMAP) == new.is_sitemap
            and feed.every_is_own == bool(new.every)
            and (not new.every or feed.every == parse_duration(new.every))
        )

    def _read(self, text: str) -> Settings:
        """Return what a changed text says, if it makes no rule wrong.

        Raises:
            ConfigError: it does.
            EditError: it cannot be read.
        """
        loaded = load(self.path, check_url=self.check_url, text=text)
        known = {(each.path, each.text) for each in self.loaded.diagnostics}
        new = [
            each for each in errors_of(loaded) if (each.path, each.text) not in known
        ]
        if new:
            raise ConfigError(tuple(new))
        if loaded.settings is None:
            raise EditError(_by_hand(self.path, "it could not be read any more"))
        return loaded.settings


def open_config(path: Path, *, check_url: CheckUrl) -> ConfigText:
    """Return the configuration at `path`, to be changed.

    Raises:
        ConfigError: there is none, or it has errors of its own.
    """
    content = read_content(path, str(path))
    if isinstance(content, Diagnostic):
        raise ConfigError((content,))
    source = decoded(content, str(path))
    if isinstance(source, Diagnostic):
        raise ConfigError((source,))
    loaded = load(path, check_url=check_url, text=_with_list(source.text))
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    return ConfigText(path, content, source.text, loaded.settings, loaded, check_url)


def _with_list(text: str) -> str:
    """Return the text with an empty list of feeds where it has none."""
    file = YamlFile(Source("", text))
    is_empty = file.root is None or mapping(file.data).get("feeds") is None
    if file.faults or not is_empty:
        return text
    try:
        return edited(text, adding(text, ()))
    except NotEditable:
        return text


def errors_of(loaded: Loaded) -> list[Diagnostic]:
    """Return the findings that make a file unusable."""
    return [d for d in loaded.diagnostics if d.severity is Severity.ERROR]


def _by_hand(path: Path, why: str) -> str:
    return f"{path}: this file cannot be edited safely: {why}; write the change by hand"
