"""What brings parties to the table, and what keeps a basket off it (specification, section 7)."""

from __future__ import annotations

import pytest

from sim.scenario.load import load

CALM = {"incidents.*.surge": 0.0}
SHIPPED = ["river-border", "belarus-2022", "istanbul-2022", "istanbul-2025"]
GATED = [
    ("river-border", "exchange", "northbank", "ministers", "calm"),
    ("belarus-2022", "ceasefire", "ukraine", "ministers", "territory"),
    ("istanbul-2022", "status", "russia", "ministers", "territory"),
    ("istanbul-2025", "ceasefire", "russia", "ministers", "territory"),
]
gated = pytest.mark.parametrize(("scenario", "basket", "party", "level", "before"), GATED)


@pytest.mark.parametrize("scenario", SHIPPED)
def test_more_facilitation(more_rounds, scenario):
    at = "mediators.*.styles.facilitation"
    more_rounds(scenario, {**CALM, at: 0.1}, {**CALM, at: 0.9})


@pytest.mark.parametrize("scenario", SHIPPED)
def test_a_more_acceptable_venue(more_rounds, scenario):
    at = "venues.*.acceptability.*"
    more_rounds(scenario, {**CALM, at: 0.3}, {**CALM, at: 0.9})


@gated
def test_a_narrower_mandate(no_less_likely, scenario, basket, party, level, before):
    given = [m.model_dump(exclude_none=True) for m in load(scenario).scenario.parties[party].mandate]
    wide = {f"parties.{party}.mandate": [m for m in given if basket not in m["baskets"]]}
    own = {"baskets": [basket], "level": level, "assumed": "a narrower mandate"}
    narrow = {f"parties.{party}.mandate": [*wide[f"parties.{party}.mandate"], own]}
    no_less_likely(scenario, basket, narrow, wide)


@gated
def test_an_added_precondition(no_less_likely, scenario, basket, party, level, before):
    given = [c.model_dump(exclude_none=True) for c in load(scenario).scenario.parties[party].preconditions]
    own = {"basket": basket, "requires": {"settled": before}, "assumed": "one more precondition"}
    without = {f"parties.{party}.preconditions": given}
    no_less_likely(scenario, basket, {f"parties.{party}.preconditions": [*given, own]}, without)


@pytest.mark.parametrize("scenario", ["river-border", "belarus-2022", "istanbul-2022", "istanbul-2025"])
def test_all_mandates_open(pairs, record_property, scenario):
    """The blocking reason moves from `no mandate` to the others; with the scenario's mandates it is there."""
    gated_basket = "river" if scenario == "river-border" else "territory"
    top = load(scenario).scenario.levels[-1]
    shut = pairs.runs(scenario, {})[f"blocked_{gated_basket}"].astype(str)
    opened = pairs.runs(scenario, {"start_level": top})[f"blocked_{gated_basket}"].astype(str)
    before, after = (shut == "no mandate").to_numpy(), (opened == "no mandate").to_numpy()
    moved = opened[before].value_counts(normalize=True).round(3).to_dict()
    moved = {reason: share for reason, share in moved.items() if share > 0.0}
    record_property(
        "figure", f"{scenario} {gated_basket}: no mandate {before.mean():.3f} to {after.mean():.3f}; {moved}"
    )
    print(f"{scenario} {gated_basket}: no mandate {before.mean():.3f} to {after.mean():.3f}; then {moved}")
    assert not after.any()
    assert before.mean() > 0.5
    assert sum(moved.values()) == pytest.approx(1.0, abs=0.01)
