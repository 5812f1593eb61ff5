"""Phase 5: whether the round is held, where and at which level."""

from __future__ import annotations

import numpy as np

from sim.agents import agenda, events, mediation
from sim.agents.party_checks import check_share
from sim.agents.protocols import Party, Talks
from sim.core.layout import VENUE, W
from sim.rules import convening, outcome, readiness, venue
from sim.rules.mediation import Strength

NOBODY = 1e9
"""Least acceptability of a venue where nobody has a seat."""


def convene(model: Talks) -> bool:
    """Hold the round if every party with a seat comes; else postpone it, in the end into abeyance."""
    agenda.admit_parties(model)
    agenda.read_mandates(model)
    model.venue = choose_venue(model)
    absent = []
    for party in model.parties:
        if party.seated:
            party.willing = check_share(party, "meeting_chance", party.meeting_chance(model.venue))
            if model.draw("convene", party.index) >= party.willing:
                absent.append(party)
    if model.observed:
        facts = {"balance": model.balance, "parties": events.describe_parties(model)}
        model.on_event("planned", {"venue": model.names.venues[model.venue], **facts})
    if absent:
        postpone(model, absent)
        return False
    model.streak = 0
    model.publicity = float(model.theta.venue[VENUE.PUBLICITY, model.venue])
    model.leverage = model.leverage_at_table()
    before = model.level
    raise_level(model)
    facts = {"venue": model.names.venues[model.venue], "level": model.names.levels[model.level]}
    model.on_event("held", {**facts, "rose": model.level > before})
    mediation.facilitate(model)
    return True


def postpone(model: Talks, absent: list[Party]) -> None:
    """Postpone the round; after too many postponements in a row the talks fall into abeyance."""
    model.postponed += 1
    model.streak += 1
    model.level = model.structure.start_level
    model.abeyance = model.abeyance or model.streak >= model.structure.postponement_limit
    model.code = outcome.POSTPONED
    model.progress = readiness.update_progress(model.progress, model.code, model.world[W.READINESS_PROGRESS_MEMORY])
    names = [party.name for party in absent]
    facts = {"venue": model.names.venues[model.venue], "abeyance": model.abeyance}
    model.on_event("postponed", {"absent": names, **facts})


def choose_venue(model: Talks) -> int:
    """Choose the venue of the planned round by the scenario's venue rule."""
    x = model.structure
    seated = [party for party in model.parties if party.seated]
    least = [min((p.acceptability(v) for p in seated), default=NOBODY) for v in range(x.venues)]
    return int(venue.choose_venue(x.venue_rule, x.venue_order, model.held + model.postponed, np.array(least)))


def raise_level(model: Talks) -> None:
    """Let the parties agree to meet at a higher level."""
    if model.level + 1 >= model.structure.levels:
        return
    to_settle = [basket for basket in model.baskets if basket.open]
    blocked = sum(1 for basket in to_settle if not agenda.mandated(model, basket))
    share = blocked / len(to_settle) if to_settle else 0.0
    w, push = model.world, model.attending_strength(Strength.FACILITATION)
    odds = convening.higher_level_odds(w[W.LEVEL_BASE], w[W.LEVEL_BLOCKED], share, w[W.LEVEL_PUSH], push)
    if model.draw("level", 0) >= convening.chance(odds):
        return
    if all(model.draw("rise", p.index) < p.willing for p in model.parties if p.seated):
        model.level += 1
