"""Ensembles in notebooks: what they say of themselves, frames, plots, files, and refusals."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from experiments.compare import compare_scenarios
from experiments.stopping import run_until
from sim.core.errors import ParleyError
from sim.results.ensemble import Ensemble
from sim.results.export import SHEET_ROWS, write_excel
from sim.rules.outcome import CODES


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return sim.run_ensemble("river-border", 150, seed=4)


def test_it_describes_itself_in_five_lines(ensemble: Ensemble) -> None:
    lines = repr(ensemble).split("\n")
    assert len(lines) == 5
    assert "River border" in lines[0] and "150 runs, seed 4" in lines[0]
    assert f"{ensemble.runs['closed'].mean():.1%}" in lines[2]
    assert "no forecast" in lines[4]


def test_its_page_escapes_titles() -> None:
    changed = sim.run_ensemble("river-border", 3, changes={"title": "A <b>bold</b> claim"})
    assert "&lt;b&gt;" in changed._repr_html_() and "<b>" not in changed._repr_html_()
    assert "(changed)" in repr(changed)


def test_codes_are_ordered(ensemble: Ensemble) -> None:
    runs, rounds = ensemble.runs, ensemble.rounds
    for column in (runs["outcome"], runs["peak_outcome"], rounds["code"]):
        assert column.cat.ordered and tuple(column.cat.categories) == CODES
    assert (runs["peak_outcome"] >= runs["outcome"]).all()
    plain = ensemble.run_table.column("outcome").to_pylist()
    assert runs["outcome"].astype(str).tolist() == plain
    share = (runs["outcome"] >= "humanitarian").mean()
    assert share == np.mean([CODES.index(code) >= CODES.index("humanitarian") for code in plain])


def test_the_summary_holds_what_the_tables_hold(ensemble: Ensemble) -> None:
    frame, runs = ensemble.summary(), ensemble.runs
    assert list(frame.columns) == ["quantity", "of", "day", "runs", "estimate", "low", "high"]

    def find(quantity: str, of: str) -> pd.DataFrame:
        return frame[(frame["quantity"] == quantity) & (frame["of"] == of)]

    for code, share in runs["outcome"].value_counts(normalize=True).items():
        row = find("outcome", str(code)).iloc[0]
        assert row["estimate"] == pytest.approx(share) and row["low"] <= share <= row["high"]
    days = dict(zip(find("closed", "calm")["day"].fillna(-1), find("closed", "calm")["estimate"], strict=True))
    assert days[90.0] == pytest.approx(runs["closed_calm_d90"].mean(), abs=5e-4)
    assert days[-1] == pytest.approx(runs["closed_calm"].mean(), abs=5e-4)
    assert find("settled", "exchange")["runs"].item() == runs["settled_exchange"].notna().sum()
    assert find("mean", "rounds_held")["estimate"].item() == pytest.approx(runs["rounds_held"].mean())


PLOTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in ("outcomes", "blocking", "days", "convergence", "terms", "utilities")),
    ("convergence", {"basket": "calm"}),
    ("convergence", {"issue": "patrols"}),
    ("terms", {"issue": "detainees"}),
]


@pytest.mark.parametrize(("name", "options"), PLOTS)
def test_plots_draw_into_axes_under_a_title(ensemble: Ensemble, name: str, options: dict[str, Any]) -> None:
    left, right = Figure().subplots(1, 2)
    axes = getattr(ensemble.plot, name)(ax=left, title="My title", **options)
    assert axes is left and left.has_data() and not right.has_data()
    assert left.get_title() == "My title"
    assert {"ax", "title"} <= set(inspect.signature(getattr(ensemble.plot, name)).parameters)


def test_a_plot_of_nothing_known_is_a_clear_error(ensemble: Ensemble) -> None:
    with pytest.raises(ParleyError, match=r"no issue `patrol`; known: .*did you mean `patrols`"):
        ensemble.plot.terms("patrol")
    with pytest.raises(ParleyError, match="no basket `calmm`"):
        ensemble.plot.convergence("calmm")


def test_saved_is_what_the_command_writes(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.save(tmp_path / "saved")
    sim.write_ensemble(sim.plan("river-border", 150, seed=4), tmp_path / "written", figures=("png",))
    names = {path.name for path in (tmp_path / "written").iterdir()}
    assert {path.name for path in (tmp_path / "saved").iterdir()} == names
    for name in names - {"manifest.json"}:
        assert (tmp_path / "saved" / name).read_bytes() == (tmp_path / "written" / name).read_bytes(), name
    with pytest.raises(ParleyError, match="force"):
        ensemble.save(tmp_path / "saved")


def test_spreadsheets_hold_the_frames(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.to_csv(tmp_path / "csv")
    runs = pd.read_csv(tmp_path / "csv" / "runs.csv")
    assert np.allclose(runs["closed"], ensemble.runs["closed"])
    assert runs["outcome"].tolist() == ensemble.runs["outcome"].tolist()
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {"runs.csv", "rounds.csv", "summary.csv"}
    with pytest.raises(ParleyError, match="already there"):
        ensemble.to_csv(tmp_path / "csv")


def test_workbooks_hold_the_frames(ensemble: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openpyxl", reason="openpyxl is not installed (extra `excel`)")
    ensemble.to_excel(tmp_path / "talks.xlsx")
    book = pd.read_excel(tmp_path / "talks.xlsx", sheet_name=None)
    assert list(book) == ["summary", "runs", "rounds"]
    assert np.allclose(book["runs"]["closed"], ensemble.runs["closed"])
    with pytest.raises(ParleyError, match="already there"):
        ensemble.to_excel(tmp_path / "talks.xlsx")
    with pytest.raises(ParleyError, match="xlsx"):
        ensemble.to_excel(tmp_path / "talks.txt")
    monkeypatch.setattr("sim.results.export.SHEET_ROWS", 100)
    with pytest.raises(ParleyError, match="use to_csv"):
        write_excel({"runs": ensemble.runs}, tmp_path / "more.xlsx")
    assert SHEET_ROWS == 2**20 and not (tmp_path / "more.xlsx").exists()


@pytest.mark.parametrize("seed", [None, True, np.True_, 1.0, "1", -1])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(ParleyError, match="whole number, 0 or more"):
        sim.plan("river-border", 1, seed)
    assert sim.plan("river-border", 1, np.int64(0)).seed == 0


@pytest.mark.parametrize(
    "function", [sim.run_ensemble, sim.write_ensemble, sim.plan, compare_scenarios, run_until], ids=lambda f: f.__name__
)
def test_signatures_name_every_option(function: Any) -> None:
    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    assert not kinds & {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}


@pytest.mark.parametrize(
    ("plot", "options"),
    [
        *((name, {}) for name in ("outcomes", "blocking", "days", "convergence", "terms", "utilities")),
        *(("convergence", {key: value}) for key, value in (("basket", "calm"), ("issue", "water"))),
        ("terms", {"issue": "water"}),
    ],
)
def test_a_plot_has_the_title_that_is_set_and_no_other(plot: str, options: dict[str, str]) -> None:
    ensemble = sim.run_ensemble("river-border", n=20, seed=0)
    for title, expected in ((None, []), ("My title", ["My title"])):
        axes = getattr(ensemble.plot, plot)(title=title, **options)
        texts = [axes.get_title(loc) for loc in ("left", "center", "right")] + [axes.figure.get_suptitle()]
        assert [text for text in texts if text] + [text.get_text() for text in axes.figure.texts] == expected
