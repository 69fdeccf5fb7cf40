"""The stories of the last two days, to be found by what their first entry says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds.gist import Gist
from monitor.feeds.telling import SAME_TEXT, WITHIN, Telling, share, telling

_PROBED = 12
"""So many words of an entry are looked up, the rarest: they tell it from the rest."""

_SHARED = 4  # one of so many of them has to be there: less is another event
_VISITED = 120  # entries, some more than once
_COMPARED = 8
_TWICE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """The stories that an entry tells too, "" for none: word for word, or as event."""

    same_text: str = ""
    same_event: str = ""


class StoryIndex:
    """The first entry of each story, `most` at most, each for 48 hours.

    Only what made a rule true need stand here. What stands here and was never stored,
    for its transaction was undone, does no harm: a story that has no alert in the
    database tells its next entry.
    """

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self._added = 0
        self._gists: dict[int, Gist] = {}  # by number, the oldest first
        self._stories: set[str] = set()
        self._by_word: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._gists)

    def add(self, one: Gist) -> None:
        """Keep an entry as the first of its story, unless the story has one."""
        self._expire(one.at)
        if one.story in self._stories:
            return
        self._added += 1
        self._gists[self._added] = one
        self._stories.add(one.story)
        for word in one.words:
            self._by_word[word].append(self._added)
        if len(self._gists) > self.most:
            self._drop_oldest()

    def find(self, one: Gist) -> Found:
        """Return the stories that others told before and that the entry tells too."""
        self._expire(one.at)
        near = [each for each in self._near(one) if each.story != one.story]
        by_telling: dict[Telling, list[Gist]] = defaultdict(list)
        for each in near:
            by_telling[telling(one, each)].append(each)
        same = by_telling[Telling.SAME_TEXT]
        if same and _is_template(one, near):
            return Found(same_event=same[0].story)
        events = by_telling[Telling.SAME_EVENT]
        return Found(
            same_text=same[0].story if same else "",
            same_event=max(events, key=lambda e: share(one, e)).story if events else "",
        )

    def _near(self, one: Gist) -> Sequence[Gist]:
        """Return the entries that share the most of the rarest words, oldest first."""
        lists = [found for word in one.words if (found := self._by_word.get(word))]
        lists.sort(key=len)
        times: Counter[int] = Counter()
        visited = 0
        for places in lists[:_PROBED]:
            visited += len(places)
            if visited > _VISITED:
                break
            times.update(places)
        least = min(len(lists), _PROBED) / _SHARED
        best = [number for number, count in times.items() if count >= least]
        if len(best) > _COMPARED:
            best = sorted(best, key=times.__getitem__)[-_COMPARED:]
        return [self._gists[number] for number in sorted(best)]

    def _expire(self, now: datetime) -> None:
        while self._gists and now - next(iter(self._gists.values())).at > WITHIN:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._gists.pop(next(iter(self._gists)))
        self._stories.discard(oldest.story)
        for word in oldest.words:
            places = self._by_word[word]
            places.pop(0)
            if not places:
                del self._by_word[word]


def _is_template(one: Gist, near: Sequence[Gist]) -> bool:
    """Say whether a publisher tells several stories in nearly these words."""
    alike = [each.publisher for each in near if share(one, each) >= SAME_TEXT]
    times = Counter([one.publisher, *alike])
    return max(times.values()) >= _TWICE
