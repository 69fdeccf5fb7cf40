"""Texts typed by the schema: what pydantic makes of a scalar, and what editors see.

YAML's own guesses are not used, so every value arrives as text. Editors do guess,
so the JSON Schemas allow a number where a text looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import core_schema

from monitor.alerts.quiet import leave_no_time
from monitor.config import names, quantities, quiet_hours
from monitor.config.feed_url import feed_url, split_url
from monitor.config.languages import LANGUAGES
from monitor.config.masking import REFERENCE
from monitor.config.names import Names
from monitor.config.secrets import malformed
from monitor.errors import ChannelError
from monitor.model import FeedKind, FullText, Identity, Priority, QuietHours, Rate

_SCALAR = ["string", "number", "boolean"]
_OFF = "off"


def as_text(value: object) -> str:
    """Return the value if it is a text.

    Raises:
        ValueError: it is a list, a mapping, or nothing.
    """
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError("nothing is written here")
    found = "a list" if isinstance(value, list) else "a mapping"
    raise ValueError(f"a single value belongs here, not {found}")


class AtLeastOne:
    """For lists that must not be empty, in pydantic's words and in JSON Schema's."""

    @staticmethod
    def __get_pydantic_core_schema__(
        source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(_filled, handler(source))

    @staticmethod
    def __get_pydantic_json_schema__(
        schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "minItems": 1}


def _filled(items: tuple[str, ...]) -> tuple[str, ...]:
    if not items:
        raise ValueError("at least one is needed here")
    return items


def _one(parse: Callable[[str], Any]) -> PlainValidator:
    return PlainValidator(lambda value: parse(as_text(value)))


def _with_names(check: Callable[[Names, str], str]) -> PlainValidator:
    def validate(value: object, info: ValidationInfo) -> str:
        text = as_text(value)
        return check(info.context, text) if info.context else text

    return PlainValidator(validate)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _count(most: int) -> Any:  # noqa: ANN401 - a validator and its schema
    return PlainValidator(lambda value: quantities.count(as_text(value), most))


def _whole(most: int) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": most,
            "pattern": r"^\d+$",
        }
    )


def _channel(known: Names, text: str) -> str:
    known.require_channel(text)
    return text


def _selector(known: Names, text: str) -> str:
    known.require_selected(text)
    return text


def _channel_url(known: Names, text: str) -> str:
    _sound_references(text)
    if not text:
        raise ValueError("a channel needs a URL, for example console://")
    if not REFERENCE.search(text):
        try:
            known.check_url(text)
        except ChannelError as error:
            raise ValueError(str(error)) from None
    return text


def _sound_references(text: str) -> str:
    wrong = malformed(text)
    if wrong:
        raise ValueError(
            f"`{wrong[:40]}` is no reference; "
            "write ${NAME}, ${file:/path} or ${credential:name}"
        )
    return text


def _header_name(text: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text):
        raise ValueError(f"`{text}` is no name for an HTTP header")
    return text


def _header_value(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a header's value is one line")
    return _sound_references(text)


def _contact(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise ValueError("write a URL or an e-mail address, in ASCII")
    return text


def _proxy(text: str) -> str:
    if text:
        split_url(text)
    return text


def _ping_url(text: str) -> str:
    _sound_references(text)
    if not REFERENCE.match(text):
        try:
            split_url(text)
        except ValueError:  # its words would show what may be a secret
            raise ValueError(
                "this is no URL to ask; write https://hc-ping.com/UUID or ${NAME}"
            ) from None
    return text


def _public_url(text: str) -> str:
    parts = split_url(text)
    if "${" in text or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "hubs are told this URL: write it without ${...}, password, ? and #"
        )
    return text


def _database(text: str) -> str:
    if not text.startswith("sqlite:"):
        raise ValueError("only SQLite is supported; write sqlite:///../var/monitor.db")
    if not text.startswith("sqlite:///") or text.endswith("/"):
        raise ValueError(
            "name the file after three slashes: sqlite:///../var/monitor.db"
        )
    return text


Text = Annotated[str, _one(str), WithJsonSchema({"type": _SCALAR})]
Duration = Annotated[
    timedelta,
    _one(quantities.duration),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": f"^({quantities.DURATION})$",
            "maximum": 0,
        }
    ),
]
RateOrNone = Annotated[
    Rate | None,
    _one(quantities.rate),
    WithJsonSchema({"type": "string", "pattern": f"^({quantities.RATE})$"}),
]
Quiet = Annotated[
    QuietHours,
    _one(quiet_hours.quiet_hours),
    WithJsonSchema({"type": "string", "pattern": f"^({quiet_hours.QUIET_HOURS})$"}),
]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _with_time_left(hours: tuple[QuietHours, ...]) -> tuple[QuietHours, ...]:
    if leave_no_time(hours):
        raise ValueError("these hours are the whole week: nothing would ever be told")
    return hours


QuietTimes = Annotated[
    tuple[Quiet, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[Quiet, ...]),
    AfterValidator(_with_time_left),
]
MinSources = Annotated[int, _count(20), _whole(20)]
Cron = Annotated[str, _one(quantities.cron), WithJsonSchema({"type": "string"})]
KeptFor = Annotated[
    timedelta | None,
    _one(quantities.kept_for),
    WithJsonSchema({"type": "string", "pattern": f"^({quantities.KEPT_FOR})$"}),
]
CronOrOff = Annotated[
    str,
    _one(lambda text: "" if text == _OFF else quantities.cron(text)),
    WithJsonSchema({"type": ["string", "boolean"]}),
]
IntervalOrOff = Annotated[
    timedelta | None,
    _one(quantities.pace),
    WithJsonSchema({"type": ["string", "boolean"]}),
]
Interval = Annotated[
    timedelta,
    _one(quantities.interval),
    WithJsonSchema({"type": "string", "pattern": r"^(\d{1,6}(ms|[smhdw]))+$"}),
]
Size = Annotated[
    int,
    _one(quantities.size),
    WithJsonSchema({"type": ["string", "integer"], "pattern": f"^{quantities.SIZE}$"}),
]
Concurrency = Annotated[int, _count(1000), _whole(1000)]
Connections = Annotated[int, _count(100), _whole(100)]
Network = Annotated[str, _one(quantities.network), WithJsonSchema({"type": "string"})]
Day = Annotated[
    date,
    _one(quantities.day),
    WithJsonSchema({"type": "string", "pattern": f"^{quantities.DAY}$"}),
]
YesNo = Annotated[
    bool,
    _one(quantities.yes_or_no),
    WithJsonSchema({"enum": [True, False, "true", "false"]}),
]
Language = Annotated[
    str, _one(quantities.language), WithJsonSchema({"enum": [*LANGUAGES]})
]
Zone = Annotated[str, _one(quantities.time_zone), WithJsonSchema({"type": "string"})]
PriorityName = Annotated[
    Priority,
    _one(quantities.priority),
    WithJsonSchema({"enum": [level.name.lower() for level in Priority]}),
]
Encoding = Annotated[str, _one(quantities.encoding), WithJsonSchema({"type": "string"})]
Kind = Annotated[
    FeedKind, _one(quantities.kind), WithJsonSchema({"enum": [*map(str, FeedKind)]})
]
IdentityName = Annotated[
    Identity,
    _one(quantities.identity),
    WithJsonSchema({"enum": [each.value for each in Identity]}),
]
FullTextName = Annotated[
    FullText,
    _one(quantities.full_text),
    WithJsonSchema({"enum": [each.value for each in FullText]}),
]
FEED_URL_SCHEMA = {"type": "string", "pattern": r"^([hH][tT][tT][pP][sS]?://|\$\{)"}
FeedUrl = Annotated[str, _one(feed_url), WithJsonSchema(FEED_URL_SCHEMA)]
ProxyUrl = Annotated[str, _one(_proxy), WithJsonSchema({"type": "string"})]
PingUrl = Annotated[str, _one(_ping_url), WithJsonSchema({"type": "string"})]
ListenAddress = Annotated[
    tuple[str, int],
    _one(quantities.listen_address),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+(\.\d+){3}|\[.+\]):\d{1,5}$"}),
]
PublicUrl = Annotated[
    str,
    _one(_public_url),
    WithJsonSchema({"type": "string", "pattern": r"^[hH][tT][tT][pP][sS]?://"}),
]
DatabaseUrl = Annotated[
    str,
    _one(_database),
    WithJsonSchema({"type": "string", "pattern": "^sqlite:///.*[^/]$"}),
]
Contact = Annotated[str, _one(_contact), WithJsonSchema({"type": "string"})]
HeaderName = Annotated[str, _one(_header_name), WithJsonSchema({"type": "string"})]
HeaderValue = Annotated[str, _one(_header_value), WithJsonSchema({"type": _SCALAR})]
Name = Annotated[str, _one(names.name), WithJsonSchema({"type": "string"})]
OldNames = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]
"""A name or a list of names that something had before."""
Tag = Annotated[str, _one(names.name), WithJsonSchema({"type": _SCALAR})]
FeedName = Annotated[str, _one(names.feed_name), WithJsonSchema({"type": _SCALAR})]
ListName = Annotated[str, _one(names.list_name), WithJsonSchema({"type": "string"})]
KnownChannel = Annotated[str, _with_names(_channel), WithJsonSchema({"type": "string"})]
Selector = Annotated[str, _with_names(_selector), WithJsonSchema({"type": "string"})]
ChannelUrl = Annotated[
    str, _with_names(_channel_url), WithJsonSchema({"type": "string"})
]
