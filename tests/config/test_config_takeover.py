"""An edit harms its own file at most: what was good stays in force."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_folder import CONFIG, ConfigFolder, places, texts

from monitor.config import Loaded

LISTS = "lists:\n  stadt: [Baku]\n"
USES = "contact: newsroom\nrules:\n  a: $stadt\n"


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    folder = ConfigFolder(tmp_path)
    folder.rules(LISTS, "lists.yaml")
    folder.rules(USES, "uses.yaml")
    folder.rules("rules:\n  b: Tiflis\n", "other.yaml")
    assert folder.reload().is_usable
    return folder


def queries(loaded: Loaded) -> dict[str, str]:
    return {rule.name: rule.query for rule in loaded.rules}


@pytest.mark.parametrize(
    "broken",
    ["rules:\n  a: Baku AND\n", "rules:\n  a: [", "", "rules: {a: {qery: x}}\n",
     "rules: {a: {query: Baku, should_match: [x]}}\n"],
)  # fmt: skip
def test_broken_file_keeps_its_last_good_text(
    folder: ConfigFolder, broken: str
) -> None:
    folder.rules(broken, "uses.yaml")
    folder.rules("rules:\n  b: Georgien\n", "other.yaml")
    loaded = folder.reload()
    assert loaded.is_usable
    assert queries(loaded) == {"a": "$stadt", "b": "Georgien"}
    assert loaded.reverted == ("uses.yaml",)
    assert loaded.sources["uses.yaml"] == USES
    assert loaded.contacts == {"uses.yaml": "newsroom"}
    assert {place.split(":")[0] for place in places(loaded)} == {"uses.yaml"}


def test_mended_file_comes_into_force(folder: ConfigFolder) -> None:
    folder.rules("rules: [", "uses.yaml")
    folder.reload()
    folder.rules("rules:\n  a: Baku\n", "uses.yaml")
    loaded = folder.reload()
    assert (queries(loaded)["a"], loaded.reverted) == ("Baku", ())
    assert loaded.diagnostics == ()


def test_changed_list_that_breaks_another_file_is_blamed(folder: ConfigFolder) -> None:
    folder.rules("lists:\n  staedte: [Baku]\n", "lists.yaml")
    loaded = folder.reload()
    assert loaded.is_usable
    assert loaded.reverted == ("lists.yaml",)
    assert places(loaded) == ["lists.yaml:1:1"]
    assert "uses.yaml:3:6" in texts(loaded)
    assert loaded.lists == {"stadt": ("Baku",)}


def test_deleted_list_that_another_file_needs_stays(folder: ConfigFolder) -> None:
    (folder.root / "rules" / "lists.yaml").unlink()
    loaded = folder.reload()
    assert loaded.reverted == ("lists.yaml",)
    assert loaded.lists == {"stadt": ("Baku",)}
    assert "uses.yaml:3:6" in texts(loaded)
    assert loaded.diagnostics[0].path == str(folder.root / "rules" / "lists.yaml")


def test_deleted_file_is_gone(folder: ConfigFolder) -> None:
    (folder.root / "rules" / "other.yaml").unlink()
    loaded = folder.reload()
    assert queries(loaded) == {"a": "$stadt"}
    assert "other.yaml" not in loaded.sources
    assert loaded.diagnostics == ()


def test_name_in_two_files_blames_the_one_that_changed(folder: ConfigFolder) -> None:
    folder.rules(LISTS + "rules:\n  b: Baku\n", "lists.yaml")
    loaded = folder.reload()
    assert places(loaded) == ["lists.yaml:4:3"]
    assert queries(loaded)["b"] == "Tiflis"


def test_victim_of_anothers_mistake_is_taken_over(folder: ConfigFolder) -> None:
    folder.rules("lists:\n  staedte: [Baku]\n", "lists.yaml")
    folder.rules("rules:\n  a: $stadt AND Öl\n", "uses.yaml")
    loaded = folder.reload()
    assert queries(loaded)["a"] == "$stadt AND Öl"
    assert loaded.reverted == ("lists.yaml",)


def test_two_files_changed_together(folder: ConfigFolder) -> None:
    folder.rules("lists:\n  staedte: [Baku]\n", "lists.yaml")
    folder.rules("rules:\n  a: $staedte\n", "uses.yaml")
    folder.rules("rules:\n  b: AND\n", "other.yaml")
    loaded = folder.reload()
    assert queries(loaded) == {"a": "$staedte", "b": "Tiflis"}
    assert loaded.reverted == ("other.yaml",)


def test_new_broken_file_is_left_out(folder: ConfigFolder) -> None:
    folder.rules("rules: [", "new.yaml")
    loaded = folder.reload()
    assert loaded.settings is not None
    assert not loaded.is_usable, "a start needs every file"
    assert loaded.left_out == ("new.yaml",)
    assert queries(loaded) == {"a": "$stadt", "b": "Tiflis"}


@pytest.mark.parametrize(
    "text",
    [
        CONFIG.replace("newsroom", "desk"),
        CONFIG.replace("feeds:\n", "defaults: {feed: {}}\nfeeds:\n  - x\n"),
    ],
)
def test_configuration_that_rules_do_not_go_with_is_refused(
    folder: ConfigFolder, text: str
) -> None:
    folder.config(text)
    loaded = folder.reload()
    assert loaded.settings is None
    assert "monitor.yaml:1:1" in places(loaded) or "monitor.yaml:5:5" in places(loaded)


def test_channel_renamed_in_both_files(folder: ConfigFolder) -> None:
    folder.config(CONFIG.replace("newsroom", "desk"))
    assert folder.reload().settings is None
    folder.rules(USES.replace("newsroom", "desk"), "uses.yaml")
    loaded = folder.reload()
    assert loaded.is_usable
    assert loaded.diagnostics == ()


def test_last_good_texts_that_clash_are_nobodys_change(folder: ConfigFolder) -> None:
    folder.last_good = {**(folder.last_good or {}), "uses.yaml": "rules:\n  b: x\n"}
    folder.rules("rules:\n  b: x\n", "uses.yaml")
    loaded = folder.reload()
    assert loaded.settings is None
    assert "nothing of this file" in texts(loaded)
