"""No text of a file can do more than be refused, at a place that exists."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config_folder import CONFIG, check_url
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import Loaded, format_diagnostic, load

RULES = """\
contact: newsroom
lists: {a: [Baku, "x y"], b: [$a]}
rules:
  one: $a AND "schwere Waffen"
  two:
    query: >-
      title:(Öl OR Gas) NOT Sport
    feeds: [tag:de, -example]
    should_match: [Öl]
    should_not_match: [{summary: x}]
"""
PIECES = st.sampled_from(
    ["", " ", "\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", "'", '"', "&x ", "*x",
     "!t ", "#", "|", ">-", "<<", "${", "$a", "\x00", "\ufeff", "𝄞", "...", "---", "~"]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Draw the text with a few places overwritten."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = start + draw(st.integers(0, 12))
        text = text[:start] + draw(PIECES) + text[stop:]
    return text


def loaded(config: str, rules: str, last_good: dict[str, str] | None) -> Loaded:
    with tempfile.TemporaryDirectory() as root:
        path, folder = Path(root, "monitor.yaml"), Path(root, "rules")
        folder.mkdir()
        path.write_text(config, encoding="utf-8", newline="")
        (folder / "r.yaml").write_text(rules, encoding="utf-8", newline="")
        return load(path, check_url=check_url, last_good=last_good, environ={})


def assert_sound(result: Loaded, texts: dict[str, str]) -> None:
    for found in result.diagnostics:
        lines = texts[Path(found.path).name].replace("\r\n", "\n").split("\n")
        assert 1 <= found.line <= sum(line.count("\r") + 1 for line in lines)
        assert found.column >= 1
        assert format_diagnostic(found)


@settings(deadline=None, max_examples=150)
@given(mutated(CONFIG), mutated(RULES))
def test_half_written_files(config: str, rules: str) -> None:
    result = loaded(config, rules, None)
    assert_sound(result, {"monitor.yaml": config, "r.yaml": rules})
    assert result.is_usable or result.diagnostics


@settings(deadline=None, max_examples=50)
@given(st.text(), st.text())
def test_any_text(config: str, rules: str) -> None:
    result = loaded(config, rules, None)
    assert_sound(result, {"monitor.yaml": config, "r.yaml": rules})


@settings(deadline=None, max_examples=150)
@given(mutated(RULES))
def test_edit_of_a_good_file_leaves_rules_in_force(rules: str) -> None:
    result = loaded(CONFIG, rules, {"r.yaml": RULES})
    assert result.is_usable
    if result.reverted:
        assert [rule.name for rule in result.rules] == ["one", "two"]
        assert result.sources == {"r.yaml": RULES}
    else:
        assert result.sources == {"r.yaml": rules.removeprefix("\ufeff")}
