"""What is remarked on rules, in words."""

from __future__ import annotations

import re

from monitor.config.rule_file import ReadRules
from monitor.config.yaml_file import Location
from monitor.config.yaml_tree import TextNode
from monitor.config.yaml_words import QUERY_HINT
from monitor.model import QueryProblem, Rule, Severity


def contained(inner: Rule, outer: Rule) -> tuple[Severity, str]:
    """Return what is to be said of a rule that is never true where another is not."""
    what = f"whatever this rule matches, `{outer.name}` matches too"
    tells_more = not set(inner.channels) <= set(outer.channels)
    if tells_more or inner.priority > outer.priority:
        return Severity.NOTE, what
    return Severity.WARNING, f"{what}, and tells the same channels; one is enough"


def in_days(days: int) -> str:
    """Return "today", "tomorrow" or in how many days."""
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def comment_after(read: ReadRules, location: Location) -> str:
    """Return the comment that YAML cut off behind a value, empty if there is none."""
    node = read.file.node(location)
    if not isinstance(node, TextNode) or node.style:
        return ""
    found = re.match(r"[ \t]+(#.*)", read.file.source.rest_of_line(node.end))
    return found[1].rstrip() if found else ""


def what_yaml_did(read: ReadRules, location: Location, problem: QueryProblem) -> str:
    """Return what YAML took from a query, if that may be why it is wrong."""
    node = read.file.node(location)
    if problem.severity is not Severity.ERROR or not isinstance(node, TextNode):
        return ""
    comment = comment_after(read, location)
    is_at_end = problem.start + problem.length >= len(node.value.rstrip())
    if comment and is_at_end:
        return f"; YAML drops `{comment}` as a comment: {QUERY_HINT}"
    if node.style in ("'", '"') and node.style:
        return f"; YAML takes the quotes around the value: {QUERY_HINT}"
    return ""
