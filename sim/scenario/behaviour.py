"""The schema of the coefficients of behaviour and of the calendar, made from the registry.

Values stand in `scenarios/behaviour.yaml`; bounds and meanings in `sim.core.fields`. Days are the unit of time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from sim.core.declarations import ANY, NON_NEGATIVE, POSITIVE, SIGNED, UNIT, Coefficient
from sim.core.fields import COEFFICIENTS
from sim.scenario.numbers import Any_, NonNegative, Positive, Signed, Unit

TYPES: dict[str, Any] = {ANY: Any_, SIGNED: Signed, UNIT: Unit, NON_NEGATIVE: NonNegative, POSITIVE: Positive}
"""The type of a number by its bounds."""

GROUPS = {
    "derivation": "From documented concessions to reservation values.",
    "balance": "Balance of forces: start, drift and noise a day, gain on reservation values (Fearon 1995).",
    "pain": "The hurting stalemate (Zartman 2000): weight of cost, largest pain, memory of cost.",
    "trust": "How trust moves: effect of blamed incidents, drift to the baseline, gains.",
    "readiness": "Motivation `m0 + m1 pain`, optimism `o0 + o1 trust + o2 progress` (Pruitt 2007).",
    "bargaining": "Softness of acceptance, logrolling, knowledge of the others' salience, audience cost, hardening.",
    "mediation": "Effects of the three styles and of leaning (Bercovitch; Beardsley et al. 2006; Kydd 2003).",
    "convening": "Log-odds that a party comes to the round.",
    "level": "Log-odds that a higher level of delegation is proposed.",
    "pace": "Hazard a day that talks break off.",
    "resumption": "Rate a day at which talks resume from abeyance, times exp of readiness and facilitation terms.",
    "procedural": "Log-odds that a round without text or settlement agrees at least on how to go on.",
    "ratification": "Two-level games (Putnam 1988): softness, chance of an amended text, hardening of the others.",
    "collapse": "Hazard a day that a standing settlement collapses.",
    "ripeness": "What the field shows of the war (Slantchev 2003).",
    "learning": "What offers show of reservation values (Zeng & Sycara 1998).",
    "surge": "Incidents before a planned round (Stedman 1997; Kydd & Walter 2002): window in days.",
    "delivery": "Implementation: share that counts as delivered, severity of a shortfall, its hardening.",
}
"""What the coefficients of a group bear on."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def fields_below(prefix: str) -> dict[str, Any]:
    """Definitions, as pydantic's `create_model` takes them, of the coefficients one step below a prefix."""

    def definition(entry: Coefficient) -> tuple[Any, Any]:
        return TYPES[entry.bounds], Field(description=f"{entry.meaning} ({entry.unit})")

    below = {c.path.removeprefix(prefix + "."): c for c in COEFFICIENTS if c.path.startswith(prefix + ".")}
    return {name: definition(entry) for name, entry in below.items() if "." not in name}


def _group(name: str) -> Any:
    title = name.title()
    return create_model(title, __base__=_Group, __doc__=GROUPS[name], **fields_below(f"behaviour.{name}"))


if TYPE_CHECKING:
    Behaviour = Any
else:
    Behaviour = create_model(
        "Behaviour",
        __base__=_Group,
        __doc__="All coefficients of behaviour, by the decision they bear on.",
        **{name: (_group(name), ...) for name in GROUPS},
    )
