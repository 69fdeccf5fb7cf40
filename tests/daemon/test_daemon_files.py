"""Edited files are noticed, however an editor writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.daemon.files import FileWatch


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text("rules: {}")
    return folder


def settled(watch: FileWatch) -> bool:
    """Look twice: an edit counts once it is at rest."""
    return watch.has_changed() or watch.has_changed()


def test_nothing_changed(rules: Path) -> None:
    watch = FileWatch(lambda: [rules])
    assert not settled(watch)


def test_file_moved_over_the_old_one(rules: Path) -> None:
    watch = FileWatch(lambda: [rules / "a.yaml"])
    new = rules / "a.yaml.new"
    new.write_text("rules: {}")
    new.replace(rules / "a.yaml")
    assert settled(watch)
    assert not settled(watch)


def test_new_removed_and_foreign_files(rules: Path) -> None:
    watch = FileWatch(lambda: [rules])
    (rules / "b.yml").write_text("rules: {}")
    assert settled(watch)
    (rules / "b.yml").unlink()
    assert settled(watch)
    (rules / "notes.txt").write_text("x")
    assert not settled(watch)


def test_file_that_is_being_written_waits(rules: Path) -> None:
    watch = FileWatch(lambda: [rules])
    (rules / "a.yaml").write_text("rules")
    assert not watch.has_changed()
    (rules / "a.yaml").write_text("rules: {a: Baku}")
    assert not watch.has_changed()
    assert watch.has_changed()


def test_symbolic_link_that_is_turned(rules: Path) -> None:
    one, two = rules / "one.txt", rules / "two.txt"
    one.write_text("rules: {}")
    two.write_text("rules: {a: Baku}")
    (rules / "link.yaml").symlink_to(one)
    watch = FileWatch(lambda: [rules])
    (rules / "link.yaml").unlink()
    (rules / "link.yaml").symlink_to(two)
    assert settled(watch)


def test_dead_link_and_missing_folder_do_not_stop_it(rules: Path) -> None:
    (rules / "dead.yaml").symlink_to(rules / "nowhere")
    watch = FileWatch(lambda: [rules])
    assert not settled(watch)
    (rules / "a.yaml").unlink()
    (rules / "dead.yaml").unlink()
    rules.rmdir()
    assert settled(watch)
    assert not settled(watch)
