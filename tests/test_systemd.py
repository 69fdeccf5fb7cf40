"""The service as systemd's own tools judge it."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "systemd" / "feed-monitor.service"
USERS = ROOT / "systemd" / "feed-monitor.sysusers.conf"
OPERATIONS = ROOT / "docs" / "operations.md"

NEEDED = 250  # the first systemd-analyze that judges a unit file offline
EXPOSURE = 1.1


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - systemd's tools on our own files
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def tool(name: str) -> str:
    """Return the path of one of systemd's tools, or skip."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@pytest.fixture
def analyze() -> str:
    path = tool("systemd-analyze")
    version = re.match(r"systemd (\d+)", run(path, "--version").stdout)
    if version is None or int(version[1]) < NEEDED:
        pytest.skip(f"systemd-analyze is older than version {NEEDED}")
    return path


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """The unit as shipped, but for a program that exists on this machine."""
    program = tmp_path / "monitor"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    text = UNIT.read_text(encoding="utf-8")
    installed = settings()["Service"]["ExecStart"].split()[0]
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(installed, str(program)), encoding="utf-8")
    return copy


def settings() -> configparser.ConfigParser:
    """Return the unit's settings; of a repeated one the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNIT, encoding="utf-8")
    return parser


def test_systemd_finds_nothing_wrong_with_the_unit(analyze: str, staged: Path) -> None:
    done = run(analyze, "verify", "--man=no", "--recursive-errors=no", staged)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_find_a_misspelt_setting(analyze: str, staged: Path) -> None:
    text = staged.read_text(encoding="utf-8")
    staged.write_text(text.replace("UMask=", "Umsk="), encoding="utf-8")

    done = run(analyze, "verify", "--man=no", "--recursive-errors=no", staged)

    assert "Umsk" in done.stderr


def test_the_service_is_locked_in(analyze: str, staged: Path) -> None:
    done = run(analyze, "security", "--offline=true", "--no-pager", staged)

    level = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)

    assert level is not None, done.stdout + done.stderr
    assert float(level[1]) <= EXPOSURE, done.stdout


def test_systemd_makes_the_user_that_the_unit_runs_as(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()

    done = run(tool("systemd-sysusers"), f"--root={tmp_path}", USERS)

    assert done.returncode == 0, done.stderr
    users = (tmp_path / "etc" / "passwd").read_text(encoding="utf-8").splitlines()
    name, _, uid, _, _, home, shell = users[-1].split(":")
    service = settings()["Service"]
    assert name == service["User"] == service["Group"]
    assert 0 < int(uid) < 1000
    assert home == f"/var/lib/{service['StateDirectory']}"
    assert shell.endswith("nologin")


def test_every_setting_stands_under_a_reason() -> None:
    bare, commented = [], False
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            commented = True
        elif not line or line.startswith("["):
            commented = False
        elif not commented:
            bare.append(line)

    assert bare == []


def test_the_documentation_installs_what_the_unit_starts() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    service = settings()["Service"]
    program, *arguments = service["ExecStart"].split()
    config = arguments[arguments.index("--config") + 1]

    assert f"sudo -u {service['User']} {program}" in text
    assert config in text
    assert f"sqlite:////var/lib/{service['StateDirectory']}/monitor.db" in text
