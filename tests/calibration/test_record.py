"""The record as coded, and the shares and scores worked out from it, against hand work."""

from __future__ import annotations

import datetime
import errno
import json
import math
import os
from pathlib import Path

import pytest

from calibration import score
from calibration.records import STYLES, compute_odds_ratio, load_crises, load_rounds, record_folder
from calibration.venues import describe_match, match_venue
from sim.core.errors import ParleyError


def test_rounds_as_listed_in_the_record() -> None:
    rounds = load_rounds()
    assert [r.id for r in rounds] == ["2022-1", "2022-2", "2022-3", "2022-FM", "2022-4v", "2022-5", "2025-1", "2025-2"]
    assert [r.gap for r in rounds] == [None, 3, 4, 3, 4, 15, None, 17]
    assert [r.codes for r in rounds if len(r.codes) > 1] == [
        ["humanitarian", "texts"],
        ["none", "procedural"],
        ["texts", "partial"],
    ]
    assert rounds[0].start == datetime.date(2022, 2, 28)
    assert all(r.statements for r in rounds)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("codes: [procedural]", "codes: [procedual]", "unknown code `procedual`"),
        ("gap: 15", "gap: 14", "`gap` is not the days since the start of the round before"),
        ("{id: dw-2022-03-07,", "{id: dw-2022-03-08,", "unknown source `dw-2022-03-08`"),
        ("start: 2025-06-02", "start: 2021-06-02", "rounds are listed in order of date"),
        ("kind: attributed", "kind: rumour", "text `rumour` is not known; allowed: own, attributed, media"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (record_folder() / "rounds.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "rounds.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParleyError, match=message):
        load_rounds(file)


def test_crises_added_up_by_hand() -> None:
    crises = load_crises()
    assert crises.cases == {"none": 277, "facilitation": 12, "formulation": 43, "manipulation": 37}
    assert crises.formal == {"none": 33, "facilitation": 1, "formulation": 18, "manipulation": 24}
    assert sum(crises.cases[s] for s in STYLES) == 369


def test_odds_ratio_by_hand() -> None:
    # (10/10)/(5/20) = 4; ln 4 ± 1.959964 · sqrt(1/10 + 1/10 + 1/5 + 1/20) = 1.386294 ± 1.314791
    ratio, low, high = compute_odds_ratio(10, 10, 5, 20)
    assert ratio == pytest.approx(4)
    assert low == pytest.approx(math.exp(0.071503), rel=1e-5)
    assert high == pytest.approx(math.exp(2.701085), rel=1e-5)
    assert all(math.isnan(x) for x in compute_odds_ratio(0, 10, 5, 20))


def test_scores_by_hand() -> None:
    shares = [0.5, 0.3, 0.2]
    assert score.compute_log_score(shares, [False, True, False]) == pytest.approx(math.log(0.3))
    assert score.compute_log_score(shares, [False, True, True]) == pytest.approx(math.log(0.5))
    assert score.compute_log_score([1.0, 0.0], [False, True]) == -math.inf
    # (0.3 - 1)² + 0.5² + 0.2² = 0.78
    assert score.compute_brier_score(shares, [False, True, False]) == pytest.approx(0.78)
    # cumulated .5, .8 against 0, 1: (.25 + .04)/2
    assert score.compute_ranked_score(shares, 1) == pytest.approx(0.145)
    assert score.compute_ranked_score([0, 1, 0], 1) == 0
    assert score.compute_ranked_score([1, 0, 0], 2) == 1
    assert [score.find_bin(g, (0, 3, 7)) for g in (0, 2.9, 3, 7, 400)] == [0, 0, 1, 2, 2]


HEAD = "id,date_start,date_end,format,venue,outcome_code,gap_days_from_previous_start\n"


def said() -> dict[str, object]:
    """A forecast with made-up numbers."""
    codes = dict.fromkeys(["postponed", "none", "procedural", "texts", "humanitarian", "ceasefire", "partial"], 0.1)
    one = {
        "code": {**codes, "comprehensive": 0.3},
        "gap_bins": [0.25, 0.5, 0.25],
        "venue": {"istanbul": 0.8, "minsk": 0.2},
    }
    return {
        "kind": "forecast",
        "after": "2030-06-02",
        "last_round": "2030-05-30",
        "conditional_on": "c",
        "gap_edges": [0, 10, 40],
        "venues": {"istanbul": "Istanbul", "minsk": "Minsk"},
        "rounds": [one, one],
    }


def test_only_rounds_after_the_date_are_scored(tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    rows = 'a,2030-05-30,,,,texts,\nb,2030-06-29,,,"Palace, Istanbul",texts|partial,27\n'
    file.write_text(HEAD + rows, encoding="utf-8")
    result = score.score_forecast(said(), score.read_record(file))
    (row,) = result["rounds"]
    # The gap counts from the last round the forecast knew: 30 May to 29 June is 30 days, in the second bin.
    assert (row["id"], row["gap"]) == ("b", 30)
    assert row["log"] == pytest.approx(math.log(0.2))
    assert row["brier"] == pytest.approx(0.8**2 + 5 * 0.01 + 0.09)
    assert row["rps_gap"] == pytest.approx((0.25**2 + 0.25**2) / 2)
    assert row["log_venue"] == pytest.approx(math.log(0.8))
    assert result["mean"]["calibration"]["difference"] == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,date_start\n", "column `outcome_code` is missing; a record needs id, date_start, outcome_code, gap_"),
        (HEAD + "x,2030-07-01,,,,textz,3\n", "record.csv:2: unknown code `textz`.*texts"),
        (HEAD + "x,1.7.2030,,,,texts,3\n", "record.csv:2: date_start: `1.7.2030` is not a date; dates are YYYY-MM-DD"),
        (HEAD + "x,2030-07-01,,,,texts,many\n", "record.csv:2: gap_days_.*: `many` is not a number of days"),
        (HEAD + "x,2030-07-01,,,,texts,-3\n", "a gap is 0 days or more"),
        (HEAD + "x,2030-06-02,,,,texts,3\n", "holds no round after 2030-06-02"),
    ],
)
def test_a_record_that_cannot_be_scored_says_why(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "record.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParleyError, match=message):
        score.score_forecast(said(), score.read_record(file))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_record_may_have_other_separators(tmp_path: Path, mark: str) -> None:
    text = HEAD + "b,2030-06-29,,,Istanbul,texts|partial,27\n"
    for name, content in (("commas.csv", text), ("others.csv", text.replace(",", mark))):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert score.read_record(tmp_path / "commas.csv") == score.read_record(tmp_path / "others.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nosuch", "nosuch: no such file"),
        (".", "is a folder; a file is needed"),
        ("talks.yaml", "talks.yaml is not a forecast; `parley forecast"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_without_pythons_words(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "talks.yaml").write_text("extends: river-border\n", encoding="utf-8")
    with pytest.raises(ParleyError, match=message) as caught:
        score.read_forecast(tmp_path / name)
    assert "Errno" not in str(caught.value) and "Expecting" not in str(caught.value)


VENUES = {"istanbul": "Istanbul", "north_fort": "The North Fort"}


@pytest.mark.parametrize(
    ("text", "venue", "note"),
    [
        ("Palace, ISTANBUL", "istanbul", None),
        ("north_fort", "north_fort", None),
        ("the North Fort (east wing)", "north_fort", None),
        ("Istanbul and the North Fort", None, None),
        (" ", None, None),
        ("istanbull", "other", "venue `istanbull` counts as `other` (did you mean `istanbul`?)"),
        ("Instanbul, Palace", "other", "venue `Instanbul, Palace` counts as `other` (did you mean `istanbul`?)"),
        ("Geneva", "other", "venue `Geneva` counts as `other`"),
    ],
)
def test_venues_match_by_whole_words(text: str, venue: str | None, note: str | None) -> None:
    assert (match_venue(text, VENUES), describe_match(text, VENUES)) == (venue, note)


def test_a_round_at_a_venue_that_counts_as_other_says_so(tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    file.write_text(HEAD + "b,2030-06-29,,,istanbull,texts,27\nc,2030-07-29,,,Minsk,texts,30\n", encoding="utf-8")
    rows = score.score_forecast(said(), score.read_record(file))["rounds"]
    assert rows[0]["venue_note"].endswith("counts as `other` (did you mean `istanbul`?)")
    assert rows[1]["venue_note"] is None


def test_a_forecast_without_a_posterior_does_not_say_that_a_record_agrees(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    out = tmp_path / "f.json"
    done = CliRunner().invoke(app, ["forecast", "river-border", "--after", "2030-01-08", "-n", "200", "-o", str(out)])
    text = json.loads(out.read_text(encoding="utf-8"))["conditional_on"]
    assert done.exit_code == 0 and "agree" not in text and "nothing was fitted to a record" in text
    assert f"{out} is written. Next: parley score {out}" in done.stdout.replace("\n", " ").replace("  ", " ")


def test_scores_do_not_replace_a_file(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from sim.cli.main import app

    forecast, record = tmp_path / "f.json", tmp_path / "record.csv"
    forecast.write_text(json.dumps(said()), encoding="utf-8")
    text = HEAD + "round [/],2030-06-29,,,,texts,27\n"
    record.write_text(text, encoding="utf-8")
    for out, message in ((record, "is already there"), (tmp_path / "no" / "x.json", "there is no folder")):
        done = CliRunner().invoke(app, ["score", str(forecast), str(record), "-o", str(out)])
        assert (done.exit_code, done.stdout) == (2, "") and message in done.stderr
    assert record.read_text(encoding="utf-8") == text
    done = CliRunner().invoke(app, ["score", str(forecast), str(record), "-o", str(tmp_path / "new.json")])
    assert done.exit_code == 0 and "round [/]: texts had 10%" in done.stdout
    assert json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))["rounds"][0]["id"] == "round [/]"


def test_a_forecast_on_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from calibration.forecast import write_forecast

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sim.core.atomic.os.fsync", full)
    with pytest.raises(ParleyError, match="No space left on device; nothing is left half-written"):
        write_forecast(said(), tmp_path / "f.json")
    assert list(tmp_path.iterdir()) == []


def test_a_fit_is_printed_as_it_is_titled(capsys: pytest.CaptureFixture[str]) -> None:
    from types import SimpleNamespace

    from sim.cli.calibrate import _print

    row = dict.fromkeys(("prior_low", "prior_high", "q05", "q95", "contraction", "coverage_90"), 0.5)
    rows = [{"parameter": "gap [/] scale", "verdict": "informed", **row}]
    problem = SimpleNamespace(file=SimpleNamespace(title="Towns [a]"))
    _print(SimpleNamespace(problem=problem, rows=rows, theories=None, odds=[]))  # type: ignore[arg-type]
    text = capsys.readouterr().out
    assert "Towns [a]" in text and "gap [/] scale" in text and "Conditional on" in text


def test_a_file_that_is_no_forecast(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text("[1]", encoding="utf-8")
    with pytest.raises(ParleyError, match="is not a forecast"):
        score.read_forecast(file)


def test_a_first_round_is_scored_from_the_start(tmp_path: Path) -> None:
    """The record's own gap may span years before the scenario began; the forecast counted from its start."""
    file = tmp_path / "record.csv"
    file.write_text(HEAD + "b,2030-06-29,,,,texts,1144\n", encoding="utf-8")
    first = said() | {"last_round": None, "start": "2030-06-28"}
    (row,) = score.score_forecast(first, score.read_record(file))["rounds"]
    assert row["gap"] == 1
