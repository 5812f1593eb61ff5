"""Readings: what documented acts say of one part of a scenario, and how acts become numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.evidence.acts import Act
from sim.scenario.merge import Origins, Path
from sim.scenario.numbers import Number, make_convention
from sim.scenario.schema import Scenario

Range = tuple[float, float]


@dataclass(frozen=True)
class Reading:
    """What documented acts say of one part of a scenario.

    Attributes
    ----------
    path : tuple of str
        The part of the scenario.
    value : Number, date, list of Mandate, Document, PastSettlement or None
        What the part is by these acts; None where acts bear on it but give no value.
    acts : tuple of str
        The ids of the acts that the value rests on.
    passed_over : dict
        Acts on the same part that do not count, with the reason.
    is_open : bool
        Whether the scenario leaves the part to the acts.
    mentions : tuple of str
        Acts of others on the same part, which give no value of their own: a host's offer of its territory.
    """

    path: Path
    value: Any
    acts: tuple[str, ...]
    passed_over: dict[str, str] = field(default_factory=dict)
    is_open: bool = False
    mentions: tuple[str, ...] = ()


def list_actors(s: Scenario) -> dict[str, str]:
    """List the name of every party in the documents, by party."""
    return {p: party.actor or p for p, party in s.parties.items()}


def iterate_pairs(s: Scenario) -> Iterator[tuple[str, str]]:
    """Yield every party with every other one."""
    return ((p, q) for p in s.parties for q in s.parties if p != q)


def is_own(act: Act) -> bool:
    """Whether an act is the actor's own word or deed, not another's account of it."""
    return act.attributed_by in (None, act.actor)


def choose_latest(acts: list[Act]) -> tuple[Act | None, dict[str, str]]:
    """Choose the latest act, an own one before any account of others; and say why the rest is passed over."""
    own = [act for act in acts if is_own(act)]
    latest = (own or acts)[-1] if acts else None
    return latest, {act.id: f"superseded by {latest.id}" for act in acts if latest and act is not latest}


def make_range(ends: Range, acts: list[Act], why: str) -> Number:
    """Return a range derived from acts, with the source of the newest."""
    ids = ", ".join(act.id for act in acts)
    return assume_range(ends, f"{why} ({ids})").model_copy(
        update={"provenance": "derived", "source": acts[-1].sources[0].id, "locator": acts[-1].sources[0].locator}
    )


def assume_range(ends: Range, why: str) -> Number:
    """Return a range without a source; a convention where both ends are one."""
    if ends[0] == ends[1]:
        return make_convention(ends[0], why)
    return Number.model_validate({"assumed": list(ends), "why": why})


def is_default(origins: Origins, party: str, part: str, *other: str) -> bool:
    """Whether a number of a party comes from the defaults, not from the scenario itself."""
    return origins.find(("parties", party, part, *other)) == origins.find(("defaults", "party", part))
