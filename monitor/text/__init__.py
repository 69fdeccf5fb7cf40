"""Text as it is matched: markup to plain text, and plain text to words and keys."""

from __future__ import annotations

from monitor.text.markup import plain_text, tidy
from monitor.text.words import Word, keys, word_keys, words

__all__ = ["Word", "keys", "plain_text", "tidy", "word_keys", "words"]
