"""A folder with a configuration and rule files, as the tests of config write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.config import Loaded, load
from monitor.errors import ChannelError
from monitor.model import Severity

CONFIG = """\
channels:
  newsroom: json://127.0.0.1:9/x
feeds:
  - url: https://example.org/rss.xml
    name: example
    tags: [de]
"""


def check_url(url: str) -> None:
    """Accept the few kinds of channels that the tests use."""
    if url.partition("://")[0] not in ("console", "json", "slack"):
        raise ChannelError("no service is called that; did you mean slack://?")


@dataclass
class ConfigFolder:
    """Writes files and loads them; what was good the last time is remembered."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    last_good: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        (self.root / "config").mkdir()
        (self.root / "rules").mkdir()
        self.config(CONFIG)

    @property
    def path(self) -> Path:
        return self.root / "config" / "monitor.yaml"

    def config(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    def rules(self, text: str, name: str = "rules.yaml") -> Path:
        path = self.root / "rules" / name
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, *, check_secrets: bool = False) -> Loaded:
        """Load the files as `monitor check` does."""
        return load(
            self.path,
            check_url=check_url,
            check_secrets=check_secrets,
            environ=self.environ,
        )

    def reload(self) -> Loaded:
        """Load the files as the daemon does, which then keeps what is good."""
        loaded = load(
            self.path,
            check_url=check_url,
            last_good=self.last_good or {},
            environ=self.environ,
        )
        if loaded.settings is not None:
            self.last_good = loaded.sources
        return loaded


def places(loaded: Loaded, severity: Severity = Severity.ERROR) -> list[str]:
    """Return the place of each finding of that severity, as `NAME:LINE:COLUMN`."""
    return [
        f"{Path(d.path).name}:{d.line}:{d.column}"
        for d in loaded.diagnostics
        if d.severity is severity
    ]


def texts(loaded: Loaded) -> str:
    """Return what all findings say."""
    return "\n".join(each.text for each in loaded.diagnostics)
