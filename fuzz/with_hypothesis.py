"""Fuzz the parser with hypothesis: ``with_hypothesis.py [SECONDS]``.

Bodies are drawn anew until the time is up; a failure is shrunk and printed with the
code that makes it again.
"""

from __future__ import annotations

import sys
import time

from fuzzing import check, generated, mutated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import FeedKind

_ROUND = settings(
    max_examples=1_000,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def main(seconds: float) -> None:
    """Run rounds of a thousand bodies until the time is up."""
    bodies = 0

    @_ROUND
    @given(mutated() | generated(), st.sampled_from(FeedKind))
    def run(body: bytes, kind: FeedKind) -> None:
        nonlocal bodies
        bodies += 1
        check(body, kind)

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run()
    print(f"hypothesis: {bodies} bodies, nothing found")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
