"""Where the configuration is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import find_config
from monitor.config.places import CANDIDATES, system_time_zone
from monitor.errors import ConfigError


def test_order(tmp_path: Path) -> None:
    given, said, usual = (tmp_path / name for name in ("a", "b", "c"))
    for path in (given, said, usual):
        path.write_text("")
    environ = {"MONITOR_CONFIG": str(said)}
    assert find_config(given, environ, [usual]) == given
    assert find_config(None, environ, [usual]) == said
    assert find_config(None, {}, [tmp_path / "none", usual]) == usual


@pytest.mark.parametrize(
    ("given", "environ", "says"),
    [
        (Path("nowhere.yaml"), {}, "--config"),
        (None, {"MONITOR_CONFIG": "nowhere.yaml"}, "MONITOR_CONFIG"),
        (Path("/"), {}, "folder"),
    ],
)
def test_what_is_named_must_be_there(
    given: Path | None, environ: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        find_config(given, environ)
    assert caught.value.diagnostics[0].path in ("nowhere.yaml", "/")


def test_nothing_anywhere_says_where_it_looked(tmp_path: Path) -> None:
    looked = [tmp_path / "config/monitor.yaml", tmp_path / "etc/monitor.yaml"]
    with pytest.raises(ConfigError) as caught:
        find_config(None, {}, looked)
    assert all(str(path) in str(caught.value) for path in looked)
    assert (
        Path("config/monitor.yaml"),
        Path("/etc/monitor/monitor.yaml"),
    ) == CANDIDATES


def test_time_zone_of_the_system() -> None:
    assert system_time_zone({"TZ": ":Europe/Berlin"}) == "Europe/Berlin"
    assert system_time_zone({"TZ": "nonsense"}), "some zone there always is"
