"""What the files may refer to: channels, feeds and tags, by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.config.near import did_you_mean

CONSOLE = "console"
CONSOLE_URL = "console://"


@dataclass(frozen=True, slots=True)
class Names:
    """The names a configuration gives; None where it is too broken to tell.

    `check_url` raises ChannelError for a channel URL that no service accepts.
    """

    check_url: Callable[[str], None]
    channels: tuple[str, ...] | None = None
    feeds: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None

    def require_channel(self, name: str) -> None:
        """Let a channel that exists pass.

        Raises:
            ValueError: there is none of that name.
        """
        if self.channels is not None and name not in self.channels:
            near = did_you_mean(name, self.channels)
            raise ValueError(f"there is no channel `{name}`; {near}")

    def require_selected(self, selector: str) -> None:
        """Let ``NAME`` and ``tag:NAME`` pass, or either after ``-``, if they exist.

        Raises:
            ValueError: no feed has the name or the tag.
        """
        bare = selector.removeprefix("-")
        if bare.startswith("tag:"):
            tag = bare.removeprefix("tag:")
            if self.tags is not None and tag not in self.tags:
                near = did_you_mean(tag, self.tags)
                raise ValueError(f"no feed has the tag `{tag}`; {near}")
        elif self.feeds is not None and bare not in self.feeds:
            near = did_you_mean(bare, self.feeds)
            raise ValueError(f"there is no feed `{bare}`; {near}")


def name(text: str) -> str:
    """Return a name that can be typed on a command line.

    Raises:
        ValueError: it is empty, too long, or has a character that is in the way.
    """
    if not text or len(text) > 100:  # noqa: PLR2004 - a line of a table
        raise ValueError("a name has 1 to 100 characters")
    if not text.isprintable() or text != text.strip():
        raise ValueError("a name neither begins nor ends with a space, and is one line")
    if text.startswith("-"):
        raise ValueError(f"`{text}` begins with `-`, which means `not`; leave it out")
    return text


def feed_name(text: str) -> str:
    """Return a name that a rule's ``feeds:`` and a query's ``feed:`` can say.

    Raises:
        ValueError: it has a character that means something else there.
    """
    name(text)
    if re.search(r"[\s,:()*?\"'/]", text):
        raise ValueError(
            f"`{text}` is no name for a feed; write it without spaces and , : ( ) * ? /"
        )
    return text


def list_name(text: str) -> str:
    """Return a name that a query can say after ``$``.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(r"[\w-]+", text):
        raise ValueError(
            f"`{text}` is no name for a list; it is written `$name`, with letters, "
            "digits, `-` and `_`"
        )
    return text
