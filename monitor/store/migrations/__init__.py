"""The schema's history; `upgrade` brings a database to its newest revision."""

from __future__ import annotations
