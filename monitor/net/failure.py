"""Why a fetch came to nothing, in plain words.

What aiohttp raises is turned into a `FetchError` here, and nowhere else.
"""

from __future__ import annotations

import os
import re
from functools import singledispatch

from aiohttp import client_exceptions as aio

from monitor.model import FetchOutcome
from monitor.net.guard import Refusal

_CONTROLS = re.compile(r"[^ -~\u00a0-\ud7ff\ue000-\uffff]+")
_LONGEST = 200


class FetchError(Exception):
    """A fetch ended without an answer that can be used; `detail` says why.

    `status` is what the server answered, None if it did not get that far.
    """

    def __init__(
        self, outcome: FetchOutcome, detail: str, *, status: int | None = None
    ) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.status = status


class LostConnectionError(aio.ClientError):
    """The connection ended before an answer began."""


def one_line(text: str) -> str:
    """Return what a server wrote as one short line that can be shown."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


@singledispatch
def explained(error: Exception) -> FetchError:
    """Return what `error`, raised by aiohttp or the system, means for the fetch."""
    text = one_line(str(error)) or type(error).__name__
    return FetchError(FetchOutcome.NETWORK, f"the request failed: {text}")


@explained.register(TimeoutError)
@explained.register(aio.ServerTimeoutError)
def _timeout(error: Exception) -> FetchError:
    where = "connecting" if isinstance(error, aio.ServerTimeoutError) else "the answer"
    return FetchError(FetchOutcome.TIMEOUT, f"timeout: {where} took too long")


@explained.register(LostConnectionError)
def _lost(_error: Exception) -> FetchError:
    return FetchError(
        FetchOutcome.NETWORK, "the server closed the connection without an answer"
    )


@explained.register(aio.ClientPayloadError)
def _broken_off(_error: Exception) -> FetchError:
    return FetchError(FetchOutcome.NETWORK, "the answer broke off before its end")


@explained.register
def _not_http(error: aio.ClientResponseError) -> FetchError:
    if "more than" in error.message:
        return FetchError(FetchOutcome.NETWORK, "the answer's headers are too long")
    # What follows quotes the server's own bytes.
    reason = one_line(re.split(r"[:\s]*(?:\n|b?['\"])", error.message)[0])
    return FetchError(FetchOutcome.NETWORK, f"the answer is not valid HTTP: {reason}")


@explained.register
def _proxy(error: aio.ClientHttpProxyError) -> FetchError:
    return FetchError(
        FetchOutcome.NETWORK,
        f"the proxy answered {error.status} {one_line(error.message)}".rstrip(),
    )


@explained.register
def _no_name(error: aio.ClientConnectorDNSError) -> FetchError:
    return FetchError(FetchOutcome.NETWORK, f"the name {error.host} cannot be resolved")


@explained.register
def _bad_certificate(error: aio.ClientConnectorCertificateError) -> FetchError:
    cause = error.certificate_error
    reason = getattr(cause, "verify_message", "") or str(cause)
    return FetchError(
        FetchOutcome.NETWORK,
        f"the certificate of {error.host} is not trusted: {one_line(reason)}",
    )


@explained.register
def _no_tls(error: aio.ClientConnectorSSLError) -> FetchError:
    reason = getattr(error.os_error, "reason", None) or error.os_error
    return FetchError(
        FetchOutcome.NETWORK,
        f"no TLS with {error.host}:{error.port}: {one_line(str(reason))}",
    )


@explained.register
def _no_connection(error: aio.ClientConnectorError) -> FetchError:
    if isinstance(error.os_error, Refusal):
        return FetchError(FetchOutcome.BLOCKED, error.os_error.explanation)
    number = error.os_error.errno
    reason = os.strerror(number) if number else str(error.os_error)
    return FetchError(
        FetchOutcome.NETWORK,
        f"no connection to {error.host}:{error.port}: {one_line(reason)}",
    )
