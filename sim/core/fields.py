"""Coefficients of behaviour and of the calendar: their places in `theta.world`, and the scenario paths behind them."""

from __future__ import annotations

from typing import NamedTuple


class _World(NamedTuple):
    HORIZON: int
    GAP_SCALE: int
    GAP_SHAPE: int
    GAP_MIN: int
    ABEYANCE_REVIEW: int
    HALF_LIFE: int
    WITHDRAWN_DISCOUNT: int
    MARGIN: int
    BALANCE_START: int
    BALANCE_DRIFT: int
    BALANCE_NOISE: int
    BALANCE_GAIN: int
    STALEMATE_DRIFT: int
    BALANCE_MEMORY: int
    PAIN_WEIGHT: int
    PAIN_CAP: int
    PAIN_MEMORY: int
    TRUST_INCIDENT: int
    TRUST_MEMORY: int
    TRUST_DELIVERY: int
    TRUST_RECIPROCITY: int
    M0: int
    M1: int
    O0: int
    O1: int
    O2: int
    PROGRESS_MEMORY: int
    WIDTH: int
    LOGROLL: int
    INFORMATION: int
    AUDIENCE: int
    HARDENING_MEMORY: int
    PERSUASION: int
    LEANING_PERSUASION: int
    LEANING_ACCEPTABILITY: int
    GAP_SHORTENING: int
    INFORMATION_GAIN: int
    MEDIATION_TRUST: int
    ESTIMATE_ERROR: int
    CONVENE_BASE: int
    CONVENE_READINESS: int
    CONVENE_ACCEPTABILITY: int
    CONVENE_FACILITATION: int
    CONVENE_PRESSURE: int
    CONVENE_INCIDENTS: int
    CONVENE_CONDITIONS: int
    INCIDENT_MEMORY: int
    LEVEL_BASE: int
    LEVEL_BLOCKED: int
    LEVEL_PUSH: int
    RESUME_RATE: int
    RESUME_READINESS: int
    RESUME_FACILITATION: int
    PROCEDURAL_BASE: int
    PROCEDURAL_READINESS: int
    PROCEDURAL_FACILITATION: int
    RATIFY_WIDTH: int
    AMENDMENT: int
    AMENDMENT_HARDENING: int
    COLLAPSE_HAZARD: int
    COLLAPSE_LEVERAGE: int
    COLLAPSE_MARGIN: int
    COLLAPSE_BALANCE: int
    SURGE_WINDOW: int
    DELIVERED_ENOUGH: int
    SHORTFALL_SEVERITY: int
    SHORTFALL_HARDENING: int


W = _World(*range(len(_World._fields)))

_BEHAVIOUR = (
    "derivation.half_life derivation.withdrawn_discount derivation.margin "
    "balance.start balance.drift balance.noise balance.gain balance.stalemate_drift balance.memory "
    "pain.weight pain.cap pain.memory "
    "trust.incident_effect trust.memory trust.delivery_gain trust.reciprocity_gain "
    "readiness.m0 readiness.m1 readiness.o0 readiness.o1 readiness.o2 readiness.progress_memory "
    "bargaining.width bargaining.logroll bargaining.information bargaining.audience bargaining.hardening_memory "
    "mediation.persuasion mediation.leaning_persuasion mediation.leaning_acceptability mediation.gap_shortening "
    "mediation.information_gain mediation.trust_gain mediation.estimate_error "
    "convening.base convening.readiness convening.acceptability convening.facilitation convening.pressure "
    "convening.incidents convening.conditions convening.incident_memory "
    "level.base level.blocked level.push resumption.rate resumption.readiness resumption.facilitation "
    "procedural.base procedural.readiness procedural.facilitation "
    "ratification.width ratification.amendment ratification.amendment_hardening "
    "collapse.hazard collapse.leverage collapse.margin collapse.balance "
    "surge.window delivery.enough delivery.severity delivery.hardening"
)


def paths(prefix: str, fields: str) -> tuple[str, ...]:
    """Scenario paths of fields below one prefix."""
    return tuple(f"{prefix}.{field}" for field in fields.split())


WORLD_PATHS = paths("calendar", "horizon gap_scale gap_shape gap_min abeyance_review") + paths("behaviour", _BEHAVIOUR)
"""One path a coefficient, in the order of `W`."""
