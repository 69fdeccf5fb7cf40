"""Named lists: what they stand for, and what can be wrong with them."""

from __future__ import annotations

import pytest

from monitor.errors import QueryError
from monitor.matching import Document, ListProblem, check_list, compile_query

LISTS = {
    "land": ["Aserbaidschan", "Baku", "$berge"],
    "berge": ["Berg Karabach", "=Kaukasus OR Ararat", "title:Elbrus"],
}


def terms(query: str, title: str, lists: dict[str, list[str]]) -> list[str] | None:
    because = compile_query(query, lists).match(Document(title))
    return None if because is None else [each.term for each in because]


def test_a_list_stands_for_any_of_its_items() -> None:
    assert terms("$land AND Waffen", "Waffen für Baku", LISTS) == ["Waffen", "Baku"]
    assert terms("$land", "Ararat und Elbrus", LISTS) == ["Ararat", "Elbrus"]
    assert terms("Waffen AND NOT $land", "Waffen für Baku", LISTS) is None
    assert terms("$land", "Georgien", LISTS) is None


def test_several_bare_words_of_an_item_are_a_phrase() -> None:
    lists = {"x": ["Berg Karabach", " Sein und Zeit "]}
    assert terms("$x", "in Berg-Karabach", lists) == ["Berg Karabach"]
    assert terms("$x", "Karabach am Berg", lists) is None
    assert terms("$x", "Sein und Zeit", lists) == ["Sein und Zeit"]


def test_a_list_takes_the_scope_it_is_named_in() -> None:
    query = compile_query("summary:$land", LISTS)
    assert query.match(Document("Baku")) is None
    assert query.match(Document("Elbrus")) is not None  # it names its own field
    assert query.match(Document(summary="Baku")) is not None


def test_a_good_list_has_no_problems() -> None:
    assert check_list("land", LISTS["land"], LISTS) == ()
    assert check_list("berge", LISTS["berge"], {}) == ()


@pytest.mark.parametrize(
    ("item", "start", "says"),
    [
        ("Baku AND", 5, "missing after AND"),
        ("", 0, "empty"),
        ("NOT Baku", 0, "only negations"),
        ("Wa* Baku", 0, "at least 3"),
        ("$fehlt OR x", 0, "no list $fehlt"),
        ("x OR $leer", 5, "is empty"),
    ],
)
def test_a_bad_item_is_told_with_its_index(item: str, start: int, says: str) -> None:
    lists = {"x": ["gut", item], "leer": []}
    found = check_list("x", lists["x"], lists)
    assert [(n, problem.start) for n, problem in found][:1] == [(1, start)]
    assert says in found[0][1].text


def test_what_names_a_bad_list_says_so_in_a_way_that_can_be_told_apart() -> None:
    lists = {"schlecht": ["a AND"], "darüber": ["b", "$schlecht"]}
    assert check_list("darüber", lists["darüber"], lists) == ()
    with pytest.raises(QueryError) as caught:
        compile_query("x OR $darüber", lists)
    (problem,) = caught.value.problems
    assert isinstance(problem, ListProblem)
    assert problem.start == 5
    assert "item 2" in problem.text
    assert "missing after AND" in problem.text


def test_a_cycle_is_told_once() -> None:
    lists = {"vor": ["$a"], "a": ["x", "$b"], "b": ["$a"], "selbst": ["$selbst"]}
    found = {name: check_list(name, items, lists) for name, items in lists.items()}
    assert found["vor"] == found["b"] == ()
    ((index, problem),) = found["a"]
    assert (index, problem.start) == (1, 0)
    assert "$a > $b > $a" in problem.text
    assert len(found["selbst"]) == 1
    for query in ("$vor", "$b", "$selbst"):
        with pytest.raises(QueryError, match="leads back to itself"):
            compile_query(query, lists)


def test_limits_count_what_lists_hold() -> None:
    doubling = {f"l{n}": [f"$l{n + 1}", f"$l{n + 1}"] for n in range(60)}
    lists = {**doubling, "l60": ["x"], "l49": ["$l50", "$l50"]}
    assert compile_query("$l50", lists)
    with pytest.raises(QueryError, match=r"at most 2,000") as caught:
        compile_query("y AND $l49", lists)
    assert caught.value.problems[0].start == 6


def test_depth_counts_what_lists_hold() -> None:
    chain = {f"l{n}": [f"$l{n + 1}"] for n in range(200)} | {"l200": ["x"]}
    assert compile_query("$l137", chain)
    assert compile_query("(((($l141))))", chain)
    for query in ("$l0", "$l100", "($l137)"):
        with pytest.raises(QueryError, match="64 levels"):
            compile_query(query, chain)
    ((index, problem),) = check_list("l0", chain["l0"], chain)
    assert index == 0
    assert "64 levels" in problem.text
    assert check_list("l150", chain["l150"], chain) == ()
