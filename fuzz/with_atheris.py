"""Fuzz the parser with atheris, where it is there: ``with_atheris.py [SECONDS]``.

It begins with our own feeds and keeps what reaches code that was not reached before;
what it finds is left as ``fuzz/found-*``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
_LONGEST = 20_000


def main(seconds: int) -> None:
    """Run until the time is up or something is found."""
    try:
        import atheris  # noqa: PLC0415 - an extra, with wheels for few Pythons
    except ImportError:
        print("atheris is not installed: skipped (pip install '.[fuzz]')")
        return
    with atheris.instrument_imports(include=["monitor.feeds", "monitor.text"]):
        from fuzzing import check, seeds  # noqa: PLC0415 - after the instruments
    folder = Path(tempfile.mkdtemp(prefix="feeds-"))
    for number, seed in enumerate(seeds()):
        (folder / str(number)).write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=20"]
    quiet = ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={HERE}/found-"]
    atheris.Setup([sys.argv[0], *limits, *quiet, str(folder)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
