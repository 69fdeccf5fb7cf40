"""What is wrong with channels together: fallbacks that lead round in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.config.config_model import Config
from monitor.config.renames import Claim, wrong_claims
from monitor.config.yaml_file import YamlFile
from monitor.model import Diagnostic


def channel_findings(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    """Yield a finding for each circle of fallbacks, and for wrong old names."""
    next_of = {n: c.fallback for n, c in config.channels.items() if c.fallback}
    told: set[str] = set()
    for name in next_of:
        circle = _circle(name, next_of)
        if circle and told.isdisjoint(circle):
            told |= {*circle}
            yield file.at(("channels", name, "fallback"), _said(circle))
    claims = [
        Claim(name, channel.renamed_from, file, ("channels", name))
        for name, channel in config.channels.items()
    ]
    yield from (found for _, found in wrong_claims(claims, config.channels))


def _circle(name: str, next_of: Mapping[str, str]) -> list[str]:
    """Return the channels that lead from one back to itself, none if they do not."""
    way = [name]
    while (following := next_of.get(way[-1])) is not None:
        if following == name:
            return way
        if following in way:
            return []
        way.append(following)
    return []


def _said(circle: list[str]) -> str:
    if len(circle) == 1:
        return f"`{circle[0]}` cannot stand in for itself"
    way = " -> ".join(f"`{name}`" for name in (*circle, circle[0]))
    return f"fallbacks lead round in a circle: {way}; one of them has to end it"
