"""The documentation is true: every example runs, every claim about a query holds.

What the info strings of the blocks mean stands in ``documents.py``. Run as a program,
this file writes ``docs/commands.md`` anew.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from documents import (
    DOCUMENTS,
    README,
    ROOT,
    Block,
    Row,
    anchors,
    blocks,
    links,
    prose,
    rows,
    spans,
)
from typer.main import get_command

from monitor.cli.program import app
from monitor.config import (
    config_schema,
    document_of,
    format_diagnostic,
    load,
    rules_schema,
)
from monitor.errors import QueryError
from monitor.matching import Document, compile_query
from monitor.model import RuleTest, Severity
from monitor.net.channels import check_url

COMMANDS = ROOT / "docs" / "commands.md"
REGENERATE = ".venv/bin/python tests/test_docs.py"
PORT = "127.0.0.1:8000"  # of the examples; here it is a free one
PATIENCE = 60

LISTS = {"aserbaidschan": ["Aserbaidschan", "Azerbaijan*", "Alijew"]}

# What a piece of a configuration may refer to.
AROUND = {
    "channels": "channels: {newsroom: 'console://', chief: 'console://'}",
    "feeds": "feeds: [{url: 'https://example.org/rss.xml', name: example, tags: [de]}]",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)


# --- files -----------------------------------------------------------------------


def put(folder: Path, block: Block) -> Path:
    """Write a block's file; a new configuration begins without rules."""
    path = folder / block.title
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "monitor.yaml":
        rules = path.parent.parent / "rules"
        rules.mkdir(exist_ok=True)
        for old in rules.iterdir():
            old.unlink()
    path.write_text(block.text, encoding="utf-8")
    return path


def complaints(config: Path) -> list[str]:
    """Return what is wrong with a configuration and its rules, notes left out."""
    found = load(config, check_url=check_url, environ={}).diagnostics
    return [format_diagnostic(f) for f in found if f.severity is not Severity.NOTE]


@every_document
def test_whole_files_are_valid(path: Path, tmp_path: Path) -> None:
    for block in blocks(path):
        if block.kind != "yaml" or not block.title or block.is_broken:
            continue
        file = put(tmp_path, block)
        config = file.parent.parent / "config" / "monitor.yaml"
        if not config.exists():
            config.parent.mkdir(exist_ok=True)
            config.write_bytes((ROOT / "config" / "monitor.yaml").read_bytes())

        assert complaints(config) == [], block.place


