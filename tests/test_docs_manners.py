"""The table of manners names every test that bears the number of a manner.

``python tests/test_docs_manners.py`` writes these names into docs/manners.md.
"""

from __future__ import annotations

import re
from collections import defaultdict

from documents import ROOT, rows, spans

TABLE = ROOT / "docs" / "manners.md"
TESTS = ROOT / "tests"
_NUMBERED = re.compile(r"^(?:async )?def (test_(\d\d)_\w+)\(", re.MULTILINE)
_ROW = re.compile(r"^\| (\d+) \| (.+) \| .*\|$", re.MULTILINE)


def documented() -> dict[int, list[str]]:
    """Return the tests that the documentation names, by the number of the manner."""
    found = list(rows(TABLE))
    return {
        int(row.cells["no."]): [s for s in spans(row.cells["tests"]) if "::" in s]
        for row in found
    }


def numbered() -> dict[int, list[str]]:
    """Return the tests that bear the number of a manner in their names."""
    found = defaultdict[int, list[str]](list)
    files = (*TESTS.glob("manners/test_*.py"), *TESTS.rglob("test_*websub*.py"))
    for path in sorted(files):
        for name, number in _NUMBERED.findall(path.read_text(encoding="utf-8")):
            found[int(number)].append(f"{path.name}::{name}")
    return found


def test_the_table_has_every_manner_in_order():
    assert list(documented()) == list(range(1, 46))


def test_the_table_names_the_tests_of_each_manner():
    tests = numbered()
    for number, named in documented().items():
        assert named == tests[number], f"manner {number}"
        assert named, f"manner {number} has no test"


def write() -> None:
    """Fill in the tests of each manner."""
    tests = numbered()

    def filled(row: re.Match[str]) -> str:
        names = " ".join(f"`{name}`" for name in tests[int(row[1])])
        return f"| {row[1]} | {row[2]} | {names} |"

    TABLE.write_text(_ROW.sub(filled, TABLE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
