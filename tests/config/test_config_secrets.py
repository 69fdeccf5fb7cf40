"""Secrets come in where they are used, and never out again."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import Secrets
from monitor.errors import SecretError


def test_each_kind_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc def\n")
    secrets = Secrets({"NAME": "value", "CREDENTIALS_DIRECTORY": str(tmp_path)})
    text = f"x${{NAME}}/${{file:{tmp_path}/token}}/${{credential:token}}y"
    assert secrets.resolve(text) == "xvalue/abc def/abc defy"
    assert secrets.resolve("nothing $here {at} all") == "nothing $here {at} all"


@pytest.mark.parametrize(
    "text",
    ["${GONE}", "${EMPTY}", "${file:/nowhere/x}", "${file:/}", "${credential:gone}"],
)
def test_what_is_not_set_is_named(text: str, tmp_path: Path) -> None:
    secrets = Secrets({"EMPTY": "", "CREDENTIALS_DIRECTORY": str(tmp_path)})
    with pytest.raises(SecretError) as caught:
        secrets.resolve(f"slack://{text}/x")
    assert text in str(caught.value)
    assert secrets.unset(f"{text} ${{EMPTY}}") == (text, "${EMPTY}")


def test_credentials_need_systemd() -> None:
    with pytest.raises(SecretError, match="LoadCredential"):
        Secrets({}).resolve("${credential:x}")


@pytest.mark.parametrize(
    "text", ["${", "${a b}", "${env:X}", "${credential:../x}", "${}"]
)
def test_malformed_references(text: str) -> None:
    with pytest.raises(SecretError, match="no reference"):
        Secrets({}).resolve(text)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 70_000])
def test_file_that_is_no_secret(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(SecretError, match=r"UTF-8|larger"):
        Secrets({}).resolve(f"${{file:{tmp_path}/x}}")


@settings(deadline=None)
@given(st.text(min_size=4))
def test_resolved_values_are_redacted_in_every_spelling(value: str) -> None:
    secrets = Secrets({"KEY": value})
    secrets.resolve("${KEY}")
    for spelled in (
        value,
        quote(value.encode("utf-8", "surrogatepass"), safe=""),
        json.dumps(value)[1:-1],
    ):
        assert secrets.redact(f"<{spelled}>") == "<${KEY}>"


def test_long_values_go_before_their_parts() -> None:
    secrets = Secrets({"A": "pass", "B": "password"})
    secrets.resolve("${A}${B}")
    assert secrets.redact("password pass") == "${B} ${A}"


def test_short_values_are_left_alone() -> None:
    secrets = Secrets({"A": "de"})
    secrets.resolve("${A}")
    assert secrets.redact("modern") == "modern"


def test_url_from_a_secret_is_redacted_in_its_parts() -> None:
    secrets = Secrets({"SLACK": "slack://T0123ABCD/B0123ABCD/abcDEFghi123"})
    secrets.resolve("${SLACK}")
    shown = secrets.redact("POST /services/T0123ABCD/B0123ABCD/abcDEFghi123 failed")
    assert shown == "POST /services/${SLACK}/${SLACK}/${SLACK} failed"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("slack://T0123ABCD/B0123ABCD/abcDEFghi123", "abcDEFghi123"),
        ("tgram://123456789:AAFabc_def-ghi/4711", "AAFabc_def-ghi"),
        ("mailto://me:p4ss@example.org", "p4ss"),
        ("mailto://me:p%40ss@example.org", "p@ss"),
        ("json://h/x?token=0123456789", "0123456789"),
        ("https://me:sesame@example.org/feed", "sesame"),
        ("ntfys://ntfy.sh/our-hidden-topic", "our-hidden-topic"),
    ],
)
def test_literal_urls_are_redacted(url: str, secret: str) -> None:
    secrets = Secrets({})
    secrets.protect(url)
    shown = secrets.redact(f"could not reach {url} with {secret}")
    assert secret not in shown
    assert "could not reach" in shown


def test_plain_words_and_hosts_stay_readable() -> None:
    secrets = Secrets({})
    for url in ("json://127.0.0.1:8080/newsroom", "console://", "${SLACK_URL}", "x"):
        secrets.protect(url)
    text = "the channel newsroom at 127.0.0.1:8080, console://, ${SLACK_URL}"
    assert secrets.redact(text) == text
    assert "newsroom" not in secrets.redact("json://127.0.0.1:8080/newsroom")
