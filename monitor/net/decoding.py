"""Content-Encoding, undone piece by piece, so that no answer can fill the memory.

A piece that comes in is never inflated in one go: each step gives at most
`_PIECE` bytes at a time, and every stage, the wire included, stops at the limit.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no annotations

from monitor.model import FetchOutcome
from monitor.net.failure import FetchError, one_line

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"

_PIECE = 65_536
_MOST_CODINGS = 4
_MOST_MEMBERS = 100
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_WINDOW = 23  # as a power of two: 8 MB, all that HTTP allows (RFC 9659)
# What servers write there although nothing is encoded.
_NO_CODING = frozenset({"", "identity", "none", "utf-8", "utf8"})
_EVIDENTLY_TEXT = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{]")


class _Stage(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Return what `data` decodes to, in pieces."""

    @property
    def complete(self) -> bool:
        """Say whether the data may end here."""


async def read_decoded(
    chunks: AsyncIterable[bytes], content_encoding: str, *, limit: int
) -> bytes:
    """Return the decoded body, of at most `limit` bytes.

    Raises:
        FetchError: it is larger (TOO_LARGE) or does not decode (BAD_ENCODING).
    """
    stages = _stages(content_encoding)
    wire = _Limited(_Plain(), limit)
    chain = [wire, *(_Limited(stage, limit) for stage in stages)]
    body = bytearray()
    try:
        async for chunk in chunks:
            for piece in _through(chain, chunk):
                body += piece
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise _bad(content_encoding, one_line(str(error))) from error
    if wire.passed and not all(stage.complete for stage in chain):
        raise _bad(content_encoding, "it ends early")
    return bytes(body)


def _through(chain: list[_Limited], data: bytes) -> Iterable[bytes]:
    pieces: Iterable[bytes] = (data,)
    for stage in chain:
        pieces = _each(stage, pieces)
    return pieces


def _each(stage: _Limited, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from stage.feed(piece)


def _bad(content_encoding: str, reason: str) -> FetchError:
    return FetchError(
        FetchOutcome.BAD_ENCODING,
        f"the body is not {one_line(content_encoding)} as its header says: {reason}",
    )


def _stages(content_encoding: str) -> list[_Stage]:
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    real = [coding for coding in codings if coding not in _NO_CODING]
    if len(real) > _MOST_CODINGS:
        raise _bad(content_encoding, f"more than {_MOST_CODINGS} encodings")
    return [_stage(coding) for coding in reversed(real)]


def _stage(coding: str) -> _Stage:
    match coding:
        case "gzip" | "x-gzip":
            return _Gzip()
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
        case _:
            return _Unknown(coding)


class _Limited:
    """A stage whose output ends at the limit; `passed` says how much came out."""

    def __init__(self, stage: _Stage, limit: int) -> None:
        self._stage = stage
        self._limit = limit
        self.passed = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self._stage.feed(data):
            self.passed += len(piece)
            if self.passed > self._limit:
                raise too_large(self._limit)
            yield piece

    @property
    def complete(self) -> bool:
        return self._stage.complete


def too_large(limit: int) -> FetchError:
    """Return what a body of more than `limit` bytes means."""
    return FetchError(
        FetchOutcome.TOO_LARGE,
        f"the body is larger than poll.max_body, {limit / 1_000_000:g} MB",
    )


class _Plain:
    complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Unknown:
    """A coding nobody knows: a header gone wrong, if the body is evidently text."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._is_text = False
        self.complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._is_text and not _EVIDENTLY_TEXT.match(data):
            raise _bad(self._coding, f"only {ACCEPTED} are understood")
        self._is_text = True
        yield data


class _Gzip:
    """One or several gzip members; what follows them is padding and dropped.

    A body without gzip's mark that is evidently text is passed on as it is.
    """

    def __init__(self) -> None:
        self._head = b""
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 0
        self._plain = self._begun = self._over = False

    @property
    def complete(self) -> bool:
        return self._plain or self._over or self._inflate.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._begun:
            self._head += data
            if len(self._head) < len(_GZIP_MAGIC):
                return
            data, self._begun = self._head, True
            self._plain = not data.startswith(_GZIP_MAGIC) and bool(
                _EVIDENTLY_TEXT.match(data)
            )
        if self._plain:
            yield data
            return
        yield from self._members_of(data)

    def _members_of(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            if self._inflate.eof and not self._next_member(data):
                return
            yield from _inflated(self._inflate, data)
            data = self._inflate.unused_data

    def _next_member(self, data: bytes) -> bool:
        self._over = not data.startswith(_GZIP_MAGIC[:1])
        if self._over:
            return False
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise zlib.error(f"more than {_MOST_MEMBERS} members")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True


class _Deflate:
    """Zlib, as it should be, or the raw deflate that some servers send."""

    def __init__(self) -> None:
        self._head = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            self._head += data
            if len(self._head) < 2:  # noqa: PLR2004 - zlib's header is two bytes
                return
            data = self._head
            self._inflate = zlib.decompressobj(_window(data))
        if not self._inflate.eof:
            yield from _inflated(self._inflate, data)


def _window(head: bytes) -> int:
    is_zlib = head[0] & 0x0F == zlib.DEFLATED and (head[0] << 8 | head[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        piece = inflate.decompress(data, _PIECE)
        if piece:
            yield piece
        data = inflate.unconsumed_tail
        # A full piece may leave output behind although all input is taken.
        if inflate.eof or (not data and len(piece) < _PIECE):
            return


class _Brotli:
    def __init__(self) -> None:
        self._inflate = brotli.Decompressor()

    @property
    def complete(self) -> bool:
        return bool(self._inflate.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflate.is_finished():
            raise brotli.error("there is something after its end")
        while True:
            piece = self._inflate.process(data, output_buffer_limit=_PIECE)
            if piece:
                yield piece
            data = b""
            if self._inflate.is_finished() or self._inflate.can_accept_more_data():
                return


class _Zstd:
    """One or several frames; their windows, which are memory, are limited."""

    def __init__(self) -> None:
        self._inflate = _zstd_frame()
        self._frames = 1

    @property
    def complete(self) -> bool:
        return self._inflate.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._inflate.eof or self._inflate.needs_input):
            if self._inflate.eof:
                self._next_frame()
            piece = self._inflate.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._inflate.unused_data if self._inflate.eof else b""

    def _next_frame(self) -> None:
        self._frames += 1
        if self._frames > _MOST_MEMBERS:
            raise zstd.ZstdError(f"more than {_MOST_MEMBERS} frames")
        self._inflate = _zstd_frame()


def _zstd_frame() -> zstd.ZstdDecompressor:
    limit: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    return zstd.ZstdDecompressor(options=limit)
