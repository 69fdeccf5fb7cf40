"""One spelling for all the addresses of one page."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.feeds import canonical_link
from monitor.feeds.canonical import _taken_apart

PAGE = "https://example.org/a/b?id=1&page=2"
GOOGLE_IN_GOOGLE = (
    "https://www.google.co.uk/url?q=https://google.de/url?q%3D"
    "https%253A%252F%252Fexample.org%252Fa%252Fb%253Fid%253D1%2526page%253D2"
)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        " http://EXAMPLE.org:80/a/b?page=2&id=1\n",
        "https://example.org:443/a/b?id=1&page=2#comments",
        "https://www.example.org./a/b?id=1&page=2",
        "https://m.example.org/a/b?id=1&page=2",
        "https://amp.www.example.org/a/b?id=1&page=2",
        "https://example.org/a/b/amp?id=1&page=2",
        "https://example.org/a/b/amp/?id=1&page=2",
        "https://example.org/amp/a/b?id=1&page=2",
        "https://reader:secret@example.org/a/b?id=1&page=2",
        "https://example.org/a/b?id=1&page=2&utm_source=rss&UTM_medium=feed&fbclid=x",
        "https://example.org/a/b?id=1&amp;page=2&amp;utm_campaign=z",
        "https://example.org/a/b?maca=de-rss-1&id=1&&page=2&at_medium=RSS&xtor=RSS-1",
        "https://google.com/url?rct=j&url=http://example.org/a/b%3Fid%3D1%26page%3D2&sa=t",
        GOOGLE_IN_GOOGLE,
    ],
)
def test_spellings_of_one_page_are_one(url: str) -> None:
    assert canonical_link(url) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/a?ref=1", "https://example.org/a?ref=2"),
        ("https://example.org/a?at_id=1", "https://example.org/a?at_id=2"),
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://example.org/", "https://example.org:8080/"),
        ("https://blog.example.org/", "https://example.org/"),
        ("https://m.de/", "https://www.de/"),
        ("https://example.org/camp", "https://example.org/c"),
        ("https://notgoogle.com/url?url=https://a.org/", "https://a.org/"),
        ("https://google.com/url?url=ftp://a.org/", "https://a.org/"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    assert canonical_link(one) != canonical_link(other)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org/amp", "https://example.org/"),
        ("https://MÜNCHEN.example/ü", "https://xn--mnchen-3ya.example/ü"),
        ("https://a..example/x", "https://a..example/x"),
        ("http://[2001:DB8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("https://example.org/?utm_source=x", "https://example.org/"),
        ("https://google.com/url?sa=t", "https://google.com/url?sa=t"),
    ],
)
def test_canonical_form(url: str, canonical: str) -> None:
    assert canonical_link(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a/b",
        "mailto:a@example.org",
        "magnet:?x=1",
        "https://",
        "http://[",
        "urn:x:1",
    ],
)
def test_what_is_no_web_address_has_no_canonical_link(url: str) -> None:
    assert canonical_link(url) is None


def test_impossible_port_is_no_address() -> None:
    assert canonical_link("https://example.org:99999/") is None


def test_wrappers_in_wrappers_end() -> None:
    url = PAGE
    for _ in range(9):
        url = f"https://google.com/url?q={quote(url, safe='')}"
    canonical = canonical_link(url)
    assert canonical is not None
    assert canonical.startswith("https://google.com/url?q=")


@given(st.text() | st.from_regex(r"https?://[a-zäm.]{1,12}(:[0-9]{1,6})?/.{0,20}"))
def test_canonical_form_is_its_own(url: str) -> None:
    canonical = canonical_link(url)
    assert canonical is None or canonical_link(canonical) == canonical


@given(st.lists(st.sampled_from(["a=1", "b=2", "c", "utm_term=x"]), unique=True))
def test_order_of_arguments_does_not_matter(arguments: list[str]) -> None:
    plain, back = "&".join(arguments), "&".join(reversed(arguments))
    url = "https://example.org/p?"
    assert canonical_link(url + plain) == canonical_link(url + back)


def test_a_host_that_dns_cannot_spell_stays_as_it_is_written() -> None:
    host = "ü" * 70 + ".example"
    assert canonical_link(f"http://{host}/1") == f"https://{host}/1"


@given(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "HTTP://"]),
        st.text("awmp.-1:@[]", max_size=12),
        st.text("/amp.;~%url\\ ", max_size=12),
        st.text("?#!&=autm_x;", max_size=12),
    )
)
@example("http://a.example/url?q=https://b.example/c")
@example("https://www.a.example/amp/?utm_source=x&b=1")
@settings(max_examples=500)
def test_a_usual_address_is_read_as_any_other(url: str) -> None:
    assert canonical_link(url) == _taken_apart(url)
