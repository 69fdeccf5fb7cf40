"""The rule language: queries, what they mean, and all rules at once."""

from __future__ import annotations

from monitor.matching.document import Document
from monitor.matching.lists import ListProblem, check_list
from monitor.matching.query import Query, QueryCompiler, compile_query
from monitor.matching.ruleset import RuleSet, selects

__all__ = [
    "Document",
    "ListProblem",
    "Query",
    "QueryCompiler",
    "RuleSet",
    "check_list",
    "compile_query",
    "selects",
]
