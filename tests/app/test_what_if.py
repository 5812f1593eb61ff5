"""What the view `What if` says and shows: the sentence, chips, presets, charts, and one click in the browser."""

from __future__ import annotations

import math
import re
import socket
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("streamlit", reason="Streamlit is not installed (extra `app`)")
import altair as alt

from sim.app import charts_what_if, theme
from sim.app.address import read_changes, read_whole, write_link, write_query
from sim.app.chart_element import write_key
from sim.app.controls import list_sliders
from sim.app.editing import Edits
from sim.app.explore import SETTLED, Contrast, compute_contrasts, simulate
from sim.app.phrases import group_changes, name_change
from sim.app.presets import list_presets
from sim.app.questions import Question
from sim.app.theme import COLOURS, QUIET, list_colours
from sim.app.verdict import choose_headline, explain_idle, format_interval, write_verdict
from sim.app.view_what_if import head_issue
from sim.core.errors import ParleyError
from sim.results.plan import plan
from sim.results.trajectory import simulate_trajectory
from sim.scenario.load import load
from tests.app.conftest import serve
from tests.app.reader import Reader

MINSK = {"venue_choice.rule": "fixed", "venue_choice.order": ["minsk"]}


def share(name: str, first: float, second: float, half: float, group: str = SETTLED) -> Contrast:
    return Contrast(group, name, True, first, second, second - first, second - first - half, second - first + half)


# The sentence


def test_the_sentence_has_direction_value_and_interval() -> None:
    base = load("river-border")
    first, second = simulate(base, 500, 1), simulate(base.with_changes({"calendar.horizon": 40}), 500, 1)
    sentence = write_verdict(first, second, compute_contrasts(first, second), "Less time?")
    pattern = r"Less time: “(.*)” is settled at the end in ([\d.]+)% of runs instead of ([\d.]+)% \((\S+) "
    match = re.match(pattern, sentence)
    assert match is not None, sentence
    basket = {b.title: name for name, b in base.scenario.baskets.items()}[match[1]]
    shares = [np.isfinite(result.values(f"settled_{basket}")).mean() * 100 for result in (second, first)]
    assert [float(match[2]), float(match[3])] == pytest.approx(shares, abs=0.5)
    assert float(match[4].replace("−", "-")) == pytest.approx(shares[0] - shares[1], abs=0.051)
    assert "95% " in sentence and "fewer" in sentence


def test_the_headline_is_the_largest_difference_that_is_clear() -> None:
    some = [share("a", 0.5, 0.6, 0.2), share("b", 0.5, 0.53, 0.01), share("c", 0.9, 0.85, 0.01)]
    head = choose_headline(some)
    assert head is not None and head.name == "c"
    assert choose_headline(some[:1]) is None


def test_where_nothing_moves_the_sentence_says_why() -> None:
    base = load("istanbul-2025")
    idle = {"mediators.united_states.styles.formulation": 0.9}
    first, second = simulate(base, 100, 1), simulate(base.with_changes(idle), 100, 1)
    sentence = write_verdict(first, second, compute_contrasts(first, second))
    assert "not one of 100 runs changes: United States: sits in only where it hosts" in sentence
    assert explain_idle(base.scenario, {"calendar.horizon": 30}) == ""


def test_control_a_difference_that_may_be_chance_is_no_headline() -> None:
    base = load("river-border")
    first, second = simulate(base, 60, 1), simulate(base.with_changes({"calendar.horizon": 175}), 60, 1)
    sentence = write_verdict(first, second, compute_contrasts(first, second))
    assert "beyond chance in 60 runs" in sentence or "not one of 60 runs" in sentence


# Chips and presets


def test_chips_are_in_words_and_cover_every_change() -> None:
    edits = Edits("istanbul-2025")
    edits.take(MINSK | edits.expand({"incidents.*.rate": 0}) | {"mediators.united_states.attends": "always"})
    chips = group_changes(edits.changes, edits.base.scenario, list_sliders(edits.base))
    assert [words for words, _ in chips] == [
        "Rounds always in: Minsk", "Incidents: none", "United States at the table: always",
    ]  # fmt: skip
    assert sorted(path for _, paths in chips for path in paths) == sorted(edits.changes)
    question = Question("Minsk?", MINSK)
    assert name_change(MINSK, chips[:1], [(question, MINSK)]) == "Minsk?"
    assert name_change(edits.changes, chips, []).endswith("Incidents: none and 1 more")


@pytest.mark.parametrize("name", ["river-border", "istanbul-2025", "jcpoa-2013"])
def test_every_preset_is_a_scenario_that_loads(name: str) -> None:
    base = load(name)
    for preset in list_presets(base.scenario):
        assert preset.get_option({}) == next(iter(preset.options))
        for option in preset.options:
            changes = preset.put({}, option)
            assert preset.get_option(changes) == option
            assert base.with_changes(changes).scenario.id == name


