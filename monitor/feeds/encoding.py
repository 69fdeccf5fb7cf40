"""Bytes to text, without trusting what is declared.

The order: a byte order mark; what the user says; UTF-8 where the bytes are UTF-8, a
few bad ones included; what the server or the document declares; windows-1252.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # without a mark, but with the first "<" or "{" of a document
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
_WIDE_SPACE = re.compile(
    rb"(?:[\t\n\r ]\0){1,200}[<{\[]\0|(?:\0[\t\n\r ]){1,200}\0[<{\[]"
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_HEAD = 1_000
_META_CHARSET = re.compile(
    rb"<meta[^<>]{1,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_PAGE_HEAD = 4_000

_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What people mean by the name they write."""

_TEXT_CODECS = re.compile(
    r"(cp|iso8859|koi8|gb|big5|euc|shift_ji|mac-|tis|hz|johab|ascii|iso2022|utf-?(8|16|32))"
)
"""Python's codecs that are character sets; others compute (punycode, idna ...)."""

_BAD_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace")
    for byte in range(0x80, 0x100)
}
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_WIDE = re.compile("[^\x00-\x7f\udc80-\udcff]")
_TOLERATED = 50
"""One character in so many may be broken before a declared charset is disbelieved."""

_STATEFUL = "iso2022"
"""Begins the names of the charsets that write everything in ASCII, after escapes."""


def decode(body: bytes, content_type: str = "", encoding: str = "") -> str:
    """Return the text of a document, without a byte order mark; never fails.

    `content_type` is the HTTP header; its charset counts only where the bytes leave
    a choice. `encoding` is what the user says, and counts more than all but a mark.
    One bad byte spoils one character.
    """
    wide = _marked(body)
    if wide:
        return body.decode(wide, "replace").lstrip("\ufeff")
    named = charset(encoding)
    if named and named != "utf-8" and not body.startswith(codecs.BOM_UTF8):
        return body.decode(named, "replace")
    try:
        text = body.decode().lstrip("\ufeff")
    except UnicodeDecodeError:
        return _of_bad_utf8(body, content_type, encoding)
    return _escaped_text(body, content_type) if "\x1b" in text[:_HEAD] else text


def decode_page(body: bytes, content_type: str = "") -> str:
    """Return the text of an HTML page, which may name its charset itself."""
    named = _META_CHARSET.search(body[:_PAGE_HEAD])
    if named and "charset" not in content_type.lower():
        content_type = f"text/html; charset={named[1].decode('ascii')}"
    return decode(body, content_type)


def charset(name: str) -> str:
    """Return Python's name of the character set that is meant, "" if it is none.

    Not every codec of Python's is one (punycode, idna ...), and UTF-7 is none that a
    document may have: it can hide markup from all who look at the bytes.
    """
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):  # a name with a NUL
        return ""
    return _SUPERSETS.get(found, found) if _TEXT_CODECS.match(found) else ""


def _marked(body: bytes) -> str:
    """Return what a byte order mark or a first ``<`` shows, but for UTF-8; else ""."""
    found = (encoding for mark, encoding in _MARKS if body.startswith(mark))
    wide = next((encoding for encoding in found if encoding != "utf-8"), "")
    spaced = None if wide else _WIDE_SPACE.match(body)
    if spaced:
        wide = "utf-16-be" if spaced[0].startswith(b"\0") else "utf-16-le"
    return wide


def _of_bad_utf8(body: bytes, content_type: str, encoding: str) -> str:
    text = body.decode("utf-8", "surrogateescape").lstrip("\ufeff")
    is_meant = charset(encoding) == "utf-8" or body.startswith(codecs.BOM_UTF8)
    if is_meant or _is_mostly_utf8(text):
        return text.translate(_BAD_BYTES)
    declared = (_declared(body, name) for name in _declarations(body, content_type))
    return next((found for found in declared if found), None) or body.decode(
        "cp1252", "replace"
    )


def _is_mostly_utf8(text: str) -> bool:
    return len(_WIDE.findall(text)) > len(_BAD_BYTE.findall(text))


def _escaped_text(body: bytes, content_type: str) -> str:
    """Return the text of ASCII with escapes: of a charset of that kind if declared."""
    names = _declarations(body, content_type)
    stateful = (name for name in names if name.startswith(_STATEFUL))
    return body.decode(next(stateful, "utf-8"), "replace")


def _declarations(body: bytes, content_type: str) -> list[str]:
    """Return the declared encodings, the more credible first.

    The server's counts more, except for the one that servers send unasked. A
    declaration that could be read is not in UTF-16 or UTF-32, whatever it says.
    """
    served = _HTTP_CHARSET.search(content_type)
    written = _XML_ENCODING.search(body[:_HEAD])
    names = [charset(served[1])] if served else []
    names += [charset(written[1].decode("ascii", "replace"))] if written else []
    usable = [
        name for name in names if name and not name.startswith(("utf-16", "utf-32"))
    ]
    return sorted(usable, key=lambda name: name == "cp1252")


def _declared(body: bytes, encoding: str) -> str | None:
    """Return the body in a declared encoding, None if it is hardly in that one."""
    text = body.decode(encoding, "replace")
    return text if text.count("\ufffd") * _TOLERATED <= len(text) else None
