"""Reading the lexica in another process: bounded, and never left behind."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import LexiconError
from monitor.lexicon import Lexicon
from monitor.lexicon.dictionaries import Dictionary
from monitor.matching.forms import WordForm

MODULE = "monitor.lexicon.worker"


def children() -> list[int]:
    """Return the readers of this process that live."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end meanwhile
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_bytes().decode()
            if int(parent) == os.getpid() and MODULE in command:
                found.append(int(process.name))
    return found


def test_every_term_gets_its_forms() -> None:
    terms = ["company", "~company", "Nobodyknows", "", "\ud800", "a\x00b"]

    found = Lexicon(["en"]).read(terms)

    assert found.keys() == set(terms)
    assert all(forms[0].text == term.lstrip("~") for term, forms in found.items())
    assert WordForm("companies") in found["company"]


def test_nothing_is_asked_where_nothing_is_sought() -> None:
    assert Lexicon(["en"], timeout=timedelta(0)).read([]) == {}
    assert Lexicon([], timeout=timedelta(0)).read(["Krieg"]) == {}


def test_a_reader_that_takes_too_long_is_ended() -> None:
    lexicon = Lexicon(["en"], timeout=timedelta(milliseconds=5))

    with pytest.raises(LexiconError, match=r"took longer than 0\.005 s"):
        lexicon.read(["war"])

    assert children() == []


def test_a_reader_that_is_killed_is_an_error() -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(Lexicon(["de"]).read, ["Krieg"])
        while not (found := children()):
            assert not answer.done()
        os.kill(found[0], signal.SIGKILL)

        with pytest.raises(LexiconError, match=r"cannot be read \(ended with -9\)"):
            answer.result()


def test_a_reader_that_runs_out_of_memory_is_an_error() -> None:
    with pytest.raises(LexiconError, match=r"cannot be read \(.+\)"):
        Lexicon(["de"], memory=60_000_000).read(["Krieg"])


def test_a_language_without_a_lexicon_is_named_with_those_that_have_one() -> None:
    with pytest.raises(
        LexiconError, match=r"no word forms for tlh, xx; for .*de, .*en"
    ):
        Lexicon(["de", "xx", "tlh"])


def test_the_version_tells_the_dictionaries_and_the_grammar() -> None:
    assert Lexicon(["de"]).version == Lexicon(["en"]).version
    assert Lexicon().version.startswith("simplemma 2.0.")
    assert ", grammar " in Lexicon().version


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("wars", "war"),
        ("war", "war"),
        ("companies", "company"),
        ("", None),
        ("!", None),
        ("zzzzzz", None),
        ("qqwwee", None),
    ],
)
def test_a_dictionary_answers_for_single_words(word: str, lemma: str | None) -> None:
    assert Dictionary("en").lemma(word) == lemma


def test_a_dictionary_answers_as_its_whole_stream_does() -> None:
    english = Dictionary("en")
    lemmas: list[str] = []
    english.forms([], lemmas)
    lemmas = lemmas[::50]

    forms = english.forms([*lemmas, "zzzzzz"])

    assert all(lemma in forms[lemma] for lemma in lemmas)
    assert "zzzzzz" not in forms
    assert all(english.lemma(form) == lemma for lemma in forms for form in forms[lemma])
