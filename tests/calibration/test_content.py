"""Content of rounds: which baskets, on what terms; by hand, in simulations, and by baselines that know codes only."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest

from calibration import content, score
from calibration.baselines import ALIKE, BASE_RATES, LAST, KnownRound, predict_baselines
from calibration.records import load_rounds
from sim.core.columns import ROUND
from sim.core.errors import ParleyError
from sim.results.plan import plan, simulate_chunks
from sim.rules.outcome import CODES
from sim.scenario.load import load

AGENDA = content.Agenda(
    {"swap": CODES.index("humanitarian"), "relief": CODES.index("humanitarian"), "truce": CODES.index("ceasefire")},
    {"swap": ("number",), "relief": ("route", "time"), "truce": ("length",)},
    {"number": (0.0, 0.5, 1.0), "route": (0.0, 1.0), "time": (0.0, 0.4, 1.0), "length": (0.0, 1.0)},
)
SWAP: content.Content = {"swap": {"number": (0.5, 0.5)}}


def test_terms_belong_to_the_nearest_label() -> None:
    assert [AGENDA.find_label("number", x) for x in (0.0, 0.24, 0.26, 0.74, 0.76)] == [0, 0, 1, 1, 2]


def test_content_by_hand() -> None:
    swap, other = (("swap", (("number", 1),)),), (("swap", (("number", 0),)),)
    both = (*swap, ("relief", (("route", 1), ("time", 2))))
    counts = {swap: 3.0, other: 2.0, both: 4.0, (): 1.0}
    assert content.count_baskets(counts, [SWAP]) == 5
    assert content.count_admitted(AGENDA, counts, [SWAP]) == 3
    assert content.count_admitted(AGENDA, counts, [SWAP, {}]) == 4
    assert content.count_admitted(AGENDA, counts, [{"swap": {}, "relief": {"time": (0.4, 1.0)}}]) == 4
    # (5 + 1/2)/11 and (3 + 1/2)/11
    assert content.estimate_content(AGENDA, counts, [SWAP]) == pytest.approx((0.5, 7 / 22))


def test_a_baseline_that_knows_codes_only() -> None:
    codes = [0, 0.1, 0.2, 0.1, 0.3, 0.3, 0, 0]
    # Three sets have humanitarian as their highest code, and one label of three: .3/3/3. Four sets hold the truce.
    assert AGENDA.guess(SWAP, codes) == pytest.approx(0.3 / 3 / 3)
    assert AGENDA.guess({"swap": {}}, codes) == pytest.approx(0.3 / 3)
    assert AGENDA.guess({}, codes) == pytest.approx(0.4)
    assert AGENDA.guess({"truce": {"length": (1.0, 1.0)}}, codes) == pytest.approx(0.3 / 4 / 2)


def test_a_cell_of_a_record() -> None:
    assert content.parse_content("swap: number=0.5 | nothing") == [SWAP, {}]
    two = content.parse_content("swap; relief: route=1, time=0..0.4")
    assert two == [{"swap": {}, "relief": {"route": (1.0, 1.0), "time": (0.0, 0.4)}}]
    assert content.format_content(two) == "swap and relief (route 1, time 0 to 0.4)"
    with pytest.raises(ParleyError, match=r"`number:0\.5` is not a term"):
        content.parse_content("swap: number:0.5")
    assert content.check_content([SWAP], AGENDA) is None
    assert "did you mean `swap`" in str(content.check_content([{"swop": {}}], AGENDA))
    assert "no issue `route` in basket `swap`" in str(content.check_content([{"swap": {"route": (0, 1)}}], AGENDA))
    assert "from 0 to 1" in str(content.check_content([{"swap": {"number": (0.5, 2)}}], AGENDA))


def test_the_record_names_baskets_and_issues_of_its_scenarios() -> None:
    """The general exchange of 1,000 for 1,000 of 16 May 2025; under-25s and the fallen on 2 June."""
    known = {r.id: r.content for r in load_rounds() if r.content}
    scenarios = {"2022-2": "belarus-2022", "2025-1": "istanbul-2025", "2025-2": "istanbul-2025"}
    assert known.keys() == scenarios.keys()
    for name, scenario in scenarios.items():
        assert content.check_content(known[name], content.describe_agenda(load(scenario).scenario)) is None
    assert known["2025-1"] == [{"prisoners": {"pow_exchange": (0.5, 0.5)}}]
    assert [set(c) for c in known["2025-2"]] == [{"humanitarian"}]


def test_simulated_content_agrees_with_the_tables() -> None:
    """Against the labels of the table of rounds and the terms of the table of runs, which are read elsewhere."""
    from sim.results.ensemble import run_ensemble

    job = plan("istanbul-2025", 60, 0, workers=1)
    (chunk,) = simulate_chunks(job)
    starts = np.cumsum(chunk.rows) - chunk.rows
    held = chunk.rounds[starts, ROUND.CODE] > 0
    agenda = content.describe_agenda(job.loaded.scenario)
    mine = content.list_settlements(agenda, job.problem, chunk.runs[held], chunk.rounds[starts][held])
    tables = run_ensemble("istanbul-2025", 60, 0, workers=1)
    rounds = tables.rounds.groupby("run").first()
    settled = rounds["settled"].astype(str)[held].tolist()
    runs = tables.runs[held].reset_index(drop=True)
    assert any(mine)
    for k, settlement in enumerate(mine):
        assert {basket for basket, _ in settlement} == set(settled[k].split()) - {"order", "nan"}
        for _, terms in settlement:
            for issue, label in terms:
                assert label == agenda.find_label(issue, runs[f"first_terms_{issue}"][k])


FORECAST = {"gap_edges": [0, 10, 40], "venues": {"istanbul": "Istanbul"}, "since_last": 12}
EARLIER = [KnownRound(["humanitarian"], 5.0, "istanbul"), KnownRound(["none", "procedural"], 20.0, "other")]


def test_baselines_by_hand() -> None:
    first = predict_baselines(FORECAST, EARLIER, 0)
    assert first[ALIKE]["code"]["texts"] == pytest.approx(1 / 7) and first[ALIKE]["code"]["postponed"] == 0
    # (1 + 1/2)/(2 + 7/2), and half a count for each of two admitted codes.
    assert first[BASE_RATES]["code"]["humanitarian"] == pytest.approx(1.5 / 5.5)
    assert first[BASE_RATES]["code"]["none"] == pytest.approx(1.0 / 5.5)
    # Twelve days have passed: nothing is left below the edge at 10.
    assert first[BASE_RATES]["gap_bins"] == pytest.approx([0, 1.5 / 2, 0.5 / 2])
    assert first[LAST]["code"]["none"] == pytest.approx(0.5 * 0.5 + 0.5 * 1.0 / 5.5)
    assert first[BASE_RATES]["venue"] == pytest.approx({"istanbul": 0.5, "other": 0.5})
    later = predict_baselines(FORECAST, EARLIER, 1)
    assert later[BASE_RATES]["gap_bins"] == pytest.approx([1.5 / 3.5, 1.5 / 3.5, 0.5 / 3.5])
    for prediction in (*first.values(), *predict_baselines(FORECAST, [], 0).values()):
        for shares in (prediction["code"].values(), prediction["gap_bins"], prediction["venue"].values()):
            assert sum(shares) == pytest.approx(1)


def test_all_rounds_and_unknown_venues_are_scored() -> None:
    one = {
        "code": dict(zip(CODES, [0, *[1 / 7] * 7], strict=True)),
        "gap_bins": [0.25, 0.5, 0.25],
        "venue": {"istanbul": 0.8, "other": 0.2},
        "content": [{"settled": {"swap": {"number": 0.5}}, "runs": 3}, {"settled": {}, "runs": 6}],
    }
    agenda = {
        name: {"code": CODES[code], "issues": {i: AGENDA.labels[i] for i in AGENDA.issues[name]}}
        for name, code in AGENDA.codes.items()
    }
    said = {**FORECAST, "kind": "forecast", "after": "2030-06-01", "start": "2030-06-01", "conditional_on": "c"}
    said |= {"rounds": [one], "agenda": agenda}
    record = [
        score.RecordedRound("a", datetime.date(2030, 6, 11), ("humanitarian",), 10.0, "Geneva", [SWAP]),
        score.RecordedRound("b", datetime.date(2030, 6, 12), ("none",), 1.0, "Istanbul"),
    ]
    result = score.score_forecast(said, record)
    first, second = result["rounds"]
    assert (first["beyond"], second["beyond"]) == (False, True)
    assert first["log_venue"] == pytest.approx(math.log(0.2))
    assert first["probability_content"] == pytest.approx(3.5 / 10)
    assert first["baselines"][ALIKE]["probability_content"] == pytest.approx(1 / 7 / 3 / 3)
    assert result["mean"]["log_content"] == pytest.approx(math.log(0.35))
    assert set(result["baselines"]) == {ALIKE, BASE_RATES, LAST}


def test_control_other_content_has_another_score() -> None:
    settled = {(("swap", (("number", 1),)),): 9.0}
    one = content.estimate_content(AGENDA, settled, [SWAP])[1]
    assert one > 0.9 > 0.1 > content.estimate_content(AGENDA, settled, [{"swap": {"number": (0.0, 0.0)}}])[1]
