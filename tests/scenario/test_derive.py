"""From dated positions to demands, reservation values and saliences, on a small invented record worked out by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import ScenarioError
from sim.rules.assumption import derive_reservation
from sim.scenario.load import Loaded, load
from sim.scenario.numbers import Number
from sim.scenario.schema import Stake

BASE = {
    "extends": "behaviour",
    "id": "invented",
    "title": "Invented",
    "as_of": "2030-06-30",
    "start": "2030-07-10",
    "levels": ["delegation"],
    "start_level": "delegation",
    "evidence": {"folder": "documents"},
    "issues": {
        "toll": {"title": "Toll", "basket": "trade", "options": [{"at": 0, "label": "a"}, {"at": 1, "label": "b"}]}
    },
    "baskets": {"trade": {"title": "Trade", "code": "partial", "level": "delegation"}},
    "parties": {
        "east": {"title": "East", "issues": {"toll": {"end": "low"}}},
        "west": {"title": "West", "issues": {"toll": {"end": "high"}}},
    },
    "venues": {"hall": {"title": "The hall", "acceptability": 0.5}},
}
MEDIA = {"gazette": "east-media", "courier": "west-media"}


def position(name: str, value: float, stance: str, event: str, **more: Any) -> dict[str, Any]:
    sources = [{"id": source, "locator": "p. 1"} for source in more.pop("sources", ["gazette"])]
    entry = {"id": name, "issue": "toll", "value": value, "kind": "own", "stance": stance, "sources": sources}
    entry |= {"speaker": "a speaker", "channel": "ministry", "authority": "medium", "note": "An invented position."}
    return entry | dict.fromkeys(("event", "published", "disclosed"), event) | more


def derived(folder: Path, east: list[dict[str, Any]], west: list[dict[str, Any]], **changes: Any) -> Loaded:
    """The invented scenario on a record of these positions."""
    documents = folder / "documents"
    (documents / "positions").mkdir(parents=True)
    common = {"published": "2030-01-01", "language": "English", "translated": False, "cited_for": "an invention"}
    sources = {
        name: {"title": name, "publisher": name, "perspective": perspective, **common}
        for name, perspective in MEDIA.items()
    }
    (documents / "sources.yaml").write_text(_yaml({"sources": sources}))
    for actor, positions in (("east", east), ("west", west)):
        (documents / "positions" / f"{actor}.yaml").write_text(_yaml({"actor": actor, "positions": positions}))
    (folder / "invented.yaml").write_text(_yaml(BASE))
    return load(folder / "invented.yaml", {key.replace("__", "."): value for key, value in changes.items()})


def _yaml(data: dict[str, Any]) -> str:
    """JSON is YAML, but for dates, which stand without quotes."""
    return re.sub(r'"(\d{4}-\d\d-\d\d)"', r"\1", json.dumps(data, indent=1))


def stake(loaded: Loaded, party: str = "east") -> Stake:
    return loaded.scenario.parties[party].issues["toll"]


def ends(number: Number | None) -> tuple[float, float]:
    assert number is not None
    return number.low, number.high


WEST = [position("w1", 0.9, "demand", "2030-01-05")]


def test_the_latest_demand_or_offer_counts_and_a_refusal_or_deferral_moves_nothing(tmp_path: Path) -> None:
    east = [
        position("e1", 0.0, "demand", "2030-01-10"),
        position("e2", 0.2, "offer", "2030-02-10"),
        position("e3", 0.1, "refusal", "2030-03-10"),
        position("e4", 0.4, "deferred", "2030-04-10"),
    ]
    loaded = derived(tmp_path, east, WEST)
    assert loaded.derivations["east", "toll"].demand == "e2"
    assert ends(stake(loaded).demand) == (0.2, 0.2)
    # Nothing concedes more than the demand: anything from 0.05 past it to the far end of the scale.
    assert ends(stake(loaded).reservation) == (0.25, 1.0)
    assert loaded.derivations["east", "toll"].passed_over == ("e1", "e3")


def test_where_there_is_neither_demand_nor_offer_the_point_held_in_a_refusal_counts(tmp_path: Path) -> None:
    loaded = derived(tmp_path, [position("e1", 0.1, "refusal", "2030-01-10")], WEST)
    assert ends(stake(loaded).demand) == (0.1, 0.1)


def test_what_was_disclosed_after_the_day_does_not_count(tmp_path: Path) -> None:
    east = [
        position("e1", 0.0, "demand", "2030-01-10"),
        position("e2", 0.3, "offer", "2030-06-01", disclosed="2030-07-01"),
        position("e3", 0.1, "demand", "2030-06-30"),
    ]
    loaded = derived(tmp_path, east, WEST)
    assert loaded.derivations["east", "toll"].demand == "e3"
    assert "e2" not in loaded.derivations["east", "toll"].passed_over
    later = loaded.with_changes({"as_of": "2030-07-01"})
    assert later.derivations["east", "toll"].conceded == "e2"


def test_a_reservation_value_from_an_old_and_withdrawn_concession(tmp_path: Path) -> None:
    east = [
        position("e1", 0.5, "offer", "2029-07-10"),
        position("e2", 0.5, "withdrawn", "2030-01-01", note="Withdraws e1. An invented withdrawal."),
        position("e3", 0.2, "demand", "2030-02-01"),
    ]
    loaded = derived(tmp_path, east, WEST)
    note, found = loaded.derivations["east", "toll"], stake(loaded)
    assert (note.demand, note.conceded, note.withdrawn_by) == ("e3", "e1", "e2")
    assert found.reservation is None
    # From 10 July 2029 to 10 July 2030, the start, are 365 days. With a half-life of as many and a discount of 0.5 the
    # least share is 0.5 (1 - 0.5) = 0.25; at quantile 0.4 of 0.25 to 1.2 it is 0.63, and r = 0.2 + 0.3 * 0.63 = 0.389.
    numbers = [found.demand, found.conceded, found.age, found.withdrawn]
    assert [ends(number)[0] for number in numbers] == [0.2, 0.5, 365, 1]
    assert derive_reservation(0.2, 0.5, 365, 1, 0.4, 365, 0.5, 0.2) == pytest.approx(0.389, abs=1e-12)


def test_of_equal_concessions_the_last_repetition_counts(tmp_path: Path) -> None:
    east = [
        position("e1", 0.5, "offer", "2029-07-10"),
        position("e2", 0.5, "offer", "2030-04-01"),
        position("e3", 0.4, "offer", "2030-05-01"),
        position("e4", 0.1, "demand", "2030-06-01"),
    ]
    loaded = derived(tmp_path, east, WEST)
    assert loaded.derivations["east", "toll"].conceded == "e2"
    assert ends(stake(loaded).age) == (100, 100)  # 1 April to 10 July


def test_a_concession_whose_condition_lies_outside_does_not_count(tmp_path: Path) -> None:
    east = [
        position("e1", 0.6, "offer", "2030-01-10", condition="others sign", condition_met_by=["toll", "external"]),
        position("e2", 0.4, "offer", "2030-02-10", condition="inside", condition_met_by=["toll"]),
        position("e3", 0.1, "demand", "2030-03-10"),
    ]
    assert derived(tmp_path, east, WEST).derivations["east", "toll"].conceded == "e2"


def test_conceding_is_toward_the_others(tmp_path: Path) -> None:
    # West demands less than East: for East, a lower point is then the concession.
    east = [position("e1", 0.2, "offer", "2030-01-10"), position("e2", 0.8, "offer", "2030-02-10")]
    east.append(position("e3", 0.5, "demand", "2030-03-10"))
    west = [position("w1", 0.1, "demand", "2030-01-05")]
    assert derived(tmp_path, east, west).derivations["east", "toll"].conceded == "e1"


def test_words_attributed_by_others_count_only_where_a_party_said_nothing_itself(tmp_path: Path) -> None:
    east = [
        position("e1", 0.3, "demand", "2030-03-10", kind="attributed"),
        position("e2", 0.1, "demand", "2030-01-10"),
    ]
    west = [position("w1", 0.9, "demand", "2030-01-05", kind="media")]
    loaded = derived(tmp_path, east, west)
    assert loaded.derivations["east", "toll"].demand == "e2"
    assert loaded.derivations["west", "toll"].demand == "w1"
    own = loaded.with_changes({"evidence.admit": "own"})
    assert own.derivations["west", "toll"].demand is None
    assert ends(stake(own, "west").demand) == (0.7, 1.0)


def test_one_sides_media_are_cited_with_their_own_page(tmp_path: Path) -> None:
    east = [
        position("e1", 0.0, "demand", "2030-01-10", sources=["gazette", "courier"]),
        position("e2", 0.2, "demand", "2030-02-10"),
    ]
    loaded = derived(tmp_path, east, WEST)
    demand = stake(loaded).demand
    assert demand is not None
    assert (demand.mode, demand.source) == (0.2, "gazette")
    demand = stake(loaded.with_changes({"evidence.admit": "west-media"})).demand
    assert demand is not None
    assert (demand.mode, demand.source) == (0.0, "courier")


def test_salience_follows_the_strongest_insistence(tmp_path: Path) -> None:
    east = [
        position("e1", 0.0, "demand", "2030-01-10", insistence="basic_provision"),
        position("e2", 0.0, "demand", "2030-02-10", insistence="mentioned"),
    ]
    loaded = derived(tmp_path, east, WEST)
    scale = loaded.scenario.salience_scale
    assert ends(stake(loaded).salience) == ends(scale["basic_provision"])
    assert loaded.derivations["east", "toll"].salience == "e1"
    assert ends(stake(loaded, "west").salience) == ends(scale["silent"])
    assert loaded.derivations["west", "toll"].salience is None


def test_what_the_scenario_says_itself_is_kept(tmp_path: Path) -> None:
    east = [position("e1", 0.5, "offer", "2030-01-10"), position("e2", 0.1, "demand", "2030-02-10")]
    loaded = derived(tmp_path, east, WEST, parties__east__issues__toll__reservation=0.3)
    assert ends(stake(loaded).reservation) == (0.3, 0.3)
    assert ends(stake(loaded).demand) == (0.1, 0.1)
    assert stake(loaded).conceded is None


def test_a_scale_that_leaves_no_room_is_refused(tmp_path: Path) -> None:
    east = [position("e1", 1.0, "offer", "2030-01-10"), position("e2", 0.97, "demand", "2030-02-10")]
    with pytest.raises(ScenarioError) as caught:
        derived(tmp_path, east, [position("w1", 1.0, "demand", "2030-01-05")])
    assert caught.value.key == "parties.east.issues.toll.demand"
    assert caught.value.problem == (
        "the demand 0.97 [gazette, p. 1] lies nearer than 0.05 to the end of the scale toward which the party would "
        "concede: no room is left for a reservation value"
    )


def test_a_reservation_value_of_the_scenario_is_held_against_the_derived_demand(tmp_path: Path) -> None:
    east = [position("e1", 0.4, "demand", "2030-01-10")]
    with pytest.raises(ScenarioError, match=r"0\.42 comes nearer than 0\.05 to the demand 0\.4 \[gazette, p\. 1\]"):
        derived(tmp_path, east, WEST, parties__east__issues__toll__reservation=0.42)
    with pytest.raises(ScenarioError, match="lies on the wrong side"):
        load(tmp_path / "invented.yaml", {"parties.east.issues.toll.reservation": 0.2})
