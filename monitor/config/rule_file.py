"""One rule file: read by itself, before it is seen together with the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from monitor.config.names import Names
from monitor.config.rules_model import Example, RuleEntry, RuleFile
from monitor.config.source import Source
from monitor.config.validate import validate
from monitor.config.yaml_file import YamlFile, mapping
from monitor.config.yaml_words import QUERY_HINT
from monitor.matching import Document
from monitor.model import Diagnostic, FullText, RuleTest


@dataclass(frozen=True)
class ReadRules:
    """A rule file under its name.

    `model` is what is right in it by itself, None where that is nothing;
    `diagnostics` say what is wrong.
    """

    name: str
    file: YamlFile
    model: RuleFile | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def text(self) -> str:
        """Return the text as it was read."""
        return self.file.source.text

    @property
    def is_sound(self) -> bool:
        """Say whether nothing is wrong with the file by itself."""
        return self.model is not None and not self.diagnostics

    @property
    def hides_lists(self) -> bool:
        """Say whether it may hold lists that could not be read."""
        data = mapping(self.file.data)
        return self.model is None or not set(data) <= set(RuleFile.model_fields)

    @property
    def list_names(self) -> Iterable[str]:
        """Return the names of its lists, also of those that are wrong."""
        return mapping(mapping(self.file.data).get("lists"))

    def is_bound(self, rule: str) -> bool:
        """Say whether a rule is written to be bound to feeds."""
        entry = mapping(mapping(self.file.data).get("rules")).get(rule)
        return bool(mapping(entry).get("feeds"))

    @cached_property
    def contact(self) -> str:
        """The channel that hears of errors, as far as it can be told."""
        said = mapping(self.file.data).get("contact")
        return said if isinstance(said, str) else ""


def read_rules(name: str, source: Source, names: Names) -> ReadRules:
    """Return a rule file with every finding about it alone."""
    file = YamlFile(source, QUERY_HINT)
    if not source.text.strip():
        empty = file.at((), "the file is empty; delete it, or write `rules: {}`")
        return ReadRules(name, file, None, (empty,))
    model, errors = (
        (None, ())
        if file.root is None and file.faults
        else validate(file, RuleFile, names)
    )
    return ReadRules(name, file, model, (*file.faults, *errors))


def tests_of(entry: RuleEntry) -> Iterator[tuple[str, int, RuleTest]]:
    """Yield key and position of each example of a rule, and the test it stands for."""
    for key, examples, expected in (
        ("should_match", entry.should_match, True),
        ("should_not_match", entry.should_not_match, False),
    ):
        for place, example in enumerate(examples):
            yield key, place, RuleTest(tuple(_fields(example)), expected)


def _fields(example: Example) -> Iterator[tuple[str, str]]:
    for field in Example.model_fields:
        value = getattr(example, field)
        if isinstance(value, str):
            yield from [(field, value)] if value else []
        else:
            yield from ((field, each) for each in value)


def document_of(test: RuleTest, full_text: FullText = FullText.AUTO) -> Document:
    """Return the made-up entry of a test as a query sees it.

    `full_text` is that of its rule, which may read no articles.
    """
    values = dict(test.fields)
    is_read = full_text is not FullText.NEVER
    return Document(
        title=values.get("title", ""),
        summary=values.get("summary", ""),
        content=values.get("content", ""),
        article=values.get("article", "") if is_read else "",
        author=values.get("author", ""),
        language=values.get("lang", ""),
        url=values.get("url", ""),
        feed=values.get("feed", ""),
        tags=tuple(text for name, text in test.fields if name == "tags"),
        categories=tuple(text for name, text in test.fields if name == "categories"),
    )
