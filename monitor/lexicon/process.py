"""Reading the lexica in a process that ends: they never fill the daemon's memory."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from monitor.errors import LexiconError
from monitor.matching import (
    compounding,
    derivation,
    english,
    filling,
    forms,
    german,
    inflection,
    lexemes,
    slavic,
)
from monitor.matching.forms import WordForm, form_of

_GRAMMAR: Final = (
    *(compounding, derivation, english, filling, forms, german, inflection),
    lexemes,
    slavic,
)
"""What makes word forms of a lexicon's answers; where it changes, so do the forms."""

_WORKER: Final = "monitor.lexicon.worker"
_MEMORY: Final = 2_000_000_000
_GRACE: Final = 5
_LONGEST_REASON: Final = 200
_KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL")


class Lexicon:
    """The lexica of some languages (codes like ``de``).

    `timeout` is for one reading, `memory` (bytes of address space) for its process.

    Raises:
        LexiconError: there is no lexicon for one of the languages.
    """

    def __init__(
        self,
        languages: Sequence[str] = ("de", "en"),
        *,
        timeout: timedelta = timedelta(seconds=60),
        memory: int = _MEMORY,
    ) -> None:
        self.languages = tuple(dict.fromkeys(languages))
        self._seconds = timeout.total_seconds()
        self._memory = memory
        if unknown := sorted(set(languages) - supported_languages()):
            have = ", ".join(sorted(supported_languages()))
            raise LexiconError(f"no word forms for {', '.join(unknown)}; for {have}")

    @property
    def version(self) -> str:
        """What the forms depend on besides term and languages; new forms, new text."""
        return lexicon_version()

    def read(self, terms: Collection[str]) -> dict[str, tuple[WordForm, ...]]:
        """Return the forms of each term, which is named as `asked` names it.

        It blocks for a second or more; a loop awaits it in a thread.

        Raises:
            LexiconError: the process crashed, ran out of memory or took too long.
        """
        if not terms or not self.languages:
            return {}
        question = {"languages": self.languages, "terms": sorted(terms)}
        answer = self._answer(json.dumps(question).encode())
        return {term: tuple(map(form_of, rows)) for term, rows in answer.items()}

    def _answer(self, question: bytes) -> Mapping[str, Any]:
        """Ask a process of its own.

        Raises:
            LexiconError: it gave no answer.
        """
        command = [sys.executable, "-P", "-m", _WORKER]
        try:
            ended = subprocess.run(  # noqa: S603 - ours
                [*command, str(self._memory), str(self._seconds + _GRACE)],
                input=question,
                capture_output=True,
                check=True,
                timeout=self._seconds,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C is for the parent
            )
            answer: Mapping[str, Any] = json.loads(ended.stdout)
        except subprocess.TimeoutExpired:
            reason = f"took longer than {self._seconds:g} s"
        except subprocess.CalledProcessError as error:
            reason = _last_line(error.stderr) or f"ended with {error.returncode}"
        except (OSError, ValueError) as error:
            reason = str(error)
        else:
            return answer
        raise LexiconError(f"the word forms cannot be read ({reason})")


@cache
def supported_languages() -> frozenset[str]:
    """Return the languages that there are lexica for."""
    # Slow to import, and needed once in a daemon's life.
    from monitor.lexicon.dictionaries import LANGUAGES  # noqa: PLC0415

    return LANGUAGES


@cache
def lexicon_version() -> str:
    """Return a text that changes with the dictionaries and with our grammar."""
    grammar = hashlib.sha256()
    for module in _GRAMMAR:
        grammar.update(Path(str(module.__file__)).read_bytes())
    return f"simplemma {version('simplemma')}, grammar {grammar.hexdigest()[:12]}"


def _last_line(errors: bytes) -> str:
    """Return what a traceback ends with."""
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:_LONGEST_REASON] if lines else ""


def _environment() -> dict[str, str]:
    """Return what the process needs to import what we import; no secrets."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    folders = (folder or str(Path.cwd()) for folder in sys.path)
    return {**kept, "PYTHONPATH": os.pathsep.join(folders), "PYTHONHASHSEED": "0"}
