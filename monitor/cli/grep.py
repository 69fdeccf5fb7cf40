"""``monitor grep``: like grep, for news."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from typing import IO, Annotated

import typer
from rich.text import Text

from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    given_config,
    surroundings,
    usable_files,
)
from monitor.cli.output import console, print_json, say
from monitor.errors import QueryError
from monitor.lexicon import Lexicon
from monitor.matching import Document, Query, compile_query
from monitor.matching.forms import Forms
from monitor.matching.needs import needed_terms
from monitor.model import Because, QueryProblem
from monitor.text import plain_text


class _BadLine(Exception):  # noqa: N818 - it says what it is
    """A line that is no entry."""


class Input(StrEnum):
    """What the lines are."""

    TEXT = "text"
    JSONL = "jsonl"


_MAY_BE_MARKUP = ("title", "summary", "content")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")


def grep(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="What to look for, as in a rule.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Files; standard input if none.")
    ] = None,
    *,
    form: Annotated[
        Input,
        typer.Option(
            "--input",
            help="jsonl: each line is an object with any of title, summary, content, "
            "author, tags, categories, lang, url, feed.",
        ),
    ] = Input.TEXT,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each input line.")
    ] = False,
) -> None:
    """Print the lines that a query matches, the matched words highlighted.

    Needs no configuration; --config adds its lists.
    Example: monitor grep 'Aserbaidschan AND NOT Schach' headlines.txt
    """
    compiled = _compiled(context, query)
    found = _Grep(compiled, form, as_json=as_json, is_named=len(files or []) > 1)
    for name in files or ["-"]:
        found.search(name)
    if found.has_failed:
        raise typer.Exit(UNUSABLE)
    raise typer.Exit(OK if found.has_matched else PROBLEM)


def _compiled(context: typer.Context, query: str) -> Query:
    lists: Mapping[str, tuple[str, ...]] = {}
    if given_config(context) is None:
        terms = needed_terms([query], lists)
        forms: Forms = Lexicon().read(terms)
    else:
        around = surroundings(context)
        loaded, settings = usable_files(around)
        lists = loaded.lists
        forms = around.forms(needed_terms([query], lists), settings)
    return compiled_or_exit(query, lists, forms)


def compiled_or_exit(
    text: str,
    lists: Mapping[str, tuple[str, ...]],
    forms: Forms,
    *,
    is_bound: bool = False,
) -> Query:
    """Return a query as it was typed; say what is wrong with it, and end if it must."""
    try:
        compiled = compile_query(text, lists, bound=is_bound, forms=forms)
    except QueryError as error:
        for problem in error.problems:
            say(format_problem(text, problem))
        raise typer.Exit(UNUSABLE) from None
    for problem in compiled.problems:
        say(format_problem(text, problem))
    return compiled


def format_problem(query: str, problem: QueryProblem) -> str:
    """Return a problem, the line of the query it stands in, and a caret under it."""
    before = query[: problem.start]
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    shown = query.split("\n")[line]
    caret = " " * column + "^" * max(1, min(problem.length, len(shown) - column))
    return f"query: {problem.severity.value}: {problem.text}\n{shown}\n{caret}"


class _Grep:
    def __init__(
        self, query: Query, form: Input, *, as_json: bool, is_named: bool
    ) -> None:
        self._query = query
        self._form = form
        self._as_json = as_json
        self._is_named = is_named
        self._console = console()
        self.has_matched = False
        self.has_failed = False

    def search(self, name: str) -> None:
        """Go through one file (``-`` is standard input)."""
        try:
            with _opened(name) as file:
                for number, raw in enumerate(file, 1):
                    line = raw.decode(
                        "utf-8-sig" if number == 1 else "utf-8", "replace"
                    )
                    self._line(name, number, line.rstrip("\r\n"))
        except OSError as error:
            say(f"monitor: {name}: {error.strerror}")
            self.has_failed = True

    def _line(self, name: str, number: int, line: str) -> None:
        try:
            document = self._document(line)
        except _BadLine as error:
            say(f"{name}:{number}: {error}")
            self.has_failed = True
            document = Document()
        because = self._query.match(document)
        self.has_matched |= because is not None
        if self._as_json:
            places = [asdict(place) for place in because or ()]
            print_json({"match": because is not None, "because": places})
        elif because is not None:
            self._print(name, line, because)

    def _document(self, line: str) -> Document:
        if self._form is Input.TEXT:
            return Document(title=_without_markup(line))
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _BadLine('not a JSON object; write {"title": "..."}')
        return document_of(found)

    def _print(self, name: str, line: str, because: tuple[Because, ...]) -> None:
        text = Text(f"{name}:" if self._is_named else "")
        start = len(text)
        text.append(line)
        if self._form is Input.TEXT:
            for place in because:
                # Behind markup that was removed the place is another one.
                if line[place.start : place.end] == place.text:
                    text.stylize("bold red", start + place.start, start + place.end)
        self._console.print(text, soft_wrap=True)


def document_of(fields: Mapping[str, object]) -> Document:
    """Return an entry given as fields; markup in its texts is removed.

    Raises:
        _BadLine: a field has the wrong type.
    """
    return Document(
        title=_text(fields, "title"),
        summary=_text(fields, "summary"),
        content=_text(fields, "content"),
        author=_text(fields, "author"),
        tags=_texts(fields, "tags"),
        categories=_texts(fields, "categories"),
        language=_text(fields, "lang"),
        url=_text(fields, "url"),
        feed=_text(fields, "feed"),
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name) or ""
    if not isinstance(value, str):
        raise _BadLine(f"{name}: text is wanted, not {json.dumps(value)}")
    return _without_markup(value) if name in _MAY_BE_MARKUP else value


def _without_markup(text: str) -> str:
    """Return the text as it is matched, and as offsets count it."""
    return plain_text(text) if _MARKUP.search(text) else text


def _texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = fields.get(name) or []
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _BadLine(f"{name}: a list of texts is wanted")
    return tuple(value)


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with open(name, "rb") as file:  # noqa: PTH123 - a name as it was typed
        yield file
