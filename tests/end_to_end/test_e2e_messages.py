"""What arrives: on the console, by e-mail, as JSON."""

from __future__ import annotations

import re

from feedsite import LiveFeed
from harness import Project, said
from receivers import Mailbox, Webhook

TITLE = "Aserbaidschan erwägt Hilfe"
TEXT = (
    "Gestern regnete es. Baku prüft Waffenlieferungen an Kiew. Das Wetter bleibt gut."
)


def published(feed: LiveFeed) -> str:
    return feed.publish(
        TITLE, summary=TEXT, link="https://news.example.org/baku?id=7"
    ).link


def test_json_title_holds_rule_and_title_and_body_the_rest(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    link = published(feed)
    primed.poll()
    (alert,) = webhook.accepted["/desk"]
    assert "waffen" in alert.title
    assert TITLE in alert.title
    assert link in alert.body
    assert "Waffenlieferungen" in alert.body
    assert "regnete" not in alert.body, "the sentence that matched, not all of it"
    assert "news" in alert.body.lower()
    assert not re.search(r"<[a-z/]", alert.body)
    (row,) = primed.rows("alerts", "list")
    assert str(row["id"]) in alert.body


def test_a_repeat_through_json_has_the_same_id(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [500]
    published(feed)
    primed.poll("--wait", "30s")
    first, again = webhook.tries["/desk"]
    assert first["schema"] == 1
    assert str(first["id"]).startswith("delivery-")
    assert again["id"] == first["id"]
    assert again["entry_title"] == TITLE


def test_a_template_gives_messages_the_words_of_the_operator(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    place = {"urls": [webhook.channel("/desk")], "template": "kurz"}
    body = "{% for excerpt in excerpts %}\n> {{ excerpt }}\n{% endfor %}\n{{ id }}"
    primed.configure(
        channels={"desk": place, "ops": webhook.channel("/ops")},
        templates={"kurz": {"title": "{{ rule }}: {{ title }}", "body": body}},
    )
    published(feed)
    primed.poll()
    (alert,) = webhook.accepted["/desk"]
    assert alert.title == f"waffen: {TITLE}"
    assert alert.body.startswith("> Baku prüft »Waffenlieferungen« an Kiew.\n")


def test_every_place_of_a_channel_gets_the_message_once(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    places = [webhook.channel("/a"), webhook.channel("/b")]
    project.configure(channels={"desk": places, "ops": webhook.channel("/ops")})
    project.poll()
    published(feed)
    project.poll()
    project.poll()
    assert [len(webhook.accepted[p]) for p in ("/a", "/b")] == [1, 1]


def test_two_rules_of_one_entry_are_one_message(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    primed.write_rules("rules:\n  zweite: title:Hilfe\n", "more.yaml")
    published(feed)
    counts = primed.poll()
    assert (counts["alerts"], counts["sent"]) == (2, 1)
    (alert,) = webhook.accepted["/desk"]
    assert "waffen" in alert.text
    assert "zweite" in alert.text


def test_email_arrives_readable(
    project: Project, feed: LiveFeed, mailbox: Mailbox
) -> None:
    project.configure(channels={"desk": mailbox.channel(), "ops": "console://"})
    project.poll()
    link = published(feed)
    project.poll()
    (mail,) = mailbox.messages
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "waffen" in mail["Subject"]
    assert TITLE in mail["Subject"]
    assert link in body.get_content()
    assert "Waffenlieferungen" in body.get_content()


def test_hostile_entry_stays_text_in_an_email(
    project: Project, feed: LiveFeed, mailbox: Mailbox
) -> None:
    project.configure(channels={"desk": mailbox.channel(), "ops": "console://"})
    project.poll()
    script = "&lt;script&gt;alert(1)&lt;/script&gt;"
    feed.publish(f"Aserbaidschan {script} Waffenlieferungen\r\nBcc: x@y.z")
    project.poll()
    (mail,) = mailbox.messages
    html = mail.get_body(("html",))
    assert mail["Bcc"] is None
    assert html is None or "<script" not in html.get_content()


def test_console_shows_the_alert_to_a_person(project: Project, feed: LiveFeed) -> None:
    project.configure(channels={"desk": "console://"}, ops=["desk"])
    project.poll()
    link = published(feed)
    done = project.ok("poll", "--all")
    for word in ("waffen", "normal", TITLE, "news", "Waffenlieferungen", link):
        assert word in done.stdout, f"{word}\n{said(done)}"
    assert "\x1b" not in done.stdout, "no colour into a pipe"


def test_with_json_the_console_goes_to_standard_error(
    project: Project, feed: LiveFeed
) -> None:
    project.configure(channels={"desk": "console://"}, ops=["desk"])
    project.poll()
    published(feed)
    done = project.ok("poll", "--all", "--json")
    assert done.stdout.count("\n") == 1
    assert TITLE in done.stderr
    assert TITLE not in done.stdout


def test_console_removes_terminal_commands(project: Project, feed: LiveFeed) -> None:
    project.configure(channels={"desk": "console://"}, ops=["desk"])
    project.poll()
    feed.kind = "json"
    feed.publish(
        "Aserbaidschan \x1b]0;pwn\x07 Waffenlieferungen [red]x[/red] \u202eabc"
    )
    done = project.ok("poll", "--all")
    assert "Waffenlieferungen" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "[red]" in done.stdout, "markup of ours means nothing in a title"
