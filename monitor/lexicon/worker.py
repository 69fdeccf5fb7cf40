"""The process that reads the lexica: one question in, one answer out, and it ends.

The question is a JSON object with `languages` and `terms`, the answer one with the
forms of each term. An alarm ends it even if the parent is gone.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
from collections.abc import Collection, Sequence

from monitor.lexicon.dictionaries import Dictionary
from monitor.matching.compounding import COMPOUNDING, containing
from monitor.matching.filling import filled, sought_stems, wanted
from monitor.matching.forms import WordForm, form_row
from monitor.matching.lexemes import Known


def main() -> None:
    """Answer; the arguments are bytes of memory and seconds."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not look like the answer
    gc.disable()  # it would only look at what stays until the end
    question = json.load(sys.stdin.buffer)
    found = read(question["languages"], question["terms"])
    rows = {term: [form_row(form) for form in forms] for term, forms in found.items()}
    output.write(json.dumps(rows))  # dump writes in pieces, and slowly
    output.flush()
    os._exit(0)  # all that was read would be taken down word by word


def read(
    languages: Sequence[str], terms: Collection[str]
) -> dict[str, tuple[WordForm, ...]]:
    """Return the forms of each term."""
    dictionaries = {language: Dictionary(language) for language in languages}
    known = [Known(name, one.lemma) for name, one in dictionaries.items()]
    lemmas: dict[str, set[str]] = {language: set() for language in languages}
    stems: set[str] = set()
    for term in terms:
        stems |= sought_stems(term, known)
        for lexeme in wanted(term, known):
            lemmas[lexeme.known.language].update(lexeme.lemmas)
    for one in known:
        own: list[str] | None = None
        if stems and one.language in COMPOUNDING:
            own = []
        one.forms = dictionaries[one.language].forms(lemmas[one.language], own)
        if own:
            one.containing = containing(own, stems)
    return {term: filled(term, known) for term in terms}


if __name__ == "__main__":
    main()
