"""The lexica of word forms: simplemma's, read in a process of their own.

They would take hundreds of megabytes in the daemon, for what is needed once in a
rule's life; the forms that come out are small and are kept in the database.
"""

from __future__ import annotations

from monitor.lexicon.process import Lexicon

__all__ = ["Lexicon"]
