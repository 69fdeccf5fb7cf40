"""Channels of real senders, led to loopback."""

from __future__ import annotations

from net_services import Service

from monitor.model import BodyFormat, Rendered
from monitor.net.apprise_channel import AppriseChannel
from monitor.testing import FakeClock

TEXT = Rendered("Titel", "Erste Zeile\nhttps://news.example/1?a=b&c=d", BodyFormat.TEXT)
HTML = Rendered(
    "[waffen] Titel <ä>",
    "Baku <strong>liefert</strong> &lt;!channel&gt;<br><br>"
    '<a href="https://news.example/1?a=b&amp;c=d">'
    "https://news.example/1?a=b&amp;c=d</a><br>alert 12",
    BodyFormat.HTML,
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


def opened(
    url: str, service: Service | None = None, address: str = ""
) -> AppriseChannel:
    """Return the channel of a URL; a fixed address of a service leads to loopback."""
    channel = AppriseChannel(
        url,
        redact=lambda text: text.replace("SECRET", "***"),
        now=FakeClock().now,
    )
    if service is not None and address:
        setattr(channel._sender, address, f"{service.url}/bot")
    return channel
