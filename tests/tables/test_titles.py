"""Titles of measures: every column has one, and names of the scenario are put in."""

from __future__ import annotations

import pytest

from sim.core.declarations import Column
from sim.core.fields import RUN_COLUMNS
from sim.tables.titles import Names, describe_measure, read_names

BASKETS = {"calm": "Calm on the river", "d": "D"}
NAMES = Names(BASKETS, {"north": "Northbank"}, {"calm": "Patrols"}, {"texts": "texts: no"})
WORDS = ("rounds_held", "rounds_postponed", "incidents")
"""Columns whose name reads as a title."""
ENTITIES = {"parties": "north", "measure_days": "30", "basket_days": "calm_d30"}


@pytest.mark.parametrize("column", RUN_COLUMNS, ids=lambda column: f"{column.name} {column.axis}")
def test_every_column_of_the_table_of_runs_has_a_title(column: Column) -> None:
    """The name of a column is what an unknown measure is called; no title has it."""
    name = column.name.format(ENTITIES.get(column.axis, "calm"))
    level = "texts" if column.kind in ("code", "reason") else ""
    for measure in (name, f"day_{name}") if column.kind == "day" else (name,):
        title = describe_measure(measure, level, NAMES)
        unknown = (f"{measure}: {level}" if level else measure).replace("_", " ")
        assert (title.text.lower() == unknown) == (column.name in WORDS) and "_" not in title.text


@pytest.mark.parametrize(
    ("measure", "level", "text"),
    [
        ("closed", "", "Distance closed at the end (%)"),
        ("closed_d30", "", "Distance closed by day 30 (%)"),
        ("latent_closed_d30", "", "Distance closed by day 30, by offers they would make that day (%)"),
        ("closed_calm", "", "Calm on the river: distance closed at the end (%)"),
        ("closed_calm_d30", "", "Calm on the river: distance closed by day 30 (%)"),
        ("closed_d_d30", "", "D: distance closed by day 30 (%)"),
        ("settled_calm", "", "Calm on the river: settled at the end (% of runs)"),
        ("day_settled_calm", "", "Calm on the river: day of the settlement that stands"),
        ("blocked_calm", "no mandate", "Calm on the river: in the way: no mandate (% of runs)"),
        ("terms_calm", "", "Patrols: terms at the end (on a scale of 0 to 1)"),
        ("utility_north", "", "Northbank: utility of the standing agreements"),
        ("peak_outcome", "texts", "Got as far as texts (% of runs)"),
        ("gap_whole", "", "Distance between offers on all issues, settled ones counting 0 (on scales of 0 to 1)"),
        ("own_measure", "", "Own measure"),
    ],
)
def test_measures_are_put_in_words(measure: str, level: str, text: str) -> None:
    assert str(describe_measure(measure, level, NAMES)) == text


def test_names_of_the_first_scenario_win() -> None:
    first = {"baskets": {"a": {"title": "A"}}, "parties": {"p": {}}}
    own = [{"code": code, "title": f"{code}: own"} for code in ("one", "two", "three")]
    second = {"baskets": {"a": {"title": "other"}, "b": {"title": "B"}}, "outcomes": own}
    names = read_names([first, second])
    assert (names.baskets, names.parties, names.issues) == ({"a": "A", "b": "B"}, {"p": "p"}, {})
    assert names.outcomes["ceasefire"] == "ceasefire" and names.outcomes["one"] == "one: own"
