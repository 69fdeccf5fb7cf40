"""The rule language: queries, what they mean, and all rules at once."""

from __future__ import annotations

from monitor.matching.containment import contained_rules
from monitor.matching.document import Document
from monitor.matching.explaining import Explanation
from monitor.matching.lists import ListProblem, check_list
from monitor.matching.needs import needed_terms
from monitor.matching.outlook import Truth
from monitor.matching.query import Query, QueryCompiler, compile_query
from monitor.matching.ruleset import RuleSet, selects
from monitor.matching.shortfall import Lack, Shortfall, Unmet

__all__ = [
    "Document",
    "Explanation",
    "Lack",
    "ListProblem",
    "Query",
    "QueryCompiler",
    "RuleSet",
    "Shortfall",
    "Truth",
    "Unmet",
    "check_list",
    "compile_query",
    "contained_rules",
    "needed_terms",
    "selects",
]
