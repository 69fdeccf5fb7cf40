"""Text as it is matched: markup to plain text, and plain text to words and keys."""

from __future__ import annotations

from monitor.text.folding import keys
from monitor.text.markup import plain_text, tidy
from monitor.text.words import Word, spelled_words, word_keys, words

__all__ = ["Word", "keys", "plain_text", "spelled_words", "tidy", "word_keys", "words"]
