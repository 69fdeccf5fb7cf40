"""The one door to simplemma: its dictionaries, word by word and as a whole.

Its public interface answers for one word at a time, and takes hundreds of megabytes
or a millisecond for it; what is needed here are many words, and all forms of a lemma.
That takes the streams behind it, which are private: the version is pinned, and what
reads them stands here alone.

In a stream the words are sorted. Each record is the number of bytes that a word shares
with the one before, the number of those that follow, and these; then, for its lemma,
how many bytes of the word to leave out at its end, and how many and which follow; or
one mark for "the lemma of the word before". Only one of
these numbers is ever so high that it takes two bytes, that of the bytes that follow;
a stream where another is has other records than it counts, and is refused.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import Final

from simplemma.strategies.dictionaries.dictionary_factory import (
    SUPPORTED_LANGUAGES,
    _read_decompressed,
)
from simplemma.strategies.dictionaries.frontcode import _read_header

LANGUAGES: Final = frozenset(SUPPORTED_LANGUAGES)
"""The languages there are dictionaries for, by their codes."""

_BLOCK: Final = 16
_SPARSE: Final = 2  # eight slots for each word: most words it lacks are seen at once
_SAME: Final = 254
_WHOLE: Final = 255
_ONE_BYTE: Final = 127


class Dictionary:
    """One language's words, each with its lemma.

    The stream can be entered at the start of each block, which is a word with a lemma
    of its own.

    Raises:
        ValueError: the stream is not one that is understood.
    """

    def __init__(self, language: str) -> None:
        self._stream = _read_decompressed(language)
        self._is_reversed, count, self._start = _read_header(self._stream)
        self._mask = (1 << (count.bit_length() + _SPARSE)) - 1
        self._slots = bytearray(self._mask + 1)
        self._firsts: list[bytes] = []
        self._entries = array("I")
        self._found: dict[str, str | None] = {}
        if self._index() != count:
            raise ValueError(f"the dictionary for {language!r} cannot be read")

    def _index(self) -> int:
        """Note where each block begins, and the slot of each word; count them."""
        # This loop and `_records` run a million times: no lemmas here, no calls there.
        data, mask, slots = self._stream, self._mask, self._slots
        at, size = self._start, len(self._stream)
        word = b""
        count = until = 0
        while at < size:
            start, more = at + 2, data[at + 1]
            if more > _ONE_BYTE:
                start, more = start + 1, more + ((data[start] - 1) << 7)
            end = start + more
            word = word[: data[at]] + data[start:end]
            slots[hash(word) & mask] = 1
            count += 1
            if data[end] == _SAME:
                at = end + 1
                continue
            at = end + 2 + data[end + 1]
            if count > until:
                until = count + _BLOCK
                self._firsts.append(word)
                self._entries.append(end)
        return count

    def lemma(self, word: str) -> str | None:
        """Return the lemma of a word, None if the dictionary does not have it."""
        sought = word.encode(errors="surrogatepass")
        if self._is_reversed:
            sought = sought[::-1]
        if not self._slots[hash(sought) & self._mask]:
            return None
        if word in self._found:
            return self._found[word]
        self._found[word] = found = self._read(sought)
        return found

    def _read(self, sought: bytes) -> str | None:
        """Return the lemma of a word, which is as the stream has it."""
        block = bisect_right(self._firsts, sought) - 1
        if block < 0:
            return None
        entry = self._entries[block]
        for _, known, lemma in self._records(entry, self._firsts[block]):
            if known >= sought:
                return self._turned(lemma).decode() if known == sought else None
        return None

    def forms(
        self, lemmas: Collection[str], own: list[str] | None = None
    ) -> dict[str, list[str]]:
        """Return all forms of each lemma, of none that has no forms.

        Every word that is its own lemma is added to `own`.
        """
        found: dict[bytes, list[bytes]] = {
            self._turned(lemma.encode(errors="surrogatepass")): [] for lemma in lemmas
        }
        for _, word, lemma in self._records(self._start):
            if lemma in found:
                found[lemma].append(word)
            if own is not None and word == lemma:
                own.append(self._turned(word).decode())
        return {
            self._turned(lemma).decode(): [self._turned(word).decode() for word in all_]
            for lemma, all_ in found.items()
            if all_
        }

    def _records(
        self, at: int, word: bytes = b""
    ) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield where the lemma of each word stands, the word, and the lemma.

        With a word, `at` is where its lemma stands.
        """
        # It runs millions of times, and so nothing is called that need not be.
        data, size = self._stream, len(self._stream)
        lemma = b""
        is_first = bool(word)
        while at < size:
            if is_first:
                end, is_first = at, False
            else:
                start, more = at + 2, data[at + 1]
                if more > _ONE_BYTE:
                    start, more = start + 1, more + ((data[start] - 1) << 7)
                end = start + more
                word = word[: data[at]] + data[start:end]
            cut = data[end]
            if cut == _SAME:
                at = end + 1
            else:
                at = end + 2 + data[end + 1]
                kept = word[: len(word) - cut] if cut != _WHOLE else b""
                lemma = kept + data[end + 2 : at]
            yield end, word, lemma

    def _turned(self, word: bytes) -> bytes:
        """Return a word as the stream has it, or one of the stream as it is."""
        return word[::-1] if self._is_reversed else word
