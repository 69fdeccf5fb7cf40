"""Secrets: ``${...}`` to values where they are used, and values out of every text."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from monitor.config.masking import REFERENCE, secret_parts
from monitor.errors import SecretError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CREDENTIAL = re.compile(r"[\w@.:-]+")
_SHORTEST = 4
_LARGEST = 65_536
_FORMS = "write ${NAME}, ${file:/path} or ${credential:name}"


def malformed(text: str) -> str:
    """Return the first ``${`` of the text that is no reference, empty if all are."""
    for found in re.finditer(r"\$\{", text):
        reference = REFERENCE.match(text, found.start())
        if reference is None or not _is_well_formed(reference[1]):
            return text[found.start() :] if reference is None else reference[0]
    return ""


def _is_well_formed(inside: str) -> bool:
    kind, colon, rest = inside.partition(":")
    if not colon:
        return _NAME.fullmatch(inside) is not None
    if kind == "credential":
        return _CREDENTIAL.fullmatch(rest) is not None and ".." not in rest
    return kind == "file" and bool(rest)


class Secrets:
    """Resolves references; remembers what they stood for, to hide it again."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._hidden: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def resolve(self, text: str) -> str:
        """Return the text with every reference replaced by its value.

        Raises:
            SecretError: a reference is not set or cannot be read.
        """
        wrong = malformed(text)
        if wrong:
            raise SecretError(f"`{wrong[:40]}` is no reference; {_FORMS}")
        return REFERENCE.sub(self._value, text)

    def unset(self, text: str) -> tuple[str, ...]:
        """Return the references of the text that cannot be resolved, in its order."""
        return tuple(reference for reference, _ in self.missing(text))

    def missing(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield each reference of the text that cannot be resolved, and why."""
        for found in REFERENCE.finditer(text):
            try:
                self.resolve(found[0])
            except SecretError as error:
                yield found[0], str(error)

    def redact(self, text: str) -> str:
        """Return the text with every known value replaced by its reference or stars."""
        pattern = self._pattern
        if pattern is None:
            return text
        return pattern.sub(lambda found: self._hidden[found[0]], text)

    def protect(self, url: str) -> None:
        """Hide a literal URL, and the parts of it that may be secrets, from now on."""
        whole = REFERENCE.sub("", url)
        if "://" in url and whole.partition("://")[2]:
            scheme = url.partition("://")[0]
            self._hide({url: f"{scheme}://***"} if scheme != "console" else {})
            self._hide(dict.fromkeys(secret_parts(url), "***"))

    def _value(self, found: re.Match[str]) -> str:
        reference, inside = found[0], found[1]
        value = self._read(reference, inside)
        if not value:
            raise SecretError(f"{reference} is empty")
        self._remember(value, reference)
        return value

    def _read(self, reference: str, inside: str) -> str:
        kind, colon, rest = inside.partition(":")
        if not colon:
            if inside not in self._environ:
                raise SecretError(f"{reference} is not set in the environment")
            return self._environ[inside]
        if kind == "file":
            return _content(Path(rest), reference)
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise SecretError(
                f"{reference} needs systemd's LoadCredential: "
                "$CREDENTIALS_DIRECTORY is not set"
            )
        return _content(Path(folder, rest), reference)

    def _remember(self, value: str, reference: str) -> None:
        hidden = dict.fromkeys(_spellings(value), reference)
        if "://" in value:
            hidden |= dict.fromkeys(secret_parts(value), reference)
        self._hide(hidden)

    def _hide(self, hidden: Mapping[str, str]) -> None:
        new = {
            spelling: instead
            for value, instead in hidden.items()
            for spelling in _spellings(value)
            if len(value) >= _SHORTEST and spelling not in self._hidden
        }
        if not new:
            return
        with self._lock:
            self._hidden = {**self._hidden, **new}
            longest_first = sorted(self._hidden, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))


def _spellings(value: str) -> Iterator[str]:
    """Yield a value as it looks in a text, a URL, and JSON."""
    yield value
    for safe in ("", "/", "/:@"):
        yield quote(value, safe=safe)
    yield quote_plus(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]


def _content(path: Path, reference: str) -> str:
    if path.exists() and not path.is_file():
        raise SecretError(f"{reference} is not a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SecretError(f"{reference} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise SecretError(f"{reference} is larger than {_LARGEST} bytes")
    try:
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(f"{reference} is not UTF-8 text") from None
