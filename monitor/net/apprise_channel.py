"""The one door to Apprise: a channel URL becomes a place to send to.

Of Apprise only the senders are used, one object for each URL, called in the thread
that wants to send: none of its pools, retries, waits, tags or storage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from warnings import catch_warnings, simplefilter

from apprise import (
    Apprise,
    AppriseAsset,
    NotificationManager,
    NotifyBase,
    NotifyType,
    OverflowMode,
    PersistentStoreMode,
)

from monitor.errors import ChannelError
from monitor.model import Form, Priority, Rate, Rendered, SendOutcome, SendResult
from monitor.net.console import is_console
from monitor.net.finishing import finish_request, finished_mail, receipt
from monitor.net.observed import Watch, watching
from monitor.net.paces import service_rates
from monitor.net.send_results import result_of
from monitor.net.service_settings import ServiceSettings

_LOGGER = "apprise"
_KIND = re.compile(r"\s*([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_ARGUMENT = re.compile(r"[?&;]([^=&;]+)")  # Apprise parts them at a semicolon too
_WARNS_OF_PART = re.compile(r"dropped|ignored|invalid|unsupported", re.IGNORECASE)

_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "retry": "the monitor tries again by itself",
        "wait": "the monitor tries again by itself",
        "optional": "a failure would count as sent",
        "overflow": "the monitor keeps messages within what the service takes",
        "format": "the monitor chooses the form for the service",
        "redirect": "a redirect could lead alerts to another place",
    }
)

_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "NotifyEmail": Form.EMAIL,
        "NotifySlack": Form.SLACK,
        "NotifyTelegram": Form.TELEGRAM,
        "NotifyDiscord": Form.DISCORD,
        "NotifyMatrix": Form.MATRIX,
        "NotifyWorkflows": Form.TEAMS,
        "NotifyNtfy": Form.NTFY,
        "NotifyJSON": Form.JSON,
    }
)

_RECIPIENTS: Mapping[Form, str] = MappingProxyType(
    {Form.EMAIL: "targets", Form.TELEGRAM: "targets", Form.NTFY: "topics"}
)
"""Where senders keep to whom they send that are content with nobody."""

_CONNECT_TIMEOUT = 5.0
_READ_TIMEOUT = 15.0

_opening = Lock()


def check_url(url: str) -> None:
    """Make sure that the console or a service takes the URL; nothing is contacted.

    Raises:
        ChannelError: nothing does; the text shows nothing of it but its kind.
    """
    if not is_console(url):
        _open(url)


class AppriseChannel:
    """One URL, and what sending to it comes to."""

    def __init__(
        self,
        url: str,
        *,
        redact: Callable[[str], str],
        now: Callable[[], datetime],
    ) -> None:
        """Open the channel; nothing is contacted.

        Raises:
            ChannelError: no service takes the URL.
        """
        self._redact = redact
        self._now = now
        self._sender = _open(url)
        self.form = _form(self._sender)
        self.rates = _rates(self._sender, self.form)
        self._settings = ServiceSettings(self._sender, self.form, _arguments(url))

    def send(self, rendered: Rendered) -> SendResult:
        """Try once to deliver; it takes as long as it takes, and raises nothing."""
        with watching(_LOGGER) as watch:
            self._prepare(watch, rendered)
            try:
                accepted = self._sender.notify(
                    body=rendered.body,
                    title=rendered.title,
                    notify_type=_notify_type(rendered.priority),
                    body_format=rendered.body_format.value,
                    overflow=OverflowMode.UPSTREAM,
                )
            except Exception as error:  # noqa: BLE001 - senders raise what they like
                watch.warnings.append(f"the sender failed ({type(error).__name__})")
                accepted = False
        result = result_of(
            watch, accepted=bool(accepted), redact=self._redact, now=self._now()
        )
        if result.outcome is not SendOutcome.SENT or not watch.exchanges:
            return result
        return replace(result, receipt=receipt(self.form, watch.exchanges[-1].text))

    def _prepare(self, watch: Watch, rendered: Rendered) -> None:
        """Let the message go out with all that its service can take."""
        self._settings.adjust(rendered)
        watch.touch_request = lambda sent: finish_request(sent, self.form, rendered)
        watch.touch_mail = lambda mail: finished_mail(mail, rendered)


def _rates(sender: NotifyBase, form: Form) -> tuple[Rate, ...]:
    """Return how much the service of a sender is known to take in its one place."""
    declared = float(type(sender).request_rate_per_sec)
    chats = [chat for chat, _ in _targets(sender)] if form is Form.TELEGRAM else []
    # Telegram numbers its groups downwards, and only groups and channels have names.
    is_group = any(not isinstance(chat, int) or chat < 0 for chat in chats)
    return service_rates(form, declared=declared, is_group=is_group)


def _targets(sender: Any) -> Iterable[tuple[object, object]]:  # noqa: ANN401 - untyped
    """Return Telegram's chats, each with the topic in it."""
    return tuple(sender.targets)


