"""The web server: nginx as a child on loopback, or a small one of our own.

Every address of 127.0.0.0/8 is this machine, so one server is as many hosts as are
wanted, without names that a resolver would have to know.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from polls.site import BUILT_AT

_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000; open_file_cache max=20000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ application/xml xml; }}
  server {{
    {listens}
    root {root};
    location /bare/ {{ etag off; if_modified_since off; add_header Last-Modified ""; }}
  }}
}}
"""


def hosts(count: int) -> list[str]:
    """Return so many addresses of this machine."""
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)]


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(root: Path, folder: Path, addresses: list[str]) -> Iterator[tuple[str, int]]:
    """Lend a server of `root`: its name, and the port it listens at."""
    port = free_port()
    nginx = shutil.which("nginx")
    if nginx:
        name, arguments = _nginx(nginx, root, folder, addresses, port)
    else:
        name = "a server of Python's own"
        print(
            "nginx is not there: install it for figures that compare", file=sys.stderr
        )
        arguments = [sys.executable, __file__, str(root), str(port), *addresses]
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(addresses[-1], port)
            yield name, port
        finally:
            process.terminate()


def _nginx(
    nginx: str, root: Path, folder: Path, addresses: list[str], port: int
) -> tuple[str, list[str]]:
    folder.mkdir(parents=True, exist_ok=True)
    listens = "\n    ".join(f"listen {each}:{port};" for each in addresses)
    config = folder / "nginx.conf"
    config.write_text(
        _NGINX.format(folder=folder, root=root, listens=listens), encoding="utf-8"
    )
    shown = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True)
    version = shown.stderr.strip().rpartition("/")[2]
    return f"nginx {version}", [nginx, "-p", str(folder), "-c", str(config)]


def _wait_for(address: str, port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((address, port)):
            return
        time.sleep(0.05)
    raise SystemExit("the web server does not start")


@contextlib.contextmanager
def slow_hosts(root: Path, delays: Sequence[float], count: int) -> Iterator[list[str]]:
    """Lend the addresses of hosts that answer late, by the delays in turn."""
    addresses, port = [f"127.2.0.{n + 1}" for n in range(count)], free_port()
    waits = ",".join(str(delays[n % len(delays)]) for n in range(count))
    arguments = [sys.executable, __file__, str(root), str(port), *addresses]
    with subprocess.Popen([*arguments, f"--waits={waits}"]) as process:
        try:
            _wait_for(addresses[-1], port)
            yield [f"{address}:{port}" for address in addresses]
        finally:
            process.terminate()


# --- a server of our own --------------------------------------------------------


class Answers(asyncio.Protocol):
    """HTTP/1.1 as far as a GET of one of the files needs it; kept in memory."""

    def __init__(self, pages: Mapping[str, tuple[bytes, bytes]], wait: float) -> None:
        self._pages = pages
        self._wait = wait
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete, after the host's delay."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            loop = asyncio.get_running_loop()
            loop.call_later(self._wait, self._transport.write, self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        headers, body = self._pages.get(path, (b"", b""))
        if not body:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if b"\r\nif-" in head.lower() and headers:
            return b"HTTP/1.1 304 Not Modified\r\n" + headers + b"\r\n"
        size = b"Content-Length: %d\r\n\r\n" % len(body)
        kind = b"Content-Type: application/xml\r\n"
        return b"HTTP/1.1 200 OK\r\n" + kind + headers + size + body


def _page(file: Path) -> tuple[bytes, bytes]:
    body = file.read_bytes()
    if file.parent.name == "bare":
        return b"", body
    at = format_datetime(BUILT_AT, usegmt=True)
    return f'ETag: "{len(body):x}"\r\nLast-Modified: {at}\r\n'.encode(), body


async def _serve(
    pages: Mapping[str, tuple[bytes, bytes]], port: int, waits: Mapping[str, float]
) -> None:
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(partial(Answers, pages, wait), address, port)
        for address, wait in waits.items()
    ]
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _main(root: Path, port: int, given: Sequence[str]) -> None:
    addresses = [each for each in given if not each.startswith("--")]
    said = [each.partition("=")[2] for each in given if each.startswith("--")]
    waits = map(float, said[0].split(",")) if said else [0.0] * len(addresses)
    pages = {f"/{file.relative_to(root)}": _page(file) for file in root.rglob("*.xml")}
    asyncio.run(_serve(pages, port, dict(zip(addresses, waits, strict=True))))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
