"""Who wrote an entry, in the forms in which feeds name people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.text import plain_text

_ADDRESS = re.compile(r"\s*[^\s()<>@]+@[^\s()<>@]+\s*")
_ADDRESS_NAME = re.compile(r"\s*[^\s()@]+@[^\s()@]+\s*\(([^()]+)\)\s*")
_NAME_ADDRESS = re.compile(r"\s*([^()<>@]+)[(<][^\s()<>@]+@[^\s()<>@]+[)>]\s*")


def name_in(written: str) -> str:
    """Return the name beside an address, else what is written."""
    if "@" not in written:
        return written
    named = _ADDRESS_NAME.fullmatch(written) or _NAME_ADDRESS.fullmatch(written)
    return named[1] if named else written


def joined(names: Iterable[str]) -> str:
    """Return the names in a row, each once; addresses only where no name is given."""
    texts = [text for text in map(plain_text, names) if text]
    named = [text for text in texts if "@" not in text or not _ADDRESS.fullmatch(text)]
    return ", ".join(dict.fromkeys(named or texts))
