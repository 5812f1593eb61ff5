"""Phases on states set by hand: what the engines share could be wrong in both, and their being equal would not tell.

Expected numbers are worked out from docs/explanation/odd.md (III.4.3 to III.4.16).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents import conclusion, exchange, implementation, report
from sim.agents.model import NegotiationModel
from sim.agents.party import Party
from sim.core.layout import W
from sim.rules.levers import LeverKind, LeverTrigger
from sim.scenario.load import load
from sim.scenario.resolve import resolve


@pytest.fixture
def model() -> NegotiationModel:
    return made("river-border")


def made(scenario: str) -> NegotiationModel:
    return NegotiationModel(resolve(load(scenario).scenario, 0), 0, 0)


@pytest.mark.parametrize(("share", "stands"), [(1.0, True), (0.0, False)])
def test_a_delivered_settlement_does_not_collapse(model: NegotiationModel, share: float, stands: bool) -> None:
    """At a hazard beyond all measure what is not delivered falls at once, and what is delivered stands."""
    basket = next(b for b in model.baskets if b.obligations)
    basket.settled, basket.open, basket.signatories = True, False, basket.members
    for obligation in basket.obligations:
        obligation.pending, obligation.done, obligation.share = False, True, share
    model.world[W.COLLAPSE_HAZARD] = 1e9
    model.days = 10.0
    implementation.implement(model)
    assert basket.settled == stands


def test_a_shortfall_leaves_blame_and_hardens(model: NegotiationModel) -> None:
    party = model.parties[0]
    model.world[W.DELIVERY_HARDENING] = 0.5
    party.observe_delivery(1, share=0.4, missing=0.3, blame=0.5)
    # Felt is what is missing as far as the doer is blamed: 0.15; half of it hardens.
    assert (party.blame, party.hardening) == (pytest.approx(0.15), pytest.approx(0.075))


def test_an_incident_hardens_as_far_as_someone_is_blamed(model: NegotiationModel) -> None:
    party = model.parties[0]
    model.attribution[0][0] = [0.0, 0.25, 0.0][: len(model.parties)]
    party.apply_incident(0, True, cost=0.8, hardening=0.4, blame=0.2)
    assert (party.cost, party.hardening, party.blame) == (0.8, pytest.approx(0.1), pytest.approx(0.05))
    party.apply_incident(0, False, cost=0.8, hardening=0.4, blame=0.2)
    assert party.cost == 0.8, "who is not offended has no cost"


@pytest.mark.parametrize("conceded", [True, False])
def test_only_who_concedes_gains_trust_by_what_it_hears(
    model: NegotiationModel, monkeypatch: pytest.MonkeyPatch, conceded: bool
) -> None:
    def hear(party: Party, basket: Any) -> float:
        party.gains[1 - party.index if party.index < 2 else 0] += 0.5
        return 1.0

    monkeypatch.setattr(Party, "evaluate_offers", hear)
    model.world[W.TRUST_RECIPROCITY_GAIN] = 0.2
    party = model.parties[0]
    party.trust[1], party.concession_before = 0.4, 0.3
    party.concession = 0.35 if conceded else 0.3
    exchange.listen(model)
    # Half of what could be gained: 0.4 + 0.2 · (1 - 0.4) · 0.5.
    assert party.trust[1] == pytest.approx(0.46 if conceded else 0.4)


@pytest.mark.parametrize("held", [0, 1, 2])
def test_who_begins_takes_turns_from_round_to_round(
    model: NegotiationModel, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    order: list[int] = []
    put = Party.make_offer
    monkeypatch.setattr(Party, "make_offer", lambda party, *given: (order.append(party.index), put(party, *given))[1])
    basket, model.held = model.baskets[0], held
    exchange.exchange_offers(model, basket)
    assert order[0] == basket.members[held % len(basket.members)].index


def test_what_is_open_counts_nothing_in_a_partys_utility(model: NegotiationModel) -> None:
    party = model.parties[0]
    own = [basket for basket in model.baskets if party in basket.members]
    assert report.party_utility(model, 0) == 0.0
    settled = own[0]
    model.package[settled.slice], settled.settled = party.demand[settled.slice], True
    # Its full demand on one basket is worth that basket's part of its salience.
    weight = [party.salience_total[basket.index] for basket in own]
    assert report.party_utility(model, 0) == pytest.approx(weight[0] / sum(weight))


def test_the_gap_is_that_of_what_is_open(model: NegotiationModel) -> None:
    first, *others = model.baskets
    for party in model.parties:
        party.offer[:] = 0.5
    first.members[0].offer[first.slice] = 1.0
    for basket in others:
        basket.open = False
    apart = exchange.position_gap(model)
    first.open, others[0].open = False, True
    assert apart > 0.0 and exchange.position_gap(model) == 0.0


def test_a_postponed_round_lets_progress_fade(model: NegotiationModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "draw", lambda stream, *_, **__: 1.0 if stream == "convene" else 0.5)
    model.progress, model.world[W.READINESS_PROGRESS_MEMORY] = 0.8, 0.5
    model.step()
    assert model.progress == pytest.approx(0.4)  # half of what was, and of the code `postponed` nothing


def test_a_responsive_lever_is_on_when_talks_do_what_it_waits_for() -> None:
    model = made("istanbul-2025")
    x = model.structure
    k = int(np.flatnonzero(x.lever_kind == LeverKind.RESPONSIVE)[0])
    sponsor = next(s for s in model.sponsors if k in s.levers)
    model.held = 1
    for progress, moving in ((1.0, True), (0.0, False)):
        model.progress = progress
        assert sponsor.is_pulled(k, 10.0) == (moving == (x.lever_when[k] == LeverTrigger.MOVING))


def test_an_amendment_hardens_the_others(model: NegotiationModel, monkeypatch: pytest.MonkeyPatch) -> None:
    basket = next(b for b in model.baskets if model.structure.ratified[b.index])
    n = int(np.flatnonzero(model.structure.ratifier_basket[:, basket.index])[0])
    own = model.structure.ratifier_party[n]
    monkeypatch.setattr(model, "draw", lambda stream, *_, **__: 1.0 if stream == "ratify" else 0.0)
    model.world[W.RATIFICATION_AMENDMENT_HARDENING] = 0.07
    model.package[basket.slice] = 1.0 - model.parties[own].demand[basket.slice]
    assert not conclusion.approved(model, basket, n)
    assert {p.index: p.hardening for p in basket.members} == {
        p.index: 0.0 if p.index == own else pytest.approx(0.07) for p in basket.members
    }


def test_a_finished_run_does_not_stay_in_memory() -> None:
    """Mesa kept every model for good; an analysis of fifty parties took 1.5 GB for a thousand draws."""
    import gc
    import weakref

    from sim.agents.model import NegotiationModel
    from sim.results.plan import plan

    problem = plan("river-border", 1, 0, engine="mesa", workers=1).problem
    gone = weakref.ref(NegotiationModel(problem))
    gc.collect()
    assert gone() is None
