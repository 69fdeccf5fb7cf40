"""A short run of what ``make fuzz`` does for longer."""

from __future__ import annotations

from fuzzing import check, generated, mutated, seeds
from hypothesis import HealthCheck, given, settings

from monitor.model import FeedKind

_SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_our_own_feeds_are_sound_bodies_for_fuzzing() -> None:
    for body in seeds():
        for kind in FeedKind:
            check(body, kind)


@_SLOW
@given(mutated())
def test_what_is_changed_is_read_whole_or_refused(body: bytes) -> None:
    check(body)


@_SLOW
@given(mutated())
def test_what_is_changed_of_a_sitemap_is_read_whole_or_refused(body: bytes) -> None:
    check(body, FeedKind.SITEMAP)


@_SLOW
@given(generated())
def test_what_is_made_up_is_read_whole_or_refused(body: bytes) -> None:
    check(body)
