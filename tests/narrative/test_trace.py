"""One run told: dates, points and reasons worked by hand, certain cases, and that listening changes nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import sim
from sim.agents.model import NegotiationModel, play
from sim.agents.report import report_run
from sim.core.counts import format_count
from sim.core.errors import ParleyError
from sim.narrative.narrator import Narrator, trace
from sim.narrative.titles import Titles, describe_point, format_number, join_words
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan
from sim.scenario.load import load

CERTAIN = {"behaviour.convening.base": 60}
NEVER = {"behaviour.convening.base": -60}


Heard = list[tuple[str, dict[str, Any]]]


def events(fate: int, changes: dict[str, Any] | None = None) -> tuple[NegotiationModel, Heard]:
    """A run to its end, and all it told."""
    heard: Heard = []
    problem = plan("river-border", 1, 0, engine="mesa", workers=1, changes=changes).problem
    return play(problem, fate, fate, notify=lambda event, facts: heard.append((event, facts))), heard


@pytest.mark.parametrize("fate", range(4))
def test_listening_changes_nothing(fate: int) -> None:
    problem = plan("river-border", 1, 0, engine="mesa", workers=1).problem
    told, silent = events(fate)[0], play(problem, fate, fate)
    assert np.array_equal(report_run(told), report_run(silent), equal_nan=True)
    assert told.rounds == silent.rounds


NAMES = ("describe_parties", "lever_states", "describe_agenda", "points_by_issue", "describe_offers", "explain_refusal")


def test_nothing_is_prepared_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that nobody hears builds no facts."""

    def unwanted(*arguments: object) -> None:
        raise AssertionError("facts were built for nobody")

    problem = plan("river-border", 1, 0, engine="mesa", workers=1).problem
    for name in NAMES:
        monkeypatch.setattr(f"sim.agents.events.{name}", unwanted)
    play(problem, 0, 0)
    with pytest.raises(AssertionError, match="for nobody"):
        play(problem, 0, 0, notify=lambda event, facts: None)


def test_the_run_is_the_ensembles() -> None:
    table = run_ensemble("river-border", 6, 7, engine="mesa", workers=1).run_table.to_pylist()
    for run, row in enumerate(table):
        lines = trace("river-border", 7, run)
        assert f"  Outcome: {row['outcome']}; the highest reached: {row['peak_outcome']}." in lines
        assert sum(line.startswith("  All came: ") for line in lines) == row["rounds_held"]
        assert sum("the round is postponed" in line for line in lines) == row["rounds_postponed"]
        times = [int(found) for line in lines for found in re.findall(r"A clash of boats: (\d+) time", line)]
        assert sum(times) == row["incidents"]


def test_everyone_comes() -> None:
    lines = trace(load("river-border", CERTAIN), 0, 0)
    assert "Planned round 1, day 0.0 (8 January 2030), The Lake Hall" in lines
    assert "  All came: round 1 is held. Level: delegation." in lines
    assert not any("did not come" in line for line in lines)
    first = lines.index("  All came: round 1 is held. Level: delegation.")
    closed = "  “Crossing and water” is not opened: Northbank gives a mandate to ministers only; "
    assert lines[first + 1] == closed + "it needs the level of ministers."
    assert sum("chance of coming 1.00" in line for line in lines) % 3 == 0


def test_nobody_comes() -> None:
    lines = trace(load("river-border", NEVER), 0, 0)
    absent = "  Northbank, Southbank and Upland did not come: the round is postponed."
    assert lines.count(absent) >= 4
    assert "  After so many postponements in a row the talks fall into abeyance." in lines
    assert "  “Exchange of crews”: not settled (never convened); a zone of agreement existed." in lines
    assert "  Utility at the end, open baskets counted as 0: Northbank 0.00, Southbank 0.00 and Upland 0.00." in lines


def test_abeyance_is_told_once_the_limit_is_reached() -> None:
    lines = trace(load("river-border", NEVER), 0, 0)
    fall = lines.index("  After so many postponements in a row the talks fall into abeyance.")
    assert sum("the round is postponed" in line for line in lines[:fall]) == 4


def test_a_precondition_is_named() -> None:
    changes = CERTAIN | {"start_level": "ministers"}
    lines = trace(load("river-border", changes), 0, 0)
    closed = "  “Crossing and water” is not opened: Southbank requires first that “Calm on the river” is settled."
    assert closed in lines