# Charts


def test_the_chart_of_convergence_shows_the_medians_of_the_runs() -> None:
    base = load("river-border")
    now = simulate_trajectory(plan(base, 50, 0))
    before = simulate_trajectory(plan(base.with_changes({"calendar.horizon": 180}), 50, 0))
    parties = {name: party.title for name, party in base.scenario.parties.items()}
    spec = charts_what_if.plot_convergence(before, now, "patrols", parties, "about")
    alt.LayerChart.from_dict(spec)  # it fits the schema
    rows = spec["data"]["values"]
    last = [row for row in rows if row["kind"] == "offer" and row["party"] == "Northbank"][-1]
    assert last["day"] == now.days[-1] == 180
    assert last["median"] == pytest.approx(now.offers("northbank", "patrols")[3, -1], abs=5e-4)
    assert {row["kind"] for row in rows} == {"zone", "offer", "settled", "before"}
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 180]  # the whole horizon
    alone = charts_what_if.plot_convergence(now, now, "patrols", parties, "about")
    assert "before" not in {row["kind"] for row in alone["data"]["values"]}
    assert sorted(charts_what_if.sort_issues(before, now)) == sorted(base.scenario.issues)


def test_a_party_has_the_same_colour_in_every_panel_and_in_the_legend() -> None:
    base = load("dayton-1995")
    now = simulate_trajectory(plan(base, 10, 0))
    parties = {name: party.title for name, party in base.scenario.parties.items()}
    legend = dict(zip(parties.values(), list_colours(len(parties)), strict=True))
    stakes = set()
    for issue in now.issues():
        spec = charts_what_if.plot_convergence(now, now, issue, parties, "about")
        scale = spec["layer"][1]["encoding"]["color"]["scale"]
        shades = dict(zip(scale["domain"], scale["range"], strict=True))
        assert shades == {parties[name]: legend[parties[name]] for name in now.parties(issue)}
        stakes.add(tuple(now.parties(issue)))
    assert len(stakes) > 1  # not all parties have a stake in every issue


def test_shares_run_from_none_to_all_and_days_over_the_whole_horizon() -> None:
    base = load("river-border")
    results = {"as it is": simulate(base, 60, 1)}
    spec = charts_what_if.plot_agreements(results, {}, 180).to_dict()
    encoding = spec["encoding"]
    assert (encoding["x"]["scale"]["domain"], encoding["y"]["scale"]["domain"]) == ([0, 180], [0, 1])
    (data,) = spec["datasets"].values() if "datasets" in spec else [spec["data"]["values"]]
    assert max(row["day"] for row in data) == 180
    difference = charts_what_if.plot_differences([share("a", 0.2, 0.4, 0.01)]).to_dict()
    assert difference["layer"][1]["encoding"]["x"]["scale"]["domain"] == [-25, 25]


def test_differences_are_in_points_on_the_axis_and_in_words() -> None:
    spec = charts_what_if.plot_differences([share("a", 0.2, 0.236, 0.012)]).to_dict()
    interval = spec["layer"][1]
    (row,) = spec["datasets"][interval["data"]["name"]] if "datasets" in spec else interval["data"]["values"]
    assert (row["low"], row["difference"], row["high"]) == pytest.approx((2.4, 3.6, 4.8))
    assert interval["encoding"]["x"]["axis"]["format"] == "+d"
    words = format_interval(share("a", 0.99, 0.954, 0.012))
    assert words == "\N{MINUS SIGN}3.6 points, 95% interval \N{MINUS SIGN}4.8 to \N{MINUS SIGN}2.4"


def test_lines_of_agreements_end_at_the_horizon_of_their_own_scenario() -> None:
    base = load("river-border")
    changed = base.with_changes({"calendar.horizon": 60})
    both = {"as it is": simulate(base, 40, 1), "changed": simulate(changed, 40, 1)}
    spec = charts_what_if.plot_agreements(both, {}, 180).to_dict()
    (data,) = spec["datasets"].values() if "datasets" in spec else [spec["data"]["values"]]
    last = {series: max(row["day"] for row in data if row["of"] == series) for series in both}
    assert last == {"as it is": 180, "changed": 60}


def test_an_issue_has_the_share_of_the_whole_ensemble_and_the_ends_of_its_scale() -> None:
    base = load("river-border")
    results = simulate(base, 400, 1), simulate(base.with_changes({"calendar.horizon": 60}), 400, 1)
    issue = base.scenario.issues["patrols"]
    settled = [np.isfinite(result.values(f"settled_{issue.basket}")).mean() for result in results]
    words = head_issue(results, "patrols")
    assert f"settled in {settled[1]:.0%} (baseline {settled[0]:.0%})" in words
    assert f"1: {issue.options[-1].label}<br>0: {issue.options[0].label}" in unescape(words)
    assert "baseline" not in head_issue((results[0], results[0]), "patrols")


