"""Every character of a value leads back to where it stands in the YAML source."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.source import Source
from monitor.config.yaml_file import YamlFile

SPACE = " \t\n\r\x85\u2028\u2029"
STYLES = st.sampled_from(["'", '"', "|", ">", ""])
LETTERS = st.text("ab '\"\\#:-[]{}>|%@äß𝄞\n\t é中", max_size=60)


def offsets_of(text: str) -> tuple[str, YamlFile]:
    file = YamlFile(Source("x.yaml", text))
    assert file.faults == ()
    return file.text(("a",)), file


@settings(deadline=None)
@given(value=LETTERS, style=STYLES, is_unicode=st.booleans())
def test_every_visible_character_finds_itself(
    value: str, style: str, *, is_unicode: bool
) -> None:
    text = yaml.safe_dump(
        {"ü": "𝄞", "a": value, "z": value},
        default_style=style,
        allow_unicode=is_unicode,
        width=20,
        sort_keys=False,
    )
    read, file = offsets_of(text)
    assert read == value
    for offset, character in enumerate(value):
        index = file.index(("a",), offset)
        found = text[index]
        if character not in SPACE:
            assert found in (character, "\\"), (offset, character, text)


@settings(deadline=None)
@given(LETTERS, STYLES)
def test_places_never_go_back(value: str, style: str) -> None:
    text = yaml.safe_dump({"a": value}, default_style=style, width=20)
    _, file = offsets_of(text)
    found = [file.index(("a",), n) for n in range(len(value) + 1)]
    assert all(0 <= index <= len(text) for index in found)
    visible = [i for i, c in zip(found, value, strict=False) if c not in SPACE]
    assert visible == sorted(visible)


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: Foo AND Bar", "Bar", (1, 12)),
        ("a: Foo\n   AND Bar", "Bar", (2, 8)),
        ("a: 'Foo ''x'' Bar'", "Bar", (1, 15)),
        ("a: 'Foo\n\n   Bar'", "Bar", (3, 4)),
        ('a: "F\\u00f6\\t \\"x\\" Bar"', "Bar", (1, 21)),
        ('a: "Foo \\\n   Bar"', "Bar", (2, 4)),
        ("a: >-\n  Foo\n  AND Bar\n", "Bar", (3, 7)),
        ("a: >2-  # why\n    Foo\n   Bar\n", "Bar", (3, 4)),
        ("a: |+\n  Foo\n\n    Bar\n\n", "Bar", (4, 5)),
        ("a: >-\r\n  Foo\r\n  AND Bar\r\n", "Bar", (3, 7)),
    ],
)
def test_places_in_each_style(text: str, word: str, place: tuple[int, int]) -> None:
    value, file = offsets_of(text)
    found = file.at(("a",), "", offset=value.index(word))
    assert (found.line, found.column) == place
    end = file.at(("a",), "", offset=len(value))
    assert (end.line, end.column) == (place[0], place[1] + 3)
