"""A lexicon that cannot be read: what counts then, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import WEAPONS
from feedsite import LiveFeed
from harness import Daemon, Project, said
from receivers import Webhook

SOON = 20.0
NO_READER = """
import sys
from pathlib import Path

if "monitor.lexicon.worker" in sys.orig_argv and Path({flag!r}).exists():
    sys.exit("out of memory")
"""
MORE = f"rules:\n  waffen: {WEAPONS}\n  georgien: Georgien\n"


@pytest.fixture
def broken(eager: Project) -> Path:
    """The file that stands for a lexicon that cannot be read."""
    flag, site = eager.root / "broken", eager.root / "site"
    site.mkdir()
    text = NO_READER.format(flag=str(flag))
    (site / "sitecustomize.py").write_text(text, encoding="utf-8")
    eager.env["PYTHONPATH"] = f"{site}:{eager.environment()['PYTHONPATH']}"
    return flag


def test_a_first_start_is_refused_and_says_why(eager: Project, broken: Path) -> None:
    broken.touch()
    refused = eager.run("run")
    assert refused.returncode == 1, said(refused)
    assert "cannot be read (SystemExit: out of memory)" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not eager.database.exists()
    for words in (["search", "Tiflis"], ["rules", "explain", "waffen"]):
        assert eager.run(*words).returncode == 1


def test_check_still_says_everything_else(eager: Project, broken: Path) -> None:
    broken.touch()
    eager.write_rules(f"{MORE}    should_match: [Georgien]\n", "more.yaml")
    done = eager.run("check")
    assert done.returncode == 2, said(done)
    assert "more.yaml:4:" in done.stdout
    (eager.root / "rules" / "more.yaml").unlink()
    done = eager.run("check")
    assert done.returncode == 1, said(done)
    assert "the examples in the rules were not run" in done.stderr


def test_what_was_in_force_stays_in_force_until_forms_can_be_read(
    eager: Project, broken: Path, feed: LiveFeed, webhook: Webhook
) -> None:
    eager.poll()
    broken.touch()
    eager.write_rules(MORE)
    with Daemon(eager) as daemon:
        assert daemon.process.poll() is None
        told = webhook.wait_for("/ops", 1, SOON)[0]
        assert "word forms cannot be read" in told.title
        assert "stay in force" in told.text
        feed.publish("Aserbaidschans Waffenlieferung, Georgien Nr1")
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, daemon.text()
        assert "georgien" not in webhook.accepted["/desk"][0].title
        broken.unlink()
        eager.write_rules(MORE + "    # once more\n")
        titles = [told.title for told in webhook.wait_for("/ops", 3, SOON)]
        assert "word forms can be read again" in titles[1], daemon.text()
        assert "+1 rule" in titles[2]


def test_a_running_daemon_keeps_its_rules(
    eager: Project, broken: Path, feed: LiveFeed, webhook: Webhook
) -> None:
    with Daemon(eager) as daemon:
        broken.touch()
        eager.write_rules(MORE)
        told = webhook.wait_for("/ops", 1, SOON)[0]
        assert "word forms cannot be read" in told.title, daemon.text()
        feed.publish("Aserbaidschans Waffenlieferung, Georgien Nr1")
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, daemon.text()
        assert "georgien" not in webhook.accepted["/desk"][0].title
