"""The marks that are written out are those of Unicode."""

from __future__ import annotations

import re
import sys
import unicodedata

from monitor.text.marks import MARKS


def test_every_combining_mark_is_known_and_nothing_else_that_has_a_name() -> None:
    ours = re.compile(f"[{MARKS}]")
    for code in range(0x300, sys.maxunicode + 1):
        kind = unicodedata.category(chr(code))
        if kind != "Cn" and code not in range(0xE0100, 0xE01F0):
            assert (kind[0] == "M") == bool(ours.match(chr(code))), hex(code)
