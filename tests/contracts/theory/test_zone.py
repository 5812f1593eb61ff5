"""Where nothing can be agreed, nothing is: red lines without overlap, and floors without a zone (section 7)."""

from __future__ import annotations

import fnmatch

import pytest

from sim.scenario.load import list_paths, load

CLASHES = [
    ("river-border", "calm", "patrols", ("southbank", "northbank")),
    ("belarus-2022", "status", "alignment", ("russia", "ukraine")),
    ("istanbul-2022", "status", "alignment", ("russia", "ukraine")),
    ("istanbul-2025", "status", "foreign_forces", ("russia", "ukraine")),
]


def top(scenario: str) -> str:
    return load(scenario).scenario.levels[-1]


@pytest.mark.parametrize(("scenario", "basket", "issue", "sides"), CLASHES)
def test_red_lines_without_overlap(pairs, record_property, scenario, basket, issue, sides):
    """Reservation points .6 and .4 of demands 1 and 0. Control: no red lines; pain may bridge them."""
    clash = {"start_level": top(scenario), "parties.*.preconditions": [], "baskets.*.exposure.*": 0.0}
    for party, demand, reservation in zip(sides, (1.0, 0.0), (0.6, 0.4), strict=True):
        at = f"parties.{party}.issues.{issue}."
        clash |= {f"{at}demand": demand, f"{at}reservation": reservation, f"{at}red_line": True}
    if scenario == "river-border":
        clash |= {"behaviour.pain.weight": 10.0, "incidents.*.rate": 0.5}
    bridged = clash | {f"parties.{party}.issues.{issue}.red_line": False for party in sides}
    never, sometimes = (pairs.settled(scenario, changes, basket) for changes in (clash, bridged))
    record_property(
        "figure", f"{scenario} {basket}: {never.sum()} of {never.size}; without red lines {sometimes.sum()}"
    )
    assert not never.any()
    assert not pairs.runs(scenario, clash)[f"zone_{basket}"].any()
    assert sometimes.any()


STILL = {
    "behaviour.balance.noise": 0.0,
    "behaviour.balance.drift": 0.0,
    "sponsors.*.levers.*.balance": 0.0,
    "incidents.*.rate": 0.0,
    "behaviour.trust.incident_effect": 0.0,
    "behaviour.trust.delivery_gain": 0.0,
    "behaviour.trust.reciprocity_gain": 0.0,
    "behaviour.mediation.trust_gain": 0.0,
    "parties.*.trust.*": 0.4,
    "parties.*.trust_baseline.*": 0.4,
    "calendar.postponement_limit": 200,
    "behaviour.pace.breakoff": 0.0,  # after abeyance reservation values are derived anew
    "mediators.*.leverage": 0.0,
    "mediators.*.departure": 0.0,
    "behaviour.bargaining.width": 0.0,
    "parties.*.deadline": 60.0,
    "parties.*.preconditions": [],
}
"""Floors that stay as they are all along, so the zone at the end is that of every round; no lever, sharp answers."""


def still(scenario: str) -> dict[str, object]:
    known = list_paths(load(scenario).scenario)

    def there(path: str) -> bool:
        return any(fnmatch.fnmatchcase(name, path) for name in known)

    fixed = {path: value for path, value in STILL.items() if there(path)}
    return fixed | {"start_level": top(scenario), "model.war": False}


@pytest.mark.parametrize("scenario", ["river-border", "belarus-2022", "istanbul-2022", "istanbul-2025"])
def test_no_zone_no_settlement(pairs, record_property, scenario):
    """Without a zone at the floors no basket is ever settled, be it of one issue or of several."""
    changes = still(scenario)
    runs = pairs.runs(scenario, changes)
    empty = 0
    for basket in load(scenario, changes).scenario.baskets:
        without = ~runs[f"zone_{basket}"].to_numpy()
        empty += int(without.sum())
        assert not (without & runs[f"first_settled_{basket}"].notna().to_numpy()).any(), basket
    record_property("figure", f"{scenario}: {empty} baskets without a zone, none settled")
    assert empty > 0


@pytest.mark.parametrize("change", [{"behaviour.bargaining.width": 0.3}, {"behaviour.trust.incident_effect": 0.0}])
def test_control_no_zone(pairs, change):
    """Soft answers settle where there is no zone; a change that bears on nothing does not."""
    runs = pairs.runs("belarus-2022", still("belarus-2022") | change)
    struck = ~runs["zone_ceasefire"] & runs["first_settled_ceasefire"].notna()
    assert struck.any() == ("behaviour.bargaining.width" in change)


def test_control_leverage(pairs):
    """A lever that presses on the offer, not on the floor, settles where there is no zone."""
    lever = {
        "mediators.*.leverage": 0.3,
        "mediators.*.styles.manipulation": 1.0,
        "model.leverage": "on_aspiration",
    }
    runs = pairs.runs("belarus-2022", still("belarus-2022") | lever)
    assert (~runs["zone_ceasefire"] & runs["first_settled_ceasefire"].notna()).any()
