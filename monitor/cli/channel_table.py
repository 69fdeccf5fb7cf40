"""``monitor channels list``: one line for a channel, or for each URL that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.wording import ago, ahead
from monitor.config.quantities import written_rate
from monitor.model import ChannelSpec, Lane, Rate
from monitor.store.lane_views import LaneView

COLUMNS = (
    "name",
    "urls",
    "state",
    "waiting",
    "held",
    "dead",
    "oldest",
    "sent",
    "rate",
    "fallback",
    "error",
)


@dataclass(frozen=True, slots=True)
class Place:
    """One URL of a channel: as it may be shown, how much it takes, how it is.

    `number` is which of them it is, counted from 1.

    `rate` is "" where that cannot be told.
    """

    url: str
    rate: str
    view: LaneView
    number: int = 1


@dataclass(frozen=True, slots=True)
class ChannelLines:
    """A channel with its places; `spec` has no URLs if it is configured no more."""

    spec: ChannelSpec
    places: Sequence[Place]
    is_ops: bool

    @property
    def is_of_interest(self) -> bool:
        """Say whether it is configured, or something of it is still here."""
        views = [place.view for place in self.places]
        return bool(self.spec.urls) or any(v.waiting or v.held or v.dead for v in views)

    def as_data(self) -> dict[str, object]:
        """Return one object: the sums over all places, then each of them."""
        views = [place.view for place in self.places]
        held = _sum(view.held for view in views)
        worst = max(views, key=_badness, default=LaneView())
        return {
            "name": self.spec.name,
            "urls": [place.url for place in self.places if place.url] or [_GONE],
            "is_ops": self.is_ops,
            "fallback": self.spec.fallback or None,
            "probe": self.spec.probe,
            "waiting": sum(view.waiting for view in views),
            "held": sum(held.values()),
            "held_by": held,
            "dead": sum(view.dead for view in views),
            "sent_at": _latest(view.sent_at for view in views),
            "oldest_at": _earliest(view.oldest_at for view in views),
            "state": worst.state,
            "open_since": worst.open_since,
            "broken_since": worst.broken_since,
            "error": worst.error,
            "error_at": worst.error_at,
            "places": [_data(place) for place in self.places],
        }

    def as_lines(self, now: datetime) -> list[dict[str, object]]:
        """Return the lines for a table: places that are alike share one."""
        alike: dict[tuple[object, ...], list[Place]] = {}
        for place in self.places or [Place("", "", LaneView())]:
            view = place.view
            key = (view.state, view.open_since, view.broken_since, view.error)
            alike.setdefault(key, []).append(place)
        several = len(alike) > 1
        return [
            self._line(places, now, is_numbered=several) for places in alike.values()
        ]

    def _line(
        self, places: Sequence[Place], now: datetime, *, is_numbered: bool
    ) -> dict[str, object]:
        views = [place.view for place in places]
        oldest = _earliest(view.oldest_at for view in views)
        sent = _latest(view.sent_at for view in views)
        first = views[0]
        return {
            "name": self.spec.name,
            "urls": [
                f"{place.number}: {place.url}" if is_numbered else place.url
                for place in places
                if place.url
            ]
            or [_GONE],
            "state": _state(first, now, probes=self.spec.probe),
            "waiting": sum(view.waiting for view in views) or None,
            "held": _sum(view.held for view in views),
            "dead": sum(view.dead for view in views) or None,
            "oldest": "" if oldest is None else ago(oldest, now),
            "sent": ago(sent, now),
            "rate": ", ".join(dict.fromkeys(p.rate for p in places if p.rate)),
            "fallback": self.spec.fallback,
            "error": _error(first, now),
        }


_GONE = "not configured any more"


def lines_of(
    specs: Sequence[ChannelSpec],
    seen: Mapping[Lane, LaneView],
    rates: Mapping[Lane, str],
    *,
    ops: Sequence[str],
    urls: Mapping[Lane, str],
) -> list[ChannelLines]:
    """Return the configured channels in their order, then those that left things."""
    known = {spec.name for spec in specs}
    gone = dict.fromkeys(lane.channel for lane in seen if lane.channel not in known)
    lines = []
    for spec in (*specs, *(ChannelSpec(name, ()) for name in gone)):
        lanes = {Lane(spec.name, place) for place in range(len(spec.urls))}
        lanes |= {lane for lane in seen if lane.channel == spec.name}
        places = [
            Place(
                urls.get(n, ""), rates.get(n, ""), seen.get(n, LaneView()), n.place + 1
            )
            for n in sorted(lanes, key=lambda lane: lane.place)
        ]
        lines.append(ChannelLines(spec, places, spec.name in ops))
    return [line for line in lines if line.is_of_interest]


def rates_in_words(rates: Sequence[Rate]) -> str:
    """Return how much a place takes: "1/1s, 20/1m", or "no bound"."""
    return ", ".join(map(written_rate, rates)) or "no bound"


def _state(view: LaneView, now: datetime, *, probes: bool) -> str:
    probe = f", next try {ahead(view.probe_at, now)}" if view.probe_at else ""
    if view.broken_since is not None:
        probe = probe if probes or probe else ", not tried by itself"
        return f"broken since {ago(view.broken_since, now)}{probe}"
    if view.open_since is not None:
        return f"no answer since {ago(view.open_since, now)}{probe}"
    return f"failed {view.failures} times in a row" if view.failures else "ok"


def _error(view: LaneView, now: datetime) -> str:
    return f"{ago(view.error_at, now)}: {view.error}" if view.error else ""


def _data(place: Place) -> dict[str, object]:
    view = place.view
    return {
        "url": place.url or _GONE,
        "rate": place.rate,
        "state": view.state,
        "waiting": view.waiting,
        "held": dict(view.held),
        "dead": view.dead,
        "sent_at": view.sent_at,
        "oldest_at": view.oldest_at,
        "failures": view.failures,
        "open_since": view.open_since,
        "broken_since": view.broken_since,
        "next_probe_at": view.probe_at,
        "error": view.error,
        "error_at": view.error_at,
    }


def _badness(view: LaneView) -> tuple[int, bool]:
    return ("ok", "failing", "open", "broken").index(view.state), bool(view.error)


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
