"""One run told: dates, points and reasons worked by hand, certain cases, and that listening changes nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import sim
from sim.agents.model import NegotiationModel, play
from sim.agents.report import report_run
from sim.core.errors import ParleyError
from sim.narrative.narrator import Narrator, _ordinal, trace
from sim.narrative.titles import Words, listed, number, placed, plural
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
    assert "  All came: the 1st round held. Level: delegation." in lines
    assert not any("did not come" in line for line in lines)
    first = lines.index("  All came: the 1st round held. Level: delegation.")
    closed = "  “Crossing and water” is not opened: Northbank gives a mandate to ministers only; "
    assert lines[first + 1] == closed + "it needs the level of ministers."
    assert sum("comes with chance 1.00" in line for line in lines) % 3 == 0


def test_nobody_comes() -> None:
    lines = trace(load("river-border", NEVER), 0, 0)
    absent = "  Northbank, Southbank and Upland did not come: the round is postponed."
    assert lines.count(absent) >= 4
    assert "  After so many postponements in a row the talks fall into abeyance." in lines
    assert "  “Exchange of crews”: not settled (never convened); a zone of agreement existed." in lines
    assert "  Worth of what stands, what is open counted 0: Northbank 0.00, Southbank 0.00 and Upland 0.00." in lines


def test_abeyance_is_told_once_the_limit_is_reached() -> None:
    lines = trace(load("river-border", NEVER), 0, 0)
    fall = lines.index("  After so many postponements in a row the talks fall into abeyance.")
    assert sum("the round is postponed" in line for line in lines[:fall]) == 4


def test_a_precondition_is_named() -> None:
    changes = CERTAIN | {"start_level": "ministers"}
    lines = trace(load("river-border", changes), 0, 0)
    closed = "  “Crossing and water” is not opened: Southbank asks first that “Calm on the river” is settled."
    assert closed in lines


def test_refusals_say_why() -> None:
    _, heard = events(0, CERTAIN)
    refused = [facts for event, facts in heard if event == "refused"]
    assert refused
    assert {facts["why"] for facts in refused} <= {"worth", "red line", "floor"}
    for facts in refused:
        if facts["why"] == "floor":
            assert facts["floor"] > 1.0


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"why": "worth", "worth": 0.41, "asked": 0.8949}, "Northbank refuses: worth 0.41 to it, it asks for 0.89."),
        ({"why": "red line", "worth": -1.0, "asked": 0.9}, "Northbank refuses: it crosses a red line."),
        (
            {"why": "floor", "worth": 1.0, "asked": 0.9, "floor": 1.7},
            "Northbank accepts nothing here: its floor is 1.70, above all a package can give it.",
        ),
        (
            {"why": "worth", "worth": 0.9, "asked": 0.9},
            "Northbank refuses all the same, though it is worth 0.90 to it and it asked for 0.90.",
        ),
    ],
)
def test_words_of_a_refusal(facts: dict[str, Any], text: str) -> None:
    teller = Narrator(Words(load("river-border").scenario))
    assert teller._why({"refused_by": "northbank", **facts}) == text


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
    words = Words(load("river-border").scenario)
    # 8 January 2030 and 42 whole days: 23 to the end of the month, 19 more.
    assert words.day(42.7) == "day 42.7 (19 February 2030)"
    assert words.day(0.0) == "day 0.0 (8 January 2030)"


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
    assert placed(load("river-border").scenario.issues["patrols"], x) == text


def test_points_beyond_the_outermost_option() -> None:
    issue = load("river-border").scenario.issues["patrols"]
    inner = issue.model_copy(update={"options": issue.options[1:]})
    assert placed(inner, 0.2) == "beyond `joint patrols`"


def test_small_words() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == "none"
    assert (number(-0.001), number(0.125), number(-2.0)) == ("0.00", "0.12", "-2.00")
    assert (plural(1, "time"), plural(2, "time"), plural(2, "party", "parties")) == ("1 time", "2 times", "2 parties")
    assert [_ordinal(k) for k in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th")
    ]
