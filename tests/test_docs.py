"""The documentation is true: every example runs, every claim about a query holds.

What the info strings of the blocks mean stands in ``documents.py``; the commands are in
``test_docs_commands.py``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from documents import (
    DOCUMENTS,
    README,
    ROOT,
    Row,
    anchors,
    blocks,
    links,
    name_of,
    prose,
    put,
    rows,
    spans,
)

from monitor.config import (
    config_schema,
    document_of,
    format_diagnostic,
    load,
    rules_schema,
)
from monitor.errors import QueryError
from monitor.lexicon import Lexicon
from monitor.matching import Document, compile_query
from monitor.matching.forms import Forms
from monitor.model import RuleTest, Settings, Severity
from monitor.net.channels import check_url

LISTS = {"aserbaidschan": ["Aserbaidschan", "Azerbaijan*", "Alijew"]}


@cache
def known_forms() -> Forms:
    """Return the forms of every word that stands in the documents."""
    found = set()
    for path in DOCUMENTS:
        found.update(re.findall(r"~?\w+", path.read_text(encoding="utf-8")))
    return Lexicon(("de", "en")).read(found | {word.lstrip("~") for word in found})


def forms_of(terms: Collection[str], _: Settings) -> Forms:
    known = known_forms()
    assert known.keys() >= set(terms)
    return {term: known[term] for term in terms}


# What a piece of a configuration may refer to.
AROUND = {
    "channels": "channels: {newsroom: 'console://', chief: 'console://'}",
    "feeds": "feeds: [{url: 'https://example.org/rss.xml', name: example, tags: [de]}]",
}


every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)


# --- files -----------------------------------------------------------------------


def complaints(config: Path) -> list[str]:
    """Return what is wrong with a configuration and its rules, notes left out."""
    loaded = load(config, check_url=check_url, environ={}, forms_of=forms_of)
    return [
        format_diagnostic(f)
        for f in loaded.diagnostics
        if f.severity is not Severity.NOTE
    ]


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
            compiled = compile_query(query, LISTS, forms=known_forms())
            for text in spans(row.cells["matches"]):
                assert compiled.match(entry(text)), f"{row.place}: {query} / {text}"
            for text in spans(row.cells["does not match"]):
                assert compiled.match(entry(text)) is None, f"{row.place}: {text}"


def errors_of(query: str) -> str:
    with pytest.raises(QueryError) as caught:
        compile_query(query, LISTS)
    return str(caught.value)


def test_queries_are_refused_in_the_words_that_are_shown() -> None:
    refused = every_row("written", "what is said")

    assert len(refused) > 10
    for row in refused:
        (shown,) = spans(row.cells["what is said"])
        for query in spans(row.cells["written"]):
            said_of_it = errors_of(query)
            for piece in shown.split(" … "):
                assert piece in said_of_it, f"{row.place}: {said_of_it}"


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
