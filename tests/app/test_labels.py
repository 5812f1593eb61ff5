"""Charts say all they have to say: labels are not cut off, and what is nobody's has no party's colour."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim.app import charts, charts_run
from sim.app.explore import simulate
from sim.app.single_run import Round, Story, record_run
from sim.app.theme import COLOURS, WRAPPED, count_lines, wrap_label
from sim.scenario.library import shipped
from sim.scenario.load import load

LETTER = 6.6
"""Pixels of a letter of a label, 12 pixels high, on average; the longest lines measured were below that."""


@pytest.mark.parametrize("name", shipped())
def test_every_title_is_shown_whole(name: str) -> None:
    s = load(name).scenario
    room = WRAPPED["labelLimit"]
    for entry in (*s.issues.values(), *s.incidents.values(), *s.baskets.values()):
        label = wrap_label(entry.title)
        assert label.split() == entry.title.split()
        assert max(map(len, label.split("\n"))) * LETTER <= room


def test_labels_have_the_height_of_their_lines() -> None:
    story, base = record_run(load("istanbul-2025"), 0, 0), load("istanbul-2025")
    parties = [party.title for party in base.scenario.parties.values()]
    now = story.rounds[0]
    spec = charts_run.plot_positions([row["issue"] for row in now.stakes], parties)
    issues = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert "The demand Russia terms\ndenazification" in issues and count_lines(issues) == 2
    assert spec["height"] >= 13 * 2 * len(issues)
    assert {row["issue"] for row in charts_run.list_positions(story, now)} == set(issues)


def test_the_time_line_says_whole_what_is_contested_and_has_no_colour_of_a_party() -> None:
    kind = "Sabotage of infrastructure, attribution contested"
    planned = Round("Round 1", 1.0, 1)
    story = Story(0, 9.0, [], [planned], [], [{"kind": kind, "day": 2.0}], [], "none", {})
    spec: dict[str, Any] = charts_run.plot_line_of_days(story)
    lines = ["Sabotage of infrastructure,\nattribution contested", "Planned rounds"]
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == lines
    assert {row["line"] for row in charts_run.list_days(story, planned) if "line" in row} == set(lines)
    assert spec["height"]["step"] >= 2 * 14
    happened = json.dumps(spec["layer"][:3])
    assert not [colour for colour in COLOURS[:6] if colour in happened]


def test_a_bar_is_told_from_its_neighbour_by_a_label_not_cut_off() -> None:
    base = load("istanbul-2025")
    both = {charts.BASE: simulate(base, 20, 0), charts.CHANGED: simulate(base, 20, 1)}
    places = charts.plot_blocking(both).to_dict()["layer"][0]["encoding"]["y"]["sort"]
    assert [place.replace("\n", " ").replace("\xa0", " ") for place in places][:2] == [
        "Vulnerable prisoners and the fallen · as it is", "Vulnerable prisoners and the fallen · changed",
    ]  # fmt: skip
    assert all(place.endswith(("·\xa0as\xa0it\xa0is", "·\xa0changed")) for place in places)
