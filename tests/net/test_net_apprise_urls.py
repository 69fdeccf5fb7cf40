"""Channel URLs: what is taken, and what a wrong one says."""

from __future__ import annotations

import pytest
from net_senders import DISCORD, SLACK, TELEGRAM

from monitor.errors import ChannelError
from monitor.net.apprise_channel import check_url


@pytest.mark.parametrize(
    "url",
    [
        "json://example.org/path",
        "console://",
        " mailtos://user:pass@example.org ",
        SLACK,
        TELEGRAM,
        DISCORD,
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "ntfy://localhost/topic?priority=high",
        "mailto://u:p@example.org?to=a@example.org&cc=b@example.org,c@example.org",
    ],
)
def test_good_urls(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("slak://SECRET", "slak:// is no known kind: did you mean slack://?"),
        ("consol://SECRET", "did you mean console://?"),
        ("qqqqqqqqq://SECRET", "qqqqqqqqq:// is no known kind"),
        ("SECRET", "a channel URL begins with its kind"),
        ("", "a channel URL begins with its kind"),
        ("https://example.org/SECRET", "no service is known"),
        ("slack://SECRET", "slack:// lacks a part or has a wrong one"),
        ("mailto://", "it is written like mailto://{host}"),
        ("json://", "json:// lacks a part"),
        ("mailto://u:SECRET@example.org?to=SECRET", "mailto:// lacks a part"),
        ("ntfy://", "ntfy:// names nobody"),
        ("tgram://123456789:abcdefg_SECRET/", "tgram:// names nobody"),
        ("ntfy://localhost/SECRET/b", "names 2 places: give each of them a URL"),
        ("mailto://u:SECRET@h.org?to=a@b.de,c@d.de", "names 2 places"),
        ("json://SECRET?retry=3", "json:// with retry= is not possible"),
        ("json://SECRET?a=b&WAIT=3", "json:// with wait= is not possible"),
        ("json://SECRET?%6fptional=yes", "optional= is not possible"),
        ("json://SECRET?overflow=split", "overflow= is not possible"),
        ("json://SECRET?format=markdown", "format= is not possible"),
        ("json://SECRET?redirect=yes", "redirect= is not possible"),
        ("json://SECRET?a=b;optional=yes", "optional= is not possible"),
        ("json://SECRET?;redirect=yes", "redirect= is not possible"),
        ("json://SECRET?redirect+=yes", "redirect= is not possible"),
        ("json://SECRET?rto=x", "json:// lacks a part or has a wrong one"),
        ("dbus://", "dbus://"),
    ],
)
def test_traps_3_and_10_a_wrong_url_is_an_error_that_shows_no_secret(
    url: str, said: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        check_url(url)
    assert said in str(caught.value)
    assert "SECRET" not in repr(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