def test_refusals_say_why() -> None:
    _, heard = events(0, CERTAIN)
    refused = [facts for event, facts in heard if event == "refused"]
    assert refused
    assert {facts["why"] for facts in refused} <= {"worth", "red line", "floor"}
    for facts in refused:
        if facts["why"] == "floor":
            assert facts["floor"] > 1.0


def test_answers_say_where_the_noise_decided() -> None:
    """With much noise some answers go against utility and demand; without noise (control) none does."""
    said: dict[float, set[str]] = {}
    changes: dict[str, Any] = {**CERTAIN, "baskets.*.exposure.*": 0.0}
    for width in (0.0, 0.2):
        changes["behaviour.bargaining.width"] = width
        heard = [entry for fate in range(4) for entry in events(fate, changes)[1]]
        refusals = {"refusal" for event, facts in heard if event == "refused" and facts["noise"]}
        answers = [(event, facts["lenient"]) for event, facts in heard if "lenient" in facts]
        said[width] = refusals | {f"{event} {len(lenient) > 0}" for event, lenient in answers}
        for _, facts in heard:
            assert all(pair["worth"] < pair["asked"] for pair in facts.get("lenient", {}).values())
    assert said[0.0] == {"agreed False", "text False"}
    assert said[0.2] >= {"refusal", "agreed True", "text True"}
    lines = [line for fate in range(4) for line in trace(load("river-border", changes), 0, fate)]
    assert any(line.endswith("; the noise of its answer decided.") and " accepts: " in line for line in lines)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {"why": "worth", "worth": 0.41, "asked": 0.8949},
            "Northbank refuses: its utility is 0.41, and it demands 0.89.",
        ),
        ({"why": "red line", "worth": -1.0, "asked": 0.9}, "Northbank refuses: it crosses a red line."),
        (
            {"why": "floor", "worth": 1.0, "asked": 0.9, "floor": 1.7},
            "Northbank accepts no package: its floor is 1.70, above the utility of any package.",
        ),
        (
            {"why": "worth", "worth": 0.9, "asked": 0.9},
            "Northbank refuses, although its utility is 0.90 and it demanded 0.90.",
        ),
        (
            {"why": "worth", "worth": 0.9, "asked": 0.9, "noise": True},
            "Northbank refuses, although its utility is 0.90 and it demanded 0.90: the noise of its answer decided.",
        ),
    ],
)
def test_words_of_a_refusal(facts: dict[str, Any], text: str) -> None:
    narrator = Narrator(Titles(load("river-border").scenario))
    assert narrator.explain_refusal({"refused_by": "northbank", **facts}) == text


def test_a_party_of_ones_own_is_told() -> None:
    class Stubborn(sim.Party):
        def accept(self, *arguments: object) -> bool:
            return False

    lines = trace(load("river-border", CERTAIN), 0, 0, Stubborn)
    assert not any("all accept" in line.lower() for line in lines)
    assert any("refuses" in line for line in lines)


def test_runs_are_numbered_from_zero() -> None:
    with pytest.raises(ParleyError, match="run is -1; runs are numbered from 0"):
        trace("river-border", 0, -1)


def test_dates() -> None:
    titles = Titles(load("river-border").scenario)
    # 8 January 2030 and 42 whole days: 23 to the end of the month, 19 more.
    assert titles.day(42.7) == "day 42.7 (19 February 2030)"
    assert titles.day(0.0) == "day 0.0 (8 January 2030)"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "Northbank's boats alone"),
        (0.02, "Northbank's boats alone"),
        (0.25, "between `Northbank's boats alone` and `joint patrols`"),
        (0.51, "joint patrols"),
        (0.9, "between `joint patrols` and `Southbank's boats alone`"),
    ],
)
def test_points_have_names(x: float, text: str) -> None:
    assert describe_point(load("river-border").scenario.issues["patrols"], x) == text


def test_points_beyond_the_outermost_option() -> None:
    issue = load("river-border").scenario.issues["patrols"]
    inner = issue.model_copy(update={"options": issue.options[1:]})
    assert describe_point(inner, 0.2) == "beyond `joint patrols`"


def test_small_words() -> None:
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert join_words([]) == "none"
    assert (format_number(-0.001), format_number(0.125), format_number(-2.0)) == ("0.00", "0.12", "-2.00")
    assert (format_count(1, "time"), format_count(2, "time"), format_count(2, "party", "parties")) == (
        "1 time",
        "2 times",
        "2 parties",
    )
