"""``renamed_from``: an old name may be claimed once, and only if nothing has it now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from monitor.config.yaml_file import Location, YamlFile
from monitor.model import Diagnostic


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that says what it was called before, and where it stands."""

    name: str
    old: tuple[str, ...]
    file: YamlFile
    location: Location


def wrong_claims(
    claims: Iterable[Claim], names: Collection[str]
) -> Iterator[tuple[Claim, Diagnostic]]:
    """Yield what is wrong with the old names; `names` are those that exist now."""
    claimed: dict[str, str] = {}
    for claim in claims:
        for place, old in enumerate(claim.old):
            what = _complaint(old, claim, names, claimed.get(old))
            if what:
                at = (*claim.location, "renamed_from", place)
                yield claim, claim.file.at(at, what)
            claimed.setdefault(old, claim.name)


def _complaint(
    old: str, claim: Claim, names: Collection[str], claimed_by: str | None
) -> str:
    if old == claim.name:
        return f"`{old}` is its own name; write what it was called before"
    if old in names:
        return f"`{old}` still exists; only a name that is free can have been left"
    if claimed_by == claim.name:
        return f"`{old}` stands here twice"
    if claimed_by is not None:
        return f"`{claimed_by}` was called `{old}` too; what is stored goes to one"
    return ""
