"""What an edit changed, in few words."""

from __future__ import annotations

import pytest

from monitor.alerts.also import also
from monitor.alerts.changes import change
from monitor.model import Entry

TEXT = (
    "Das Ministerium in Baku teilte mit, die Lieferung werde in diesem Jahr beginnen."
)


def of_titles(before: str, after: str) -> str:
    return change(Entry("k", before), Entry("k", after)).removeprefix("title: ")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Baku plant Hilfen", "Baku plant Waffen", "Baku plant [-Hilfen-] [+Waffen+]"),
        ("Baku plant", "Baku plant Hilfen", "Baku plant [+Hilfen+]"),
        ("Heute Baku plant", "Baku plant", "[-Heute-] Baku plant"),
        ("", "Baku", "[+Baku+]"),
        ("Baku", "", "[-Baku-]"),
        ("Um 3 % mehr", "Um 4 % mehr", "Um [-3-] [+4+] % mehr"),
        ("Um 3 % mehr", "Um 3 € mehr", "Um 3 [-%-] [+€+] mehr"),
        ("Bei 5 Grad", "Bei -5 Grad", "Bei [-5-] [+-5+] Grad"),
        ("a a", "a a a", "a a [+a+]"),
        (
            "eins zwei drei vier fünf sechs sieben acht",
            "eins zwei drei vier fünf 6 sieben acht",
            "… zwei drei vier fünf [-sechs-] [+6+] sieben acht",
        ),
        (
            "x a b c d e f g h i j y 1 2 3 4 5",
            "z a b c d e f g h i j y 1 2 3 4 6",
            "[-x-] [+z+] a b c d … 1 2 3 4 [-5-] [+6+]",
        ),
        ("x a - b y", "z a b w", "[-x-] [+z+] a b [-y-] [+w+]"),
        ("A\u202eB plant\x07 x", "A\u202eB plant\x07 y", "AB plant [-x-] [+y+]"),
    ],
)
def test_words_that_went_and_came_are_marked(
    before: str, after: str, shown: str
) -> None:
    assert of_titles(before, after) == shown


@pytest.mark.parametrize(
    "after",
    ["baku plant hilfen, 3 %", "„Baku“ plant  Hilfen: 3 % !", "BAKU plant Hilfen 3 %."],
)
def test_other_spaces_capitals_and_punctuation_are_no_change(after: str) -> None:
    assert of_titles("Baku plant Hilfen: 3 %", after) == ""


def test_each_text_has_its_line() -> None:
    before = Entry("k", "Baku", TEXT, "Erst dies")
    after = Entry("k", "Bonn", TEXT.replace("in Baku ", ""), "Dann dies")
    assert change(before, after).splitlines() == [
        "title: [-Baku-] [+Bonn+]",
        "summary: Das Ministerium [-in Baku-] teilte mit, die Lieferung …",
        "text: [-Erst-] [+Dann+] dies",
    ]


def test_text_that_is_the_summary_again_is_told_once() -> None:
    before, after = Entry("k", "x", "Baku", "Baku"), Entry("k", "x", "Bonn", "Bonn")
    assert change(before, after) == "summary: [-Baku-] [+Bonn+]"


def test_author_and_categories_are_no_text() -> None:
    before, after = Entry("k", "x"), Entry("k", "x", author="a", categories=("b",))
    assert change(before, after) == ""


def test_long_change_is_bounded() -> None:
    before, after = (" ".join(f"{a}{n}" for n in range(9_000)) for a in "xy")
    shown = change(Entry("k", "", before), Entry("k", "", after))
    assert len(shown) <= 700
    assert shown.startswith("summary: [-x0 x1")
    short = " ".join(["a"] * 150), " ".join(["b"] * 10)
    assert not of_titles(*short).endswith("…")
    more = " ".join(f"{n}" for n in range(300)), " ".join("0" for _ in range(250))
    assert of_titles(*more).endswith("…")


def test_few_sources_are_named_and_the_others_counted() -> None:
    assert also(()) == ()
    assert also(("FAZ", "dpa")) == ("FAZ", "dpa")
    assert also(("a", "b", "c", "d", "e", "f")) == ("a", "b", "c", "d", "+2")
    assert also(("x\ny" * 40,))[0].endswith("…")
