"""Where well-known sites keep the feeds of a page, told by its address alone.

Only what the sites themselves document, or declare in their pages, stands here.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_Row = tuple[str, str, dict[str, str]]
"""A pattern of the host, one of the path with its query, and the feeds by title.

In the feeds ``{origin}`` is scheme and host; other names are groups of the path.
"""

_REST = r"(?:[/?].*)?"
_END = r"/?(?:\?.*)?"
_BUT = r"(?!(?:{})(?:[/?]|$))"
_PAGES_OF_GITHUB = _BUT.format(
    "about|apps|collections|customer-stories|enterprise|explore|features|issues|login"
    "|marketplace|notifications|orgs|pricing|pulls|readme|search|security|settings"
    "|signup|site|sponsors|stars|team|topics|trending"
)
_PAGES_OF_TUMBLR = _BUT.format("about|blog|dashboard|explore|login|search|tagged")
_PAGES_OF_MEDIUM = _BUT.format("feed|m|me|search")
_OWNER = rf"/(?P<owner>{_PAGES_OF_GITHUB}[^/?]+)"
_REPO = rf"(?P<repo>{_OWNER}/[^/?]+?)(?:\.git)?"
_PROJECT = r"(?P<repo>(?:/[^/?-][^/?]*){2,}?)"
_ATOM_OF_REPO = {
    "releases": "{origin}{repo}/releases.atom",
    "tags": "{origin}{repo}/tags.atom",
    "commits": "{origin}{repo}/commits.atom",
}

_YOUTUBE = r"(?:www\.|m\.)?youtube\.com"
_VIDEOS = "https://www.youtube.com/feeds/videos.xml"
_GITHUB = r"(?:www\.)?github\.com"
_GITLAB = r"gitlab\.[\w.-]+"
_FORGEJO = r"codeberg\.org|gitea\.com"
_REDDIT = r"(?:\w+\.)?reddit\.com"
_ANSWERS = (
    r"(?:[\w-]+\.)?(?:stackexchange\.com|stackoverflow\.com|askubuntu\.com"
    r"|serverfault\.com|superuser\.com|mathoverflow\.net|stackapps\.com)"
)
_WORDPRESS = r"(?!www\.)[\w-]+\.wordpress\.com"
_TUMBLR = r"(?!www\.)[\w-]+\.tumblr\.com"
_BLOGSPOT = r"[\w-]+\.blogspot\.(?:com|[a-z]{2}|com?\.[a-z]{2})"
_ANY = r"(?!(?:www\.|m\.)?(?:youtube|medium|tiktok|threads|substack)\.)[\w.-]+"

# fmt: off
_ROWS: tuple[_Row, ...] = (
    (_YOUTUBE, r"/(?:playlist|watch)\?(?:.*&)?list=(?P<id>[\w-]+)(?:&.*)?",
     {"playlist": _VIDEOS + "?playlist_id={id}"}),
    (_YOUTUBE, rf"/channel/(?P<id>UC[\w-]+){_REST}",
     {"channel": _VIDEOS + "?channel_id={id}"}),
    (_YOUTUBE, rf"/user/(?P<id>[\w.-]+){_REST}", {"channel": _VIDEOS + "?user={id}"}),
    (_GITHUB, rf"/orgs/(?P<owner>[^/?]+){_REST}",
     {"activity": "{origin}/{owner}.atom"}),
    (_GITHUB, rf"{_REPO}/commits/?", {"commits": "{origin}{repo}/commits.atom"}),
    (_GITHUB, rf"{_REPO}/(?:commits|tree)/(?P<branch>[^?]+?){_END}",
     {"commits": "{origin}{repo}/commits/{branch}.atom"}),
    (_GITHUB, rf"{_REPO}/(?P<list>releases|tags|wiki){_REST}",
     {"{list}": "{origin}{repo}/{list}.atom"}),
    (_GITHUB, rf"{_REPO}{_REST}", _ATOM_OF_REPO),
    (_GITHUB, rf"{_OWNER}{_END}", {"activity": "{origin}/{owner}.atom"}),
    (_GITLAB, rf"{_PROJECT}/-/releases{_END}",
     {"releases": "{origin}{repo}/-/releases.atom"}),
    (_GITLAB, rf"{_PROJECT}(?:/-(?:/.*)?)?{_END}",
     {"releases": "{origin}{repo}/-/releases.atom",
      "tags": "{origin}{repo}/-/tags?format=atom",
      "activity": "{origin}{repo}.atom"}),
    (_GITLAB, rf"/(?P<owner>[\w.-]+){_END}", {"activity": "{origin}/{owner}.atom"}),
    (_FORGEJO, rf"{_REPO}{_REST}",
     {"releases": "{origin}{repo}/releases.rss",
      "tags": "{origin}{repo}/tags.rss",
      "activity": "{origin}{repo}.rss"}),
    (_FORGEJO, rf"{_OWNER}{_END}", {"activity": "{origin}/{owner}.rss"}),
    (r"pypi\.org", rf"/project/(?P<name>[^/?]+){_REST}",
     {"releases": "{origin}/rss/project/{name}/releases.xml"}),
    (_REDDIT, _END, {"front page": "{origin}/.rss"}),
    (_REDDIT, r"(?P<place>/(?:r|user|u)/[^?]+?)/?(?P<query>\?.*)?",
     {"posts": "{origin}{place}/.rss{query}"}),
    (r"bsky\.app", rf"/profile/(?P<name>[^/?]+){_REST}",
     {"posts": "{origin}/profile/{name}/rss"}),
    (_ANSWERS, rf"/questions/tagged/(?P<tag>[^/?]+){_REST}",
     {"tag": "{origin}/feeds/tag/{tag}"}),
    (_ANSWERS, rf"/questions/(?P<id>\d+){_REST}",
     {"question": "{origin}/feeds/question/{id}"}),
    (_ANSWERS, rf"/users/(?P<id>\d+){_REST}", {"user": "{origin}/feeds/user/{id}"}),
    (_ANSWERS, rf"(?:/questions)?{_END}", {"questions": "{origin}/feeds"}),
    (r"news\.ycombinator\.com", r"/(?:news|newest)?", {"front page": "{origin}/rss"}),
    (r"medium\.com", rf"/tag/(?P<tag>[^/?]+){_REST}",
     {"tag": "{origin}/feed/tag/{tag}"}),
    (r"medium\.com", rf"/(?P<name>{_PAGES_OF_MEDIUM}[^/?]+){_REST}",
     {"stories": "{origin}/feed/{name}"}),
    (r"(?!www\.)[\w-]+\.(?:medium|substack)\.com", _REST, {"posts": "{origin}/feed"}),
    (_WORDPRESS, rf"(?P<place>/(?:category|tag|author)/[^?]+?){_END}",
     {"archive": "{origin}{place}/feed/"}),
    (_WORDPRESS, _REST, {"posts": "{origin}/feed/"}),
    (r"www\.tumblr\.com", rf"/(?:blog/view/)?(?P<name>{_PAGES_OF_TUMBLR}[\w-]+){_REST}",
     {"posts": "https://{name}.tumblr.com/rss"}),
    (_TUMBLR, rf"/tagged/(?P<tag>[^/?]+){_REST}", {"tag": "{origin}/tagged/{tag}/rss"}),
    (_TUMBLR, _REST, {"posts": "{origin}/rss"}),
    (_BLOGSPOT, r"/search/label/(?P<label>[^/?]+).*",
     {"label": "{origin}/feeds/posts/default/-/{label}"}),
    (_BLOGSPOT, _REST, {"posts": "{origin}/feeds/posts/default"}),
    # Mastodon and its kin run on hosts of any name.
    (_ANY, rf"(?:/web)?/@(?P<name>[\w.-]+){_REST}",
     {"Mastodon profile": "{origin}/@{name}.rss"}),
    (_ANY, r"/users/(?P<name>[\w.-]+)/?",
     {"Mastodon profile": "{origin}/users/{name}.rss"}),
    (_ANY, r"/tags/(?P<tag>[^/?]+)/?", {"Mastodon hashtag": "{origin}/tags/{tag}.rss"}),
)
# fmt: on
_SITES = tuple(
    (re.compile(host, re.IGNORECASE), re.compile(path), feeds)
    for host, path, feeds in _ROWS
)


def site_feeds(url: str) -> tuple[tuple[str, str], ...]:
    """Return title and address of the feeds that such a page has; none of others.

    The page itself need not be asked. Where an address only might be of a kind (a
    Mastodon profile is known by its ``/@`` alone), the feed may not be there.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ()
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    page = quote(parts.path, safe="/%@:!$&'()*+,;=~") or "/"
    page += f"?{parts.query}" if parts.query else ""
    for at_host, at_path, feeds in _SITES:
        found = at_host.fullmatch(host) and at_path.fullmatch(page)
        if found:
            named = {**found.groupdict(""), "origin": origin}
            return tuple(
                (title.format(**named), feed.format(**named))
                for title, feed in feeds.items()
            )
    return ()
