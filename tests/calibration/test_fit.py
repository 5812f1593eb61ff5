"""A short fit from file to folder: repeatable, resumable, checked; its posterior as a prior; a forecast from it."""

from __future__ import annotations

import datetime
import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyabc")

from calibration import calibrate as calibrating
from calibration import checks, posterior
from calibration.calibrate import calibrate
from calibration.fit import run_smc
from calibration.fit_file import load_fit
from calibration.forecast import Conditions, compute_forecast, derive_conditions
from calibration.problem import prepare
from calibration.records import load_rounds
from calibration.sampler import compute_seed
from experiments.stopping import run_until
from sim.core.columns import RUN
from sim.core.errors import ParleyError
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan, simulate_chunks

SHORT = load_fit("short")
TINY = SHORT.model_copy(
    update={"smc": SHORT.smc.model_copy(update={"population": 20, "generations": 1}), "theories": None}
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The short fit carried out once."""
    where = tmp_path_factory.mktemp("fit")
    calibrate(SHORT, where, workers=2)
    return where


def test_the_short_fit_reports_its_checks(folder: Path) -> None:
    result = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    assert result["ranks_uniform"] is True
    assert result["broken_fit_caught"] is True
    assert result["records_recovered"] == SHORT.checks.records
    assert {row["parameter"] for row in result["parameters"]} == {"rounds per deadline", "persuasion"}
    rules = result["theories"]["probabilities"]["rules"]
    assert sum(p for p, _ in rules.values()) == pytest.approx(1)
    assert "no forecast" in result["conditional_on"]


def test_smc_and_table_agree(folder: Path) -> None:
    """Both aim at one distribution.

    With about 70 effective and 120 draws an end of the interval has a standard error of some 0.05 prior widths; the
    bound is five of them.
    """
    result = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
    assert max(result["smc_against_table"].values()) < 0.25


def test_smc_depends_neither_on_workers_nor_on_being_stopped(tmp_path: Path) -> None:
    problem = prepare(TINY)
    one = run_smc(problem, tmp_path / "one", 0.0, workers=1, generations=2)
    two = run_smc(problem, tmp_path / "two", 0.0, workers=2, generations=2)
    run_smc(problem, tmp_path / "stopped", 0.0, workers=1, generations=1)
    resumed = run_smc(problem, tmp_path / "stopped", 0.0, workers=1, generations=2)
    for other in (two, resumed):
        np.testing.assert_array_equal(np.sort(one.values, axis=0), np.sort(other.values, axis=0))
        assert other.epsilon == one.epsilon
    # A resumed fit that is complete does no more work and gives the same particles.
    again = run_smc(problem, tmp_path / "one", 0.0, workers=1, generations=2)
    np.testing.assert_array_equal(one.values, again.values)


def test_evaluations_have_seeds_of_their_own() -> None:
    seeds = {compute_seed(s, t, i) for s in (0, 1) for t in range(3) for i in range(50)}
    assert len(seeds) == 300


def test_a_database_of_another_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    other = SHORT.model_copy(update={"seed": 8})
    with pytest.raises(ParleyError, match="holds a fit of another file or version"):
        run_smc(prepare(other), tmp_path / "copy", 0.0)


def test_a_folder_of_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"towns.csv` is a file; give a folder"):
        calibrate(TINY, tmp_path / "towns.csv", workers=1)
    with pytest.raises(ParleyError, match=r"holds something else \(towns.csv\)"):
        calibrate(TINY, tmp_path, workers=1)
    with pytest.raises(ParleyError, match=r"cannot write to .*Not a directory"):
        calibrate(TINY, tmp_path / "towns.csv" / "below", workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["towns.csv"]
    before = (folder / "reference.npz").read_bytes()
    with pytest.raises(ParleyError, match=r"holds the fit `short`; give another folder"):
        calibrate(TINY.model_copy(update={"id": "other"}), folder, workers=1)
    assert (folder / "reference.npz").read_bytes() == before


def test_a_fit_on_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, **options: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(calibrating.np, "savez_compressed", full)
    with pytest.raises(ParleyError, match=r"No space left on device; finished parts stay"):
        calibrate(TINY, tmp_path / "fit", workers=2)
    assert list((tmp_path / "fit").iterdir()) == []


def test_a_fit_that_fails_its_checks_writes_no_posterior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = calibrating.adjust_by_regression
    narrow = checks.narrow_sample
    monkeypatch.setattr(checks, "adjust_by_regression", lambda *args: narrow(honest(*args)))
    with pytest.raises(ParleyError, match="no posterior is written"):
        calibrate(TINY, tmp_path, workers=2)
    assert not (tmp_path / posterior.FILE).exists()


def test_a_posterior_as_a_prior(folder: Path) -> None:
    job = posterior.apply_posterior(plan("istanbul-2025", 60, 5, workers=1), folder)
    result = posterior.read_posterior(folder)
    (whole,) = simulate_chunks(job)
    # The rows addressed by assumption indices, put in by hand one after another.
    rows = result.rows(job.assumptions, job.seed)
    for k in (0, 17, 59):
        changes = dict(zip(result.paths, result.values[rows[k]].tolist(), strict=True))
        (alone,) = simulate_chunks(
            plan("istanbul-2025", seed=5, changes=changes, assumptions=[k], fates=[k], workers=1)
        )
        np.testing.assert_array_equal(alone.runs[0], whole.runs[k])
    shifted = posterior.apply_posterior(plan("istanbul-2025", seed=5, assumptions=[17], fates=[17], workers=1), folder)
    (one,) = simulate_chunks(shifted)
    np.testing.assert_array_equal(one.runs[0], whole.runs[17])


def test_the_engine_under_a_posterior(folder: Path) -> None:
    with pytest.raises(ParleyError, match="auto or compiled"):
        posterior.apply_posterior(plan("istanbul-2025", 1, 0, engine="mesa"), folder)


def test_runs_are_added_until_they_are_enough_under_the_posterior_too(folder: Path) -> None:
    asked = "rounds_held=0.3"
    without = run_until("istanbul-2025", asked, 5, workers=1)
    result = run_until(
        "istanbul-2025", asked, 5, workers=1, transform_plan=lambda job: posterior.apply_posterior(job, folder)
    )
    assert result.reached and result.se != without.se
    job = posterior.apply_posterior(plan("istanbul-2025", result.runs, 5, workers=1), folder)
    held = np.concatenate([chunk.runs[:, RUN.ROUNDS_HELD] for chunk in simulate_chunks(job)])
    assert result.se == pytest.approx(held.std(ddof=1) / len(held) ** 0.5, rel=1e-6)


def test_the_manifest_names_the_posterior(folder: Path) -> None:
    from sim.results.manifest import manifest

    bare = plan("istanbul-2025", 10, 5)
    about, plain = manifest(posterior.apply_posterior(bare, folder)), manifest(bare)
    assert about["posterior"]["fit"] == "short"
    assert plain["posterior"] is None
    assert about["fingerprint"] != plain["fingerprint"]


def test_a_posterior_needs_its_paths(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ParleyError, match="no posterior in"):
        posterior.read_posterior(tmp_path)
    other = prepare(SHORT)
    parameters = (replace(other.parameters[0], paths=("parties.atlantis.deadline",)),)
    sample = calibrating.reject_distant(
        calibrating.Table(*other.simulate_table(200, 1)), other.layout, other.record, 0.2
    )
    posterior.write_posterior(tmp_path, replace(sample, values=sample.values[:, :1]), parameters, {"model": 2})
    with pytest.raises(ParleyError, match=r"no number at `parties\.atlantis\.deadline`"):
        posterior.apply_posterior(plan("istanbul-2025", 1, 0), tmp_path)


DAY = datetime.date(2025, 6, 2)


def test_a_forecast_adds_up_and_says_what_it_is(folder: Path) -> None:
    result = compute_forecast(
        "istanbul-2025", posterior.read_posterior(folder), DAY, n=800, seed=1, rounds_ahead=2, workers=2
    )
    assert result["last_round"] == "2025-06-02"
    assert "2 rounds held" in result["given"]
    assert "no forecast" in result["conditional_on"]
    for said in result["rounds"]:
        for shares in (said["code"].values(), said["gap_bins"], said["venue"].values()):
            assert sum(shares) == pytest.approx(1)
        assert said["code"]["postponed"] == 0
    held = [said["held_within_horizon"] for said in result["rounds"]]
    assert held == sorted(held, reverse=True) and "of the runs kept" in result["reading"]["held_within_horizon"]
    later = compute_forecast(
        "istanbul-2025", posterior.read_posterior(folder), datetime.date(2025, 6, 20), n=800, seed=1, workers=2
    )
    # 18 days without a round are known: the bins that end by then, at 3, 7 and 14 days, have nothing left.
    assert later["rounds"][0]["gap_bins"][:3] == [0, 0, 0]
    assert later["runs_kept"] < result["runs_kept"]


def test_what_a_date_makes_known() -> None:
    rounds, start = load_rounds(), datetime.date(2025, 5, 16)
    assert derive_conditions(start, DAY, rounds) == Conditions(2, 0, DAY)
    assert derive_conditions(start, datetime.date(2025, 6, 1), rounds) == Conditions(1, 16, start)
    with pytest.raises(ParleyError, match="a day before the scenario's start"):
        derive_conditions(start, datetime.date(2025, 5, 1), rounds)


def test_too_few_runs_make_no_forecast(folder: Path) -> None:
    with pytest.raises(ParleyError, match="at least 100"):
        compute_forecast("istanbul-2025", posterior.read_posterior(folder), datetime.date(2026, 4, 1), n=200, workers=1)


def test_runs_under_a_posterior_differ_from_runs_without(folder: Path) -> None:
    """Control: were the rows not used, the two tables would be equal."""
    bare = run_ensemble("istanbul-2025", 50, 5, workers=1).runs
    job = posterior.apply_posterior(plan("istanbul-2025", 50, 5, workers=1), folder)
    assert not np.array_equal(next(iter(simulate_chunks(job))).runs[:, 5], bare["days_in_abeyance"].to_numpy())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smc: {population: 5, generations: 1}", "greater than or equal to 20"),
        ("targets: [{kind: rounds, scenario: x}]", "names the rounds of the record"),
        ("colour: red", "extra inputs are not permitted"),
    ],
)
def test_a_wrong_fit_file(tmp_path: Path, text: str, message: str) -> None:
    key = text.split(":")[0]
    path = tmp_path / "fit.yaml"
    from calibration.fit_file import fits_folder

    lines = (fits_folder() / "short.yaml").read_text(encoding="utf-8").splitlines()
    kept, skip = [], False
    for line in lines:
        if not line.startswith((" ", "#")):
            skip = line.startswith(f"{key}:")
        if not skip:
            kept.append(line)
    path.write_text("\n".join([*kept, text]) + "\n", encoding="utf-8")
    with pytest.raises(ParleyError, match=message):
        load_fit(path)


def test_an_unknown_fit_names_the_nearest() -> None:
    with pytest.raises(ParleyError, match="did you mean `rounds`"):
        load_fit("rouns")


def test_a_table_of_another_structure_is_not_taken_up() -> None:
    """A rule or a switch is no number, and yet the table depends on it."""
    usual, other, same = (prepare(SHORT, changes) for changes in ({}, {"parties.*.concession.rule": "zeuthen"}, {}))
    assert calibrating._fingerprint(usual) != calibrating._fingerprint(other)
    assert calibrating._fingerprint(usual) == calibrating._fingerprint(same), "control"


def test_no_posterior_where_the_check_cannot_fail(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A posterior of an earlier time goes too: it has not passed these checks."""
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    assert (again / posterior.FILE).is_file()
    check_fit = calibrating._check_fit
    monkeypatch.setattr(
        calibrating, "_check_fit", lambda *arguments: replace(check_fit(*arguments), control_fails=False)
    )
    with pytest.raises(ParleyError, match="tells nothing"):
        calibrate(SHORT, again, workers=2)
    assert not (again / posterior.FILE).exists()
