"""Every command that the documentation shows exists, runs, and prints what is shown.

Run as a program, this file writes ``docs/commands.md`` anew.
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

import pytest
from documents import DOCUMENTS, ROOT, Block, blocks, name_of, prose, put, spans
from typer.main import get_command

from monitor.cli.program import app

COMMANDS = ROOT / "docs" / "commands.md"
REGENERATE = ".venv/bin/python tests/test_docs_commands.py"
INTRODUCTION = f"""# Commands

What `--help` says of each command. This page is generated: after a change,
`{REGENERATE}` writes it anew.
"""
PORT = "127.0.0.1:8000"  # of the examples; here it is a free one
PATIENCE = 60

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)


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
            elif hasattr(command, "get_command"):
                found = command.get_command(None, word)
                assert found is not None, f"{place}: there is no {word} in {words}"
                command = found


def commands_in(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the arguments of every command of ours that stands in a document."""
    for number, line in prose(path):
        for span in spans(line):
            if span.startswith("monitor ") and "..." not in span:
                yield f"{name_of(path)}:{number}", arguments(span)[1:]
    for block in blocks(path):
        if block.kind in ("sh", "console", "crontab"):
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
    found = helps(get_command(app), None, "monitor")
    parts = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in found]
    return "\n".join([INTRODUCTION, *parts])


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


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