def _notify_type(priority: Priority) -> NotifyType:
    return NotifyType.WARNING if priority >= Priority.HIGH else NotifyType.INFO


def _open(url: str) -> NotifyBase:
    """Return the sender of a URL, with every trap closed."""
    kind = _kind(url)
    for name in _arguments(url):
        if name in _REFUSED:
            reason = _REFUSED[name]
            raise ChannelError(f"{kind}:// with {name}= is not possible: {reason}")
    sender, is_complete = _instantiated(url.strip())
    if not is_complete:
        raise ChannelError(_incomplete(kind))
    if sender is None:
        raise ChannelError(_unknown(kind))
    _check_recipient(kind, sender)
    return _tamed(sender)


def _arguments(url: str) -> tuple[str, ...]:
    found = _ARGUMENT.findall("?" + url.partition("?")[2])
    # A plus is a space.
    return tuple(unquote(name).lstrip().rstrip("+ ").lower() for name in found)


def _instantiated(url: str) -> tuple[NotifyBase | None, bool]:
    """Return the sender, None without one, and whether every part was understood.

    What the sender says itself is kept away from people: it quotes the URL.
    """
    # The registry of senders is filled at first use and shared by all threads.
    with _opening, watching(_LOGGER) as watch:
        _known()
        try:
            sender = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=False)
        except Exception:  # noqa: BLE001 - senders raise what they like
            return None, False
    dropped = any(_WARNS_OF_PART.search(warning) for warning in watch.warnings)
    return sender, sender is None or not dropped


def _kind(url: str) -> str:
    found = _KIND.match(url)
    if found is None:
        raise ChannelError(
            "a channel URL begins with its kind, like slack:// or mailto://"
        )
    return found.group(1).lower()


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="feed monitor",
        app_desc="feed monitor",
        http_redirects=False,
        secure_logging=True,
        storage_mode=PersistentStoreMode.MEMORY,
        pgp_autogen=False,
        pem_autogen=False,
        # No picture of somebody else's site in every message.
        image_url_mask="",
        image_url_logo="",
    )


def _tamed(sender: NotifyBase) -> NotifyBase:
    """Return the sender without its own waits, and with timeouts that fit."""

    def no_wait(*_: object, **__: object) -> None:
        """Send at once: pauses between attempts are the monitor's."""

    sender.request_rate_per_sec = 0
    sender.throttle = no_wait  # type: ignore[method-assign]
    own = type(sender)
    if sender.socket_read_timeout == own.socket_read_timeout:
        sender.socket_read_timeout = _READ_TIMEOUT
    is_mail = _form(sender) is Form.EMAIL  # its one timeout is for every reply
    if sender.socket_connect_timeout == own.socket_connect_timeout and not is_mail:
        sender.socket_connect_timeout = _CONNECT_TIMEOUT
    return sender


def _form(sender: NotifyBase) -> Form:
    return _FORMS.get(type(sender).__name__, Form.PLAIN)


def _check_recipient(kind: str, sender: NotifyBase) -> None:
    """Refuse a URL of several places: a retry would repeat to those that have it."""
    attribute = _RECIPIENTS.get(_form(sender))
    count = len(sender)
    if attribute is not None and not getattr(sender, attribute):
        raise ChannelError(f"{kind}:// names nobody to send to")
    if count != 1:
        raise ChannelError(
            f"{kind}:// names {count} places: give each of them a URL of its own"
        )


def _incomplete(kind: str) -> str:
    shape = next(iter(_known()[kind].templates), "") if kind in _known() else ""
    example = shape.replace("{schema}", kind)
    advice = f"; it is written like {example}" if example else ""
    return f"{kind}:// lacks a part or has a wrong one{advice}"


def _unknown(kind: str) -> str:
    if kind in ("http", "https"):
        return f"no service is known by this {kind}:// address"
    if kind not in _known():
        near = get_close_matches(kind, [*_known().schemas(), "console"], n=1)
        advice = f": did you mean {near[0]}://?" if near else ""
        return f"{kind}:// is no known kind{advice}"
    if not _known()[kind].enabled:
        return f"{kind}:// needs a library that is missing"
    return _incomplete(kind)


@cache
def _known() -> Any:  # noqa: ANN401 - Apprise's registry has no types
    """Return the registry of senders, filled; their old imports need warn nobody."""
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)
        known = NotificationManager()  # type: ignore[no-untyped-call]
        known.load_modules()  # type: ignore[no-untyped-call]
    return known
