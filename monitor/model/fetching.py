"""One HTTP exchange, asked and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Validators:
    """ETag and Last-Modified, byte for byte as the server wrote them."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        """Say whether a conditional request is possible at all."""
        return self.etag is not None or self.last_modified is not None


class FetchOutcome(StrEnum):
    """How one HTTP exchange ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    HTTP_ERROR = "http_error"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    NETWORK = "network"
    BLOCKED = "blocked"  # the guard refused the address or the scheme
    REDIRECT = "redirect"  # too many hops, a loop, or no usable target
    BAD_ENCODING = "bad_encoding"  # the Content-Encoding does not decode
    NOT_TAKEN = "not_taken"  # of a kind that was not asked for; its body is not read
    SECRET = "secret"  # noqa: S105 - a ${...} of the URL or headers is not set


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What the fetcher is asked for; `url` and `headers` hold ``${...}`` unexpanded.

    `validators` are sent only to `source`, the address that gave them (as `Fetched`
    tells it); to every address where that is empty.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    validators: Validators = Validators()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One finished HTTP exchange; never an exception for what a server does.

    `url` is where the answer came from (after redirects; secrets not shown).
    `cacheable_for` is what Cache-Control or Expires allow, None where silent.
    `moved_to` is that place where permanent redirects alone led there, without any
    secret, and never from https to http; else it is empty.
    `retry_after` is set only on 429 and 503 that carry a usable value.
    `detail` says in plain words what went wrong, empty when nothing did. `links` are
    relation and target of its Link headers, as written: of hubs and itself alone.
    """

    outcome: FetchOutcome
    url: str
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    validators: Validators = Validators()
    retry_after: timedelta | None = None
    cacheable_for: timedelta | None = None
    redirects: int = 0
    moved_to: str = ""
    detail: str = ""
    elapsed: timedelta = timedelta(0)
    links: tuple[tuple[str, str], ...] = ()