def test_a_legend_of_the_page_wraps_and_tells_plain_lines_from_dashed_ones() -> None:
    words = write_key([("A & B", COLOURS[0])], ["as it is", "changed"])
    assert words.count("<span>") == 3 and "A &amp; B" in words
    assert '<i class="dashed"></i>as it is' in words and '<i class="plain"></i>changed' in words
    base = load("river-border")
    encoding = charts_what_if.plot_agreements({"as it is": simulate(base, 20, 1)}, {}, 180).to_dict()["encoding"]
    assert encoding["color"]["legend"] is encoding["strokeDash"]["legend"] is None


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*COLOURS, QUIET, theme.SETTLED])
def test_marks_stand_out_from_the_page(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 3  # WCAG 2.2, 1.4.11
    assert math.isclose(1.05 / (luminance("#FFFFFF") + 0.05), 1)


# The address


def test_the_address_gives_the_state_back() -> None:
    changes = MINSK | {"incidents.threats.rate": {"assumed": [0, 0.1], "why": "a & b"}}
    query = write_query("istanbul-2025", changes, {"calendar.horizon": 90}, 500, 7, 3)
    assert read_changes(query, "changes") == changes
    assert read_changes(query, "baseline") == {"calendar.horizon": 90}
    assert [read_whole(query, key, 1) for key in ("runs", "seed", "run")] == [500, 7, 3]
    assert write_query("river-border", {}, {}, 2000, 0, 0) == {"scenario": "river-border"}
    assert write_link("http://127.0.0.1:1/what-if?token=secret", query).startswith("http://127.0.0.1:1/what-if?scenario=")
    assert "secret" not in write_link("http://127.0.0.1:1/?token=secret", query)
    for wrong in ("{", "[1]", "9" * 30_000, "[" * 10_000):
        with pytest.raises(ParleyError):
            read_changes({"changes": wrong}, "changes")


# In the browser


def test_a_question_is_answered_in_one_click_with_the_numbers_of_the_command_line(reader: Reader) -> None:
    reader.open("?runs=500&seed=3")
    reader.press("A year instead of half a year?")
    reader.until("A year instead of half a year:")
    reader.settle()
    match = re.search(r"“(.*)” is settled at the end in ([\d.]+)% of runs instead of ([\d.]+)%", reader.text())
    assert match is not None
    base = load("river-border")
    basket = {b.title: name for name, b in base.scenario.baskets.items()}[match[1]]
    for number, loaded in ((match[2], base.with_changes({"calendar.horizon": 365})), (match[3], base)):
        truth = np.isfinite(simulate(loaded, 500, 3).values(f"settled_{basket}")).mean() * 100
        assert float(number) == pytest.approx(truth, abs=0.5)


def test_the_state_survives_a_reload_and_a_baseline_is_pinned(reader: Reader) -> None:
    reader.open("?runs=500")
    reader.press("No clashes of boats?")
    reader.until("No clashes of boats:")
    reader.settle()
    before = reader.browser.find_element("css selector", ".verdict").text
    assert "token" not in reader.browser.current_url
    reader.browser.refresh()
    reader.settle()
    assert reader.browser.find_element("css selector", ".verdict").text == before
    reader.press("Pin as baseline")
    reader.until("Baseline: Incidents: none")
    reader.settle()
    reader.press("A year instead of half a year?")
    reader.until("A year instead of half a year:")
    assert "Baseline: Incidents: none" in reader.text()


def test_the_page_goes_on_when_its_file_is_gone(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: river-border\nid: mine\ntitle: Mine alone\n", encoding="utf-8")
    reader.open(f"?scenario={file}&runs=500")
    reader.until("Mine alone")
    file.unlink()
    reader.press("Always at The North Fort?")
    reader.until("mine.yaml is gone.")
    reader.until("Always at The North Fort:")
    reader.settle()
    reader.press("Read it again")
    reader.until("no such file")
    file.write_text("titel: broken\n", encoding="utf-8")
    reader.browser.refresh()
    reader.until("this is not a scenario that can be used")
    assert "not a forecast" in reader.text()


@pytest.mark.slow
def test_the_state_survives_a_restart_of_the_server(browser: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    somebody = Reader(browser, f"http://127.0.0.1:{port}")
    with serve(port):
        somebody.open("?runs=500&seed=2")
        somebody.press("No clashes of boats?")
        somebody.until("No clashes of boats:")
        somebody.settle()
        before = browser.find_element("css selector", ".verdict").text
    with serve(port):
        browser.refresh()
        somebody.settle()
        assert browser.find_element("css selector", ".verdict").text == before
    assert "seed=2" in browser.current_url
