"""The files people edit, read and checked: YAML to settings and rules.

Every finding has a file, a line and a column; see `load`.
"""

from __future__ import annotations

from monitor.config.changing import ConfigText, open_config
from monitor.config.feed_url import feed_url, has_literal_password, slug
from monitor.config.format import format_diagnostic, format_for_github
from monitor.config.loading import FormsOf, Loaded, load
from monitor.config.new_feed import NewFeed
from monitor.config.places import find_config
from monitor.config.quantities import parse_duration
from monitor.config.rule_file import document_of
from monitor.config.rule_text import RuleTexts
from monitor.config.schema import config_schema, rules_schema
from monitor.config.secrets import Secrets

__all__ = [
    "ConfigText",
    "FormsOf",
    "Loaded",
    "NewFeed",
    "RuleTexts",
    "Secrets",
    "config_schema",
    "document_of",
    "feed_url",
    "find_config",
    "format_diagnostic",
    "format_for_github",
    "has_literal_password",
    "load",
    "open_config",
    "parse_duration",
    "rules_schema",
    "slug",
]
