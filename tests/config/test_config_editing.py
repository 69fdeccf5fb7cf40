"""`monitor.yaml` edited by commands: what was not meant stays byte for byte."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from config_folder import ConfigFolder, check_url
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.adding import adding
from monitor.config.changing import ConfigText, open_config
from monitor.config.editing import edited
from monitor.config.new_feed import NewFeed
from monitor.config.removing import removing
from monitor.errors import ConfigError, EditError

NEW = NewFeed("https://new.example.org/feed")
FULL = NewFeed("https://new.example.org/feed?a=1&b=2", "new", ("de", "tag two"), "5m")


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


def opened(folder: ConfigFolder, text: str) -> ConfigText:
    folder.path.write_bytes(text.encode())
    return open_config(folder.path, check_url=check_url)


def urls(text: ConfigText, new: str) -> list[str]:
    text.write(new)
    return [f.url for f in open_config(text.path, check_url=check_url).settings.feeds]


ADDED = {
    "block list": (
        "feeds:\n  - https://a.example/\nops: [console]\n",
        (
            "feeds:\n  - https://a.example/\n  - https://new.example.org/feed\n"
            "ops: [console]\n"
        ),
    ),
    "unindented list": (
        "feeds:\n- https://a.example/\n",
        "feeds:\n- https://a.example/\n- https://new.example.org/feed\n",
    ),
    "wide dashes": (
        "feeds:\n    -   https://a.example/\n",
        "feeds:\n    -   https://a.example/\n    -   https://new.example.org/feed\n",
    ),
    "no newline at the end": (
        "feeds:\n  - https://a.example/",
        "feeds:\n  - https://a.example/\n  - https://new.example.org/feed",
    ),
    "windows line ends": (
        "feeds:\r\n  - https://a.example/\r\nops: [console]\r\n",
        (
            "feeds:\r\n  - https://a.example/\r\n  - https://new.example.org/feed\r\n"
            "ops: [console]\r\n"
        ),
    ),
    "comment behind the last": (
        "feeds:\n  - https://a.example/   # mine\n    # about it\n\n# next\nops: []\n",
        (
            "feeds:\n  - https://a.example/   # mine\n    # about it\n"
            "  - https://new.example.org/feed\n\n# next\nops: []\n"
        ),
    ),
    "mapping with a list in its last line": (
        "feeds:\n  - url: https://a.example/\n    tags:\n      - de\n      - en\n",
        (
            "feeds:\n  - url: https://a.example/\n    tags:\n      - de\n      - en\n"
            "  - https://new.example.org/feed\n"
        ),
    ),
    "empty list": (
        "feeds: []  # none yet\nops: [console]\n",
        "feeds:  # none yet\n  - https://new.example.org/feed\nops: [console]\n",
    ),
    "nothing behind the key": (
        "feeds:   # none yet\n# more\n",
        "feeds:   # none yet\n  - https://new.example.org/feed\n# more\n",
    ),
    "no key": (
        "# mine\nops: [console]\n",
        "# mine\nops: [console]\nfeeds:\n  - https://new.example.org/feed\n",
    ),
    "no key and no newline": (
        "ops: [console]",
        "ops: [console]\nfeeds:\n  - https://new.example.org/feed",
    ),
    "no key before an end of the document": (
        "ops: [console]\n...\n",
        "ops: [console]\nfeeds:\n  - https://new.example.org/feed\n...\n",
    ),
    "comments alone": (
        "# nothing yet\n",
        "# nothing yet\nfeeds:\n  - https://new.example.org/feed\n",
    ),
    "nothing at all": ("", "feeds:\n  - https://new.example.org/feed\n"),
    "flow list": (
        "feeds: [ https://a.example/ , 'https://b.example/' ] # x\n",
        (
            "feeds: [ https://a.example/ , 'https://b.example/', "
            '"https://new.example.org/feed" ] # x\n'
        ),
    ),
    "flow list over lines": (
        "feeds: [\n  https://a.example/, # one\n  https://b.example/ # two\n]\n",
        (
            "feeds: [\n  https://a.example/, # one\n  https://b.example/, # two\n"
            '  "https://new.example.org/feed"\n]\n'
        ),
    ),
    "flow list that ends with a comma": (
        "feeds: [\n  https://a.example/, # one\n]\n",
        'feeds: [\n  https://a.example/, # one\n  "https://new.example.org/feed",\n]\n',
    ),
    "empty flow list over lines": (
        "feeds: [\n  # none\n]\n",
        'feeds: ["https://new.example.org/feed"\n  # none\n]\n',
    ),
    "json": (
        '{"feeds": ["https://a.example/"], "ops": ["console"]}',
        (
            '{"feeds": ["https://a.example/", "https://new.example.org/feed"], '
            '"ops": ["console"]}'
        ),
    ),
    "json without the key": (
        '{"ops": ["console"]}',
        '{"ops": ["console"], "feeds": ["https://new.example.org/feed"]}',
    ),
    "json of nothing": ("{}", '{"feeds": ["https://new.example.org/feed"]}'),
    "byte order mark": (
        "\ufefffeeds:\n  - https://a.example/\n",
        "\ufefffeeds:\n  - https://a.example/\n  - https://new.example.org/feed\n",
    ),
    "letters outside ascii before it": (
        "# ÄÖÜ 𝄞\nfeeds:\n  - https://a.example/ä𝄞\n",
        "# ÄÖÜ 𝄞\nfeeds:\n  - https://a.example/ä𝄞\n  - https://new.example.org/feed\n",
    ),
}


@pytest.mark.parametrize("case", ADDED)
def test_a_feed_is_put_behind_the_others(folder: ConfigFolder, case: str) -> None:
    before, after = ADDED[case]
    config = opened(folder, before)
    before_urls = [feed.url for feed in config.settings.feeds]

    now = urls(config, config.with_feeds([NEW]))

    assert folder.path.read_bytes().decode() == after
    assert now == [*before_urls, NEW.url]


def test_an_entry_with_all_its_keys_is_a_block(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds:\n  - https://a.example/\n")

    assert config.with_feeds([FULL, NEW]).endswith(
        "  - url: https://new.example.org/feed?a=1&b=2\n"
        "    name: new\n"
        '    tags: [de, "tag two"]\n'
        "    every: 5m\n"
        "  - https://new.example.org/feed\n"
    )


def test_an_entry_follows_the_style_of_the_one_before(folder: ConfigFolder) -> None:
    config = opened(folder, 'feeds:\n  - {url: "https://a.example/", name: a}\n')

    assert config.with_feeds([FULL]).endswith(
        '\n  - {url: "https://new.example.org/feed?a=1&b=2", name: new, '
        'tags: [de, "tag two"], every: 5m}\n'
    )


def test_json_stays_json(folder: ConfigFolder) -> None:
    config = opened(folder, '{\n "feeds": [\n  {"url": "https://a.example/"}\n ]\n}')

    assert config.with_feeds([FULL, NEW]) == (
        '{\n "feeds": [\n  {"url": "https://a.example/"},\n  '
        '{"url": "https://new.example.org/feed?a=1&b=2", "name": "new", '
        '"tags": ["de", "tag two"], "every": "5m"},\n  '
        '"https://new.example.org/feed"\n ]\n}'
    )


def test_a_reference_is_written_as_it_is(folder: ConfigFolder) -> None:
    folder.environ["KEY"] = "hunter22"
    config = opened(folder, "feeds: []\n")
    new = NewFeed("https://a.example/f?key=${KEY}")

    assert config.with_feeds([new]).endswith("  - https://a.example/f?key=${KEY}\n")


REMOVED = {
    "in the middle": (
        (
            "feeds:\n  - https://a.example/\n  - url: https://b.example/\n    name: x\n"
            "    # about x\n  - https://c.example/\n"
        ),
        "feeds:\n  - https://a.example/\n  - https://c.example/\n",
    ),
    "with the comment above that is its own": (
        (
            "feeds:\n  # one\n  - https://a.example/\n  # two\n"
            "  - {url: https://b.example/, name: x} # x\n\n  # three\n"
            "  - https://c.example/\n"
        ),
        "feeds:\n  # one\n  - https://a.example/\n\n  # three\n  - https://c.example/\n",
    ),
    "without the comment that heads a group": (
        (
            "feeds:\n  # group\n  - {url: https://b.example/, name: x}\n"
            "  - https://c.example/\n"
        ),
        "feeds:\n  # group\n  - https://c.example/\n",
    ),
    "at the end, without a newline": (
        "feeds:\n  - https://a.example/\n  - {url: https://b.example/, name: x}",
        "feeds:\n  - https://a.example/",
    ),
    "at the end, with windows line ends": (
        "feeds:\r\n- https://a.example/\r\n- url: https://b.example/\r\n  name: x",
        "feeds:\r\n- https://a.example/",
    ),
    "the only one": (
        "feeds: # mine\n  - {url: https://b.example/, name: x}\nops: [console]\n",
        "feeds: [] # mine\nops: [console]\n",
    ),
    "the only one, at the end": (
        "feeds:\n- url: https://b.example/\n  name: x",
        "feeds: []",
    ),
    "below its dash": (
        (
            "feeds:\n  - # x - y\n    url: https://b.example/\n    name: x\n"
            "  - https://a.example/\n"
        ),
        "feeds:\n  - https://a.example/\n",
    ),
    "first of a flow list": (
        "feeds: [{url: 'https://b.example/', name: x},  https://a.example/]\n",
        "feeds: [https://a.example/]\n",
    ),
    "last of a flow list": (
        "feeds: [https://a.example/ , {url: 'https://b.example/', name: x} ]\n",
        "feeds: [https://a.example/  ]\n",
    ),
    "last of a flow list over lines": (
        (
            "feeds: [\n  https://a.example/, # one\n"
            "  {url: 'https://b.example/', name: x} # x\n]\n"
        ),
        "feeds: [\n  https://a.example/ # one\n]\n",
    ),
    "last of a flow list, in an open line": (
        "feeds: [ https://a.example/,\n  {url: 'https://b.example/', name: x}]\n",
        "feeds: [ https://a.example/\n  ]\n",
    ),
    "first of a flow list over lines": (
        (
            "feeds: [\n  {url: 'https://b.example/', name: x}, # x\n"
            "  https://a.example/ # one\n]\n"
        ),
        "feeds: [\n  https://a.example/ # one\n]\n",
    ),
    "only one of a flow list": (
        "feeds: [{url: 'https://b.example/', name: x}]\n",
        "feeds: []\n",
    ),
}


@pytest.mark.parametrize("case", REMOVED)
def test_a_feed_is_taken_out(folder: ConfigFolder, case: str) -> None:
    before, after = REMOVED[case]
    config = opened(folder, before)

    now = urls(config, config.without(["x"]))

    assert folder.path.read_bytes().decode() == after
    assert now == [f.url for f in config.settings.feeds if f.name != "x"]


def test_several_feeds_are_taken_out_at_once(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds:\n  - https://a.org/\n  - https://b.org/\n")

    assert config.without(["b.org", "a.org"]) == "feeds: []\n"


def test_a_feed_that_a_rule_names_stays(folder: ConfigFolder) -> None:
    folder.rules("rules:\n  r: {query: Baku, feeds: [example]}\n")
    config = open_config(folder.path, check_url=check_url)

    with pytest.raises(ConfigError) as caught:
        config.without(["example"])

    (found,) = caught.value.diagnostics
    assert "rules.yaml" in found.path
    assert (found.line, "no feed `example`" in found.text) == (2, True)


def test_a_rule_that_was_wrong_before_is_no_obstacle(folder: ConfigFolder) -> None:
    folder.rules("rules:\n  r: 'Baku AND'\n")
    config = open_config(folder.path, check_url=check_url)

    assert NEW.url in config.with_feeds([NEW])


@pytest.mark.parametrize(
    "text",
    ["feeds: 5\n", "feeds: {a: b}\n", "- a\n", "nonsense: 1\n", "a: [\n", "*x\n"],
)
def test_a_file_with_errors_is_not_edited(folder: ConfigFolder, text: str) -> None:
    with pytest.raises(ConfigError):
        opened(folder, text)


def test_a_file_that_is_not_there_or_no_text_is_not_edited(
    folder: ConfigFolder,
) -> None:
    folder.path.write_bytes(b"feeds: []\n# \xff\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        open_config(folder.path, check_url=check_url)
    with pytest.raises(ConfigError, match="cannot be read"):
        open_config(folder.root / "nowhere.yaml", check_url=check_url)


def test_what_cannot_be_written_safely_is_refused(folder: ConfigFolder) -> None:
    config = opened(folder, "? feeds\n: - {url: https://a.example/, name: x}\n")

    with pytest.raises(EditError, match="by hand"):
        config.without(["x"])


def test_a_feed_that_would_be_read_otherwise_is_refused(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds: []\n")

    with pytest.raises(EditError, match="by hand"):
        config.with_feeds([NewFeed("https://a.example/#part")])


def test_a_feed_that_the_schema_refuses_is_refused(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds: []\n")

    with pytest.raises(ConfigError, match="no name for a feed"):
        config.with_feeds([NewFeed("https://a.example/", name="a b")])


def test_mode_and_link_are_kept(folder: ConfigFolder) -> None:
    real = folder.root / "real.yaml"
    real.write_text("feeds: []\n", encoding="utf-8")
    real.chmod(0o640)
    os.utime(real, (1, 1))
    folder.path.unlink()
    folder.path.symlink_to(real)
    config = open_config(folder.path, check_url=check_url)

    config.write(config.with_feeds([NEW]))

    assert folder.path.is_symlink()
    assert NEW.url in real.read_text(encoding="utf-8")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.stat().st_mtime > 1
    assert [p.name for p in folder.root.iterdir() if p.name.startswith(".")] == []


def test_a_file_that_was_changed_meanwhile_is_left_alone(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds: []\n")
    new = config.with_feeds([NEW])
    folder.config("feeds: [] # changed\n")

    with pytest.raises(EditError, match="changed by somebody else"):
        config.write(new)

    assert folder.path.read_text(encoding="utf-8") == "feeds: [] # changed\n"
    assert [p.name for p in folder.path.parent.iterdir()] == ["monitor.yaml"]


def test_a_folder_that_is_gone_is_a_plain_error(folder: ConfigFolder) -> None:
    config = opened(folder, "feeds: []\n")
    folder.path.unlink()
    folder.path.parent.rmdir()

    with pytest.raises(EditError, match="cannot be written"):
        config.write("feeds: []\n")


# --- any configuration --------------------------------------------------------------

words = st.text("abcxyzäß", min_size=1, max_size=6)
comments = st.sampled_from(["", " # c", "  # ä: b - [", "   #"])
blanks = st.sampled_from(["", "\n", "# top: [\n", "\n\n"])


@st.composite
def items(draw: st.DrawFn, number: int, indent: str) -> str:
    """One feed as somebody may have written it, with its comments."""
    url = f"https://h{number}.example/{draw(words)}"
    inner = indent + "  "
    dash = f"{indent}- "
    forms = (
        f"{dash}{url}{draw(comments)}\n",
        f"{dash}'{url}'{draw(comments)}\n",
        f'{dash}{{url: "{url}", name: n{number}, tags: [a, b]}}{draw(comments)}\n',
        f"{dash}{{url: '{url}',\n{inner}name: n{number} }}{draw(comments)}\n",
        f"{dash}url: {url}{draw(comments)}\n{inner}name: n{number}\n",
        f"{dash}url: {url}\n{inner}tags:\n{inner}- de\n{inner}- en{draw(comments)}\n",
        f"{dash}# below\n{inner}url: {url}\n\n{inner}every: 5m{draw(comments)}\n",
        f"{dash}url: {url}\n{inner}headers:\n{inner}  A: >-\n{inner}    b c\n",
        f'{dash}url: >-\n{inner}  {url}\n{inner}name: "n{number}"\n',
    )
    own = draw(st.sampled_from(["", f"{inner}# own\n", f"{inner} # own\n"]))
    above = draw(st.sampled_from(["", f"{indent}# above\n", "\n", "# far\n"]))
    return above + draw(st.sampled_from(forms)) + own


@st.composite
def configurations(draw: st.DrawFn) -> tuple[str, int]:
    """The text of a configuration, and how many feeds it has."""
    count = draw(st.integers(0, 4))
    indent = draw(st.sampled_from(["", "  ", "    "]))
    if count:
        listed = "".join(draw(items(n, indent)) for n in range(count))
        feeds = f"feeds:{draw(comments)}\n{listed}"
    else:
        feeds = draw(
            st.sampled_from(["", "feeds:\n", "feeds: []\n", "feeds: [ ] # x\n"])
        )
    parts = [
        "ops: [console]\n",
        "defaults:\n  feed: {every: 7m}   # often\n",
        "timezone:   'UTC'\n",
    ]
    before = draw(st.lists(st.sampled_from(parts), unique=True))
    after = [part for part in parts if part not in before and draw(st.booleans())]
    text = "".join([draw(blanks), *before, feeds, draw(blanks), *after])
    text = text.rstrip("\n") if draw(st.booleans()) else text
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return text.replace("\n", newline), count


def parts_kept(before: str, after: str) -> bool:
    """Say whether `after` is `before` with one piece put in."""
    pairs = enumerate(zip(before, after, strict=False))
    start = next((n for n, (a, b) in pairs if a != b), len(before))
    rest = before[start:]
    return after.endswith(rest) and len(after) >= len(before)


many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(
    configurations(), st.lists(st.sampled_from([NEW, FULL]), unique=True, min_size=1)
)
def test_any_configuration_gains_feeds_and_loses_nothing(
    folder: ConfigFolder, written: tuple[str, int], new: Sequence[NewFeed]
) -> None:
    text, count = written
    config = opened(folder, text)

    after = config.with_feeds(new)  # refuses whatever does not say just that

    assert len(config.settings.feeds) == count
    bare = text.replace("feeds: []", "feeds:").replace("feeds: [ ]", "feeds:")
    assert parts_kept(bare, after)


@many
@given(configurations(), st.data())
def test_any_feed_can_be_taken_out_of_any_configuration(
    folder: ConfigFolder, written: tuple[str, int], data: st.DataObject
) -> None:
    text, count = written
    if not count:
        return
    config = opened(folder, text)
    names = [feed.name for feed in config.settings.feeds]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))

    after = config.without(chosen)  # refuses whatever does not say just that

    for line in after.splitlines():
        assert line in text.splitlines() or line.startswith("feeds: []")


@many
@given(configurations())
def test_what_was_added_can_be_taken_out_again(
    folder: ConfigFolder, written: tuple[str, int]
) -> None:
    text, count = written
    if not count:
        return
    config = opened(folder, text)
    after = edited(config.text, adding(config.text, [NEW]))

    assert edited(after, removing(after, count)) == config.text
