"""Bodies: what they are encoded with, and how large they may get."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from net_site import FEED, Site, Talk, fetch_one, reply

from monitor.model import Fetched, FetchOutcome

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZEROS = bytes(60_000_000)


def raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


def wide_zstd(data: bytes) -> bytes:
    """Return a frame that asks its reader for a window of 128 MB."""
    wide = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=wide)
    return packer.compress(data) + packer.flush()


async def fetch_body(body: bytes, encoding: str, **options: object) -> Fetched:
    async with Site({"/": reply(body, Content_Encoding=encoding)}) as site:
        return await fetch_one(site.url, **options)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("GZip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("gzip", gzip.compress(FEED[:9], mtime=0) + gzip.compress(FEED[9:], mtime=0)),
        ("gzip", gzip.compress(FEED, mtime=0) + bytes(512)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", raw_deflate(FEED)),
        ("br", brotli.compress(FEED)),
        ("gzip, br", brotli.compress(gzip.compress(FEED, mtime=0))),
        ("br, gzip", gzip.compress(brotli.compress(FEED), mtime=0)),
        ("zstd", zstd.compress(FEED)),
        ("zstd", zstd.compress(FEED[:9]) + zstd.compress(FEED[9:])),
        ("ZSTD, gzip", gzip.compress(zstd.compress(FEED), mtime=0)),
        ("identity", FEED),
        ("utf-8", FEED),
        ("gzip", FEED),
        ("gzip", b"\xef\xbb\xbf" + FEED),
        ("rot13", FEED),
        ("gzip", b'  {"version": "https://jsonfeed.org/version/1.1"}'),
    ],
)
async def test_manner_37_every_usual_encoding_is_undone(encoding: str, body: bytes):
    fetched = await fetch_body(body, encoding)
    assert fetched.outcome is FetchOutcome.OK, fetched.detail
    plain = body if encoding in {"gzip", "rot13"} and body[:2] != b"\x1f\x8b" else FEED
    assert fetched.body == plain


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)[:-9]),
        ("gzip", gzip.compress(FEED, mtime=0)[:1]),
        ("gzip", gzip.compress(FEED, mtime=0) + gzip.compress(FEED, mtime=0)[:20]),
        ("gzip", b"\x89PNG\r\n\x1a\n"),
        ("gzip", gzip.compress(b"", mtime=0) * 200),
        ("deflate", zlib.compress(FEED)[:-5]),
        ("deflate", zlib.compress(FEED)[:1]),
        ("deflate", FEED),
        ("br", brotli.compress(FEED)[:-5]),
        ("br", b"\xff" * 100),
        ("zstd", b"\x28\xb5\x2f\xfd\x00"),
        ("zstd", zstd.compress(FEED)[:-5]),
        ("zstd", zstd.compress(FEED) + zstd.compress(FEED)[:3]),
        ("zstd", zstd.compress(FEED) + b"rubbish"),
        ("zstd", zstd.compress(b"") * 200),
        ("zstd", wide_zstd(FEED)),
        ("gzip, gzip, gzip, gzip, gzip", FEED),
        ("rot\udce913", b"\x00"),
    ],
)
async def test_manner_37_what_does_not_decode_says_so(encoding: str, body: bytes):
    fetched = await fetch_body(body, encoding)
    assert fetched.outcome is FetchOutcome.BAD_ENCODING
    assert fetched.status == 200
    assert fetched.body == b""
    assert fetched.detail.isprintable()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(ZEROS, mtime=0)),
        ("deflate", zlib.compress(ZEROS)),
        ("deflate", raw_deflate(ZEROS)),
        ("br", brotli.compress(ZEROS, quality=3)),
        ("zstd", zstd.compress(ZEROS)),
        ("zstd, zstd", zstd.compress(zstd.compress(ZEROS))),
        ("gzip, gzip", gzip.compress(gzip.compress(ZEROS, mtime=0), mtime=0)),
        ("br, br, br", brotli.compress(brotli.compress(brotli.compress(ZEROS)))),
        ("gzip", b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03" + b"n" * 1_100_000),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
async def test_manner_37_a_bomb_is_stopped_in_little_memory(encoding: str, body: bytes):
    tracemalloc.start()
    try:
        fetched = await fetch_body(body, encoding, max_body=1_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fetched.outcome is FetchOutcome.TOO_LARGE
    assert fetched.detail == "the body is larger than poll.max_body, 1 MB"
    assert fetched.status == 200
    assert most < 8_000_000


@pytest.mark.parametrize(("size", "outcome"), [(1000, "ok"), (1001, "too_large")])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_the_limit_is_for_the_decoded_body(size: int, outcome: str, encoding):
    body = b"<" * size
    sent = gzip.compress(body, mtime=0) if encoding == "gzip" else body
    fetched = await fetch_body(sent, encoding, max_body=1000)
    assert fetched.outcome == outcome


async def test_a_body_without_end_is_cut_off():
    async def pour(talk: Talk) -> None:
        await talk.say(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:  # until the client hangs up
            await talk.say(b"x" * 65_536)

    async with Site({"/": pour}) as site:
        fetched = await fetch_one(site.url, max_body=1_000_000)
        await site.hung_up.wait()
    assert fetched.outcome is FetchOutcome.TOO_LARGE


async def test_a_body_that_says_it_is_too_large_is_not_read():
    async def announce(talk: Talk) -> None:
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n")
        await talk.hung_up()

    async with Site({"/": announce}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.TOO_LARGE


async def test_a_chunked_body_in_small_pieces_is_put_together():
    packed = gzip.compress(FEED, mtime=0)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in packed)
    head = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Encoding: gzip\r\n\r\n"
    )
    async with Site({"/": head + chunks + b"0\r\n\r\n"}) as site:
        assert (await fetch_one(site.url)).body == FEED
