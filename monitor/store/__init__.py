"""SQLite, for good: tables, migrations, transactions, the lock, and the views."""

from __future__ import annotations
