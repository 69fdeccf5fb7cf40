"""`monitor grep`: like grep, for news."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import Finished, Project, said

LINES = (
    "Aserbaidschan erwägt Waffenlieferungen\n"
    "Schach in Baku\n"
    "AZERBAIJAN, Aserbaidschan: Waffen-Lieferungen?\n"
)


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A folder without a configuration."""
    return Project(tmp_path)


def grep(project: Project, *args: str, stdin: str = LINES) -> Finished:
    return project.run("grep", *args, stdin=stdin)


def test_prints_matching_lines_of_standard_input(bare: Project) -> None:
    done = grep(bare, "Aserbaidschan AND Waffenlieferungen")
    assert done.returncode == 0, said(done)
    assert done.stdout.splitlines() == [LINES.splitlines()[0], LINES.splitlines()[2]]


def test_reads_files(bare: Project) -> None:
    path = bare.root / "lines.txt"
    path.write_text(LINES, encoding="utf-8")
    done = grep(bare, "schach", str(path), stdin="")
    assert done.returncode == 0, said(done)
    assert "Schach in Baku" in done.stdout


def test_nothing_matched_is_1_and_a_bad_query_is_2(bare: Project) -> None:
    assert grep(bare, "Fußball").returncode == 1
    bad = grep(bare, "Aserbaidschan AND (Waffen")
    assert bad.returncode == 2
    assert "^" in bad.stderr, said(bad)
    assert bad.stdout == ""
    assert grep(bare, "Schach", str(bare.root / "missing.txt")).returncode == 2


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("Aserbaidschan Waffen", "AND"),
        ("Aserbaidschan and Waffen", "AND"),
        ("titel:Waffen", "title"),
        ("Waffen NEAR/500 Baku", "at most 100"),
        ("4 OF (a, b, c)", "from 1 to 3"),
        ("Waffen NEAR (a AND b)", "join it with AND"),
        ("/(Waffe)n\\1/", "write the text again"),
        ("+Waffen", "AND"),
        ("$liste", "liste"),
        ("Wa*", "3"),
        ("(" * 70 + "Wort" + ")" * 70, "64"),
    ],
)
def test_bad_query_says_what_to_write(bare: Project, query: str, hint: str) -> None:
    done = grep(bare, query)
    assert done.returncode == 2, said(done)
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("erwägt NEAR/1 Aserbaidschan", [0]),
        ("Waffenlieferungen ONEAR/3 Aserbaidschan", []),
        ("2 OF (Schach, Baku, Aserbaidschan)", [1]),
        ("ATLEAST/2 Baku OR ATLEAST/1 Schach", [1]),
        ("/waffen-?lieferung/i", [0, 2]),
        ('~"Schach in Baku" OR =AZERBAIJAN', [1, 2]),
    ],
)
def test_the_whole_language(bare: Project, query: str, found: list[int]) -> None:
    done = grep(bare, query)
    assert done.returncode == (0 if found else 1), said(done)
    assert done.stdout.splitlines() == [LINES.splitlines()[n] for n in found]


def test_json_gives_one_object_for_each_line_in_order(bare: Project) -> None:
    done = grep(bare, "--json", "Aserbaidschan AND Waffenlieferungen")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["match"] for row in rows] == [True, False, True]
    assert [set(row) for row in rows] == [{"match", "because"}] * 3
    assert rows[1]["because"] == []
    for row, line in zip(rows, LINES.splitlines(), strict=True):
        for because in row["because"]:
            assert set(because) == {"field", "term", "text", "start", "end"}
            assert line[because["start"] : because["end"]] == because["text"]
    assert [b["text"] for b in rows[0]["because"]] == [
        "Aserbaidschan",
        "Waffenlieferungen",
    ]


def test_markup_is_no_text(bare: Project) -> None:
    lines = "Zu <b>Mül</b>ler nach M&uuml;nchen\nEin Titel\n<title>x</title>\n"
    for query in ("Müller", "Muenchen"):
        assert grep(bare, query, stdin=lines).stdout == lines.splitlines()[0] + "\n"
    assert grep(bare, "title", stdin=lines).returncode == 1


def test_jsonl_lines_are_entries(bare: Project) -> None:
    entries = [
        {"title": "Baku", "content": "Waffenlieferungen", "lang": "de"},
        {"title": "Waffenlieferungen", "url": "https://www.spiegel.de/live/1"},
        {"summary": "Waffenlieferungen", "feed": "dw", "tags": ["politik"]},
        {"title": "Schach", "author": "Müller", "categories": ["Sport"]},
    ]
    stdin = "".join(json.dumps(entry) + "\n" for entry in entries)

    def which(query: str) -> list[bool]:
        done = grep(bare, "--json", "--input", "jsonl", query, stdin=stdin)
        assert done.returncode in (0, 1), said(done)
        return [json.loads(line)["match"] for line in done.stdout.splitlines()]

    assert which("Waffenlieferungen") == [True, True, True, False]
    assert which("title:Waffenlieferungen") == [False, True, False, False]
    assert which("site:spiegel.de OR lang:de") == [True, True, False, False]
    assert which("tag:politik AND feed:dw") == [False, False, True, False]
    assert which("author:Mueller AND category:Sport") == [False, False, False, True]


def test_config_adds_its_lists(project: Project) -> None:
    project.write_rules(
        "lists:\n  land: [Aserbaidschan, Georgien]\nrules:\n  x: $land\n"
    )
    done = grep(project, "$land AND Waffenlieferungen", "--config", str(project.config))
    assert done.returncode == 0, said(done)
    assert len(done.stdout.splitlines()) == 2
