"""Charts say all they have to say: labels are not cut off, and what is nobody's has no party's colour."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sim.app import charts, charts_run
from sim.app.chart_element import write_key
from sim.app.explore import simulate
from sim.app.single_run import Round, Story, record_run
from sim.app.theme import COLOURS, WRAPPED, count_lines, list_colours, wrap_label
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


def test_trust_of_many_parties_is_that_of_one_in_the_colours_of_the_others() -> None:
    base = load("northern-ireland-1996")
    story = record_run(base, 0, 0)
    parties = [party.title for party in base.scenario.parties.values()]
    assert charts_run.list_givers([story]) == parties
    assert charts_run.list_givers([record_run(load("river-border"), 0, 0)]) == []
    of = parties[1]
    spec = charts_run.plot_trust([story], parties, of)
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    colours = dict(zip(parties, list_colours(len(parties)), strict=True))
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {p: colours[p] for p in parties if p != of}
    drawn = [row for row in charts_run.list_trust(story, story.rounds[0], of) if row["kind"] == "trust"]
    assert {row["of"] for row in drawn} == {of} and len(drawn) == 5 * len(story.rounds)


def test_runs_side_by_side_have_the_same_scales() -> None:
    first, second = (
        Story(0, days, [], [Round("", 1.0, 1)] * rounds, [], [{"kind": kind, "day": 2.0}], [], "none", {})
        for days, rounds, kind in ((60.0, 3, "Raids"), (365.0, 9, "Threats"))
    )
    pairs = [(first, second), (second, first)]
    for plot, axis in ((charts_run.plot_line_of_days, "x"), (charts_run.plot_line_of_days, "y")):
        scales = [plot(*pair)["layer"][1]["encoding"][axis]["scale"]["domain"] for pair in pairs]
        assert scales[0] == scales[1]
    assert charts_run.plot_line_of_days(first, second)["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 365]
    for pair in pairs:
        assert charts_run.plot_trust(pair)["layer"][0]["encoding"]["x"]["scale"]["domain"] == [1, 9]


def test_the_legend_of_positions_is_on_the_page_with_the_shapes_of_the_chart() -> None:
    parties = ["First", "Second"]
    offers = charts_run.plot_positions(["a"], parties)["layer"][-1]["encoding"]
    assert offers["color"]["legend"] is offers["shape"]["legend"] is None
    words = write_key(list(zip(parties, list_colours(2), strict=True)), shapes=True)
    assert offers["shape"]["scale"]["range"] == ["circle", "square"]
    assert re.findall(r">(.)</b>(\w+)", words) == [("●", "First"), ("■", "Second")]