@every_document
def test_pieces_of_a_configuration_are_valid(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "config" / "monitor.yaml"
    for folder in ("rules", "config/rules"):
        (tmp_path / folder).mkdir(parents=True)
    for block in blocks(path):
        if block.kind == "yaml" and not block.title:
            said = yaml.load(block.text, yaml.BaseLoader)  # noqa: S506 - texts alone
            around = [text for key, text in AROUND.items() if key not in said]
            config.write_text("\n".join([block.text, *around]), encoding="utf-8")

            assert complaints(config) == [], block.place


def test_channel_urls_are_those_of_a_service() -> None:
    urls = [(r.place, u) for r in every_row("URL of the channel") for u in urls_of(r)]

    assert urls
    for _, url in urls:
        check_url(url)


def urls_of(row: Row) -> list[str]:
    return spans(row.cells["URL of the channel"])


# --- commands --------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve the folder ``site`` as the examples' own web server does."""
    (tmp_path / "site").mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@every_document
def test_commands_print_what_is_shown(path: Path, tmp_path: Path, site: str) -> None:
    environment = shell(tmp_path)
    for block in blocks(path):
        if block.title:
            file = put(tmp_path, block)
            file.write_text(block.text.replace(PORT, site), encoding="utf-8")
        elif block.kind == "console":
            for command, expected in said(block):
                done = run(command.replace(PORT, site), tmp_path, environment)
                printed = tidy(done.replace(site, PORT))

                assert fits(printed, tidy(expected)), (
                    f"{block.place}: {command}\n--- shown\n{tidy(expected)}\n"
                    f"--- printed\n{printed}"
                )


def shell(folder: Path) -> Mapping[str, str]:
    """Return an environment in which ``monitor`` is the command under test."""
    program = folder / "bin" / "monitor"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a command prints: its data, then its words."""
    done = subprocess.run(  # noqa: S603 - our own documentation
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def said(block: Block) -> list[tuple[str, str]]:
    """Return the commands of a block, each with the output that is shown."""
    found: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        else:
            assert found, f"{block.place}: output without a command"
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n")


def fits(printed: str, expected: str) -> bool:
    pieces = map(re.escape, expected.split("..."))
    return re.fullmatch(".*?".join(pieces), printed, re.DOTALL) is not None


@every_document
def test_commands_that_are_named_exist(path: Path) -> None:
    for place, words in commands_in(path):
        command = get_command(app)
        for word in words:
            if word.startswith("--"):
                known = {o for p in command.params for o in p.opts} | {"--help"}
                assert word.partition("=")[0] in known, f"{place}: {words}"
            elif subcommands := getattr(command, "commands", None):
                assert word in subcommands, f"{place}: there is no {word} in {words}"
                command = subcommands[word]


def commands_in(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the arguments of every command of ours that stands in a document."""
    for number, line in prose(path):
        for span in spans(line):
            if span.startswith("monitor ") and "..." not in span:
                yield f"{name_of(path)}:{number}", arguments(span)[1:]
    for block in blocks(path):
        if block.kind in ("sh", "console"):
            for line in block.text.replace("\\\n", " ").splitlines():
                yield from ((block.place, found) for found in called(line))


def called(line: str) -> Iterator[list[str]]:
    """Yield the arguments that a line of a shell gives to our command."""
    for part in re.split(r"\||&&|;|>", line.removeprefix("$ ")):
        words = arguments(part)
        first = [n for n, word in enumerate(words) if word.endswith("/bin/monitor")]
        if words and words[0] in ("monitor", "fm"):
            first = [0]
        if first:
            yield words[first[0] + 1 :]


def arguments(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:  # cut at a sign inside quotes; what matters stands before it
        return text.split()


def test_the_list_of_commands_is_the_help_of_today() -> None:
    assert COMMANDS.read_text(encoding="utf-8") == commands_page(), (
        f"docs/commands.md is stale: type `{REGENERATE}`"
    )


def commands_page() -> str:
    """Return every command's help as one page."""
    parts = [
        "# Commands\n\nWhat `--help` says of each command. This page is generated: after "
        f"a change, `{REGENERATE}` writes it anew.\n"
    ]
    for name, text in helps(get_command(app), None, "monitor"):
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def helps(command: Any, parent: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield name and help of a command and of all below it."""
    command.rich_markup_mode = None  # plain text: no boxes, no terminal's width
    context = command.context_class(
        command, info_name=name, parent=parent, max_content_width=80, terminal_width=80
    )
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield context.command_path, text
    for below in getattr(command, "commands", {}).items():
        yield from helps(below[1], context, below[0])


# --- the language ----------------------------------------------------------------


def every_row(*heads: str) -> list[Row]:
    """Return the rows of the tables that have these columns."""
    found = (row for path in DOCUMENTS for row in rows(path))
    return [row for row in found if set(heads) <= set(row.cells)]


def entry(text: str) -> Document:
    """Return the entry that a table names: a title, or fields in braces."""
    if not text.startswith("{"):
        return Document(title=text)
    fields = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts alone
    pairs = [
        (name, each)
        for name, value in fields.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return document_of(RuleTest(tuple(pairs), expected=True))


def test_queries_match_what_the_tables_say() -> None:
    claims = every_row("written", "matches", "does not match")

    assert len(claims) > 30
    for row in claims:
        for query in spans(row.cells["written"]):
            compiled = compile_query(query, LISTS)
            for text in spans(row.cells["matches"]):
                assert compiled.match(entry(text)), f"{row.place}: {query} / {text}"
            for text in spans(row.cells["does not match"]):
                assert compiled.match(entry(text)) is None, f"{row.place}: {text}"


def errors_of(query: str) -> str:
    with pytest.raises(QueryError) as caught:
        compile_query(query, LISTS)
    return str(caught.value)


def test_queries_are_refused_in_the_words_that_are_shown() -> None:
    for row in every_row("written", "what is said"):
        (shown,) = spans(row.cells["what is said"])
        for query in spans(row.cells["written"]):
            said_of_it = errors_of(query)
            for piece in shown.split(" … "):
                assert piece in said_of_it, f"{row.place}: {said_of_it}"


def test_what_is_not_there_yet_can_be_written_otherwise() -> None:
    for row in every_row("not there yet", "until then"):
        for query in spans(row.cells["not there yet"]):
            assert "comes with a later version" in errors_of(query), row.place
        for query in spans(row.cells["until then"]):
            compile_query(query, LISTS)


# --- completeness ----------------------------------------------------------------


def keys_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield every key that a schema knows."""
    for name, value in schema.items():
        if name == "properties":
            yield from value
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, Mapping):
                yield from keys_of(part)


def test_every_key_is_documented() -> None:
    pages = [ROOT / "docs" / name for name in ("configuration.md", "rules.md")]
    shown = {
        word
        for page in pages
        for _, line in prose(page)
        for span in spans(line)
        for word in re.findall(r"\w+", span)
    }

    assert set(keys_of(config_schema())) | set(keys_of(rules_schema())) <= shown


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for number, target in links(path):
        parts = urlsplit(target)
        if parts.scheme:
            continue
        there = (path.parent / parts.path) if parts.path else path

        assert there.exists(), f"{name_of(path)}:{number}: {target}"
        assert not parts.fragment or parts.fragment in anchors(there), target


def test_the_readme_shows_the_demo_and_the_tests_first() -> None:
    commands = [b.text.split() for b in blocks(README) if b.kind == "sh"]

    assert [words[:2] for words in commands[:2]] == [["make", "demo"], ["make", "test"]]


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
