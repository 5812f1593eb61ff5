"""Counts with their nouns, and the verbs that print them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.rerun import print_repetition
from sim.cli.score import _tabulate
from sim.core.counts import format_count


@pytest.mark.parametrize(
    ("count", "nouns", "text"),
    [
        (0, ("round",), "0 rounds"),
        (1, ("round",), "1 round"),
        (2000, ("round",), "2,000 rounds"),
        (1, ("party", "parties"), "1 party"),
        (2, ("party", "parties"), "2 parties"),
    ],
)
def test_a_count_with_its_noun(count: int, nouns: tuple[str, ...], text: str) -> None:
    assert format_count(count, *nouns) == text


def test_one_file_and_one_round(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.replication.agreement import Agreement
    from sim.replication.repetition import Repetition

    print_repetition(Repetition("forecast", {"f.json": Agreement.NUMBERS}, {}, []))
    print_repetition(Repetition("forecast", {"f.json": Agreement.DIFFERENT}, {"f.json": "was changed"}, []))
    said = capsys.readouterr()
    assert "its file agrees" in said.out
    assert "1 file is not as it was written" in said.err and "1 file differs" in said.err
    mean = {"rounds": 1, **dict.fromkeys(("log", "brier", "log_content", "rps_gap", "log_venue"), 0.0)}
    assert _tabulate({"f.json": {"mean": mean, "baselines": {}}}).title == "mean of 1 round"


def test_one_damaged_file_and_one_point(tmp_path: Path) -> None:
    from experiments.figure_layout import build_note
    from experiments.results import load
    from experiments.sweep import run_sweep
    from sim.cli.main import app

    factors = {"calendar.horizon": [60]}
    asked = {"experiment": "x", "scenario": "river-border", "runs": 1, "engine": "mesa", "factors": factors}
    run_sweep(asked, tmp_path / "out", workers=1)
    assert build_note(load(tmp_path / "out")).scale == "1 run"
    (tmp_path / "out" / "points.parquet").write_bytes(b"x")
    assert "1 of 3 files of this sweep is damaged" in CliRunner().invoke(app, ["verify", str(tmp_path / "out")]).output
