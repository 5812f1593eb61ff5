"""The coefficients of behaviour: nothing documents most of them, so each is assumed with a range and a reason.

Values live in `scenarios/behaviour.yaml`; here stand only names, bounds and meaning. Days are the unit of time.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from sim.scenario.numbers import Any_, NonNegative, Positive, Unit


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Derivation(_Group):
    """From documented concessions to reservation points."""

    half_life: Positive
    withdrawn_discount: Unit
    margin: NonNegative


class Balance(_Group):
    """Military balance between the sides: start, drift and noise a day, gain on reservation points (Fearon 1995)."""

    start: Unit
    drift: Any_
    noise: NonNegative
    gain: NonNegative
    stalemate_drift: Positive
    memory: Positive


class Pain(_Group):
    """The hurting stalemate (Zartman): weight of cost, its bound, memory of cost."""

    weight: NonNegative
    cap: NonNegative
    memory: Positive


class Trust(_Group):
    """How trust moves: effect of blamed incidents, drift to the baseline, gains."""

    incident_effect: Unit
    memory: Positive
    delivery_gain: Unit
    reciprocity_gain: Unit


class Readiness(_Group):
    """Motivation `m0 + m1 pain`, optimism `o0 + o1 trust + o2 progress` (Pruitt)."""

    m0: Any_
    m1: NonNegative
    o0: Any_
    o1: NonNegative
    o2: NonNegative
    progress_memory: Unit


class Bargaining(_Group):
    """Softness of acceptance, logrolling, what is known of the others' salience, audience costs, hardening."""

    width: NonNegative
    logroll: NonNegative
    information: Unit
    audience: NonNegative
    hardening_memory: Positive


class Mediation(_Group):
    """What the three styles and leaning do (Bercovitch; Beardsley et al. 2006; Kydd 2003)."""

    persuasion: Unit
    leaning_persuasion: NonNegative
    leaning_acceptability: NonNegative
    gap_shortening: Unit
    information_gain: Unit
    trust_gain: Unit
    estimate_error: NonNegative


class Convening(_Group):
    """Log-odds that a party comes to the round."""

    base: Any_
    readiness: NonNegative
    acceptability: NonNegative
    facilitation: NonNegative
    pressure: NonNegative
    incidents: NonNegative
    conditions: NonNegative
    incident_memory: Positive


class Level(_Group):
    """Log-odds that a higher level of delegation is proposed."""

    base: Any_
    blocked: NonNegative
    push: NonNegative


class Resumption(_Group):
    """Rate a day at which talks resume from abeyance, times exp of readiness and facilitation terms."""

    rate: NonNegative
    readiness: NonNegative
    facilitation: NonNegative


class Procedural(_Group):
    """Log-odds that a round without text or settlement agrees at least on how to go on."""

    base: Any_
    readiness: NonNegative
    facilitation: NonNegative


class Ratification(_Group):
    """Two-level games (Putnam 1988): softness, chance that a refused text comes back amended, others' hardening."""

    width: Positive
    amendment: Unit
    amendment_hardening: NonNegative


class Collapse(_Group):
    """Hazard a day that a standing settlement collapses."""

    hazard: NonNegative
    leverage: NonNegative
    margin: NonNegative
    balance: NonNegative


class Surge(_Group):
    """Incidents before a planned round (Stedman 1997; Kydd & Walter 2002): window in days."""

    window: NonNegative


class Delivery(_Group):
    """Implementation: share that counts as delivered, severity of a shortfall, its cost and hardening."""

    enough: Unit
    severity: Unit
    hardening: NonNegative


class Behaviour(_Group):
    """All coefficients, by the decision they bear on."""

    derivation: Derivation
    balance: Balance
    pain: Pain
    trust: Trust
    readiness: Readiness
    bargaining: Bargaining
    mediation: Mediation
    convening: Convening
    level: Level
    resumption: Resumption
    procedural: Procedural
    ratification: Ratification
    collapse: Collapse
    surge: Surge
    delivery: Delivery


__all__ = ["Behaviour"]
