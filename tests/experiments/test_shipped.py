"""The shipped experiments in short: each script runs, draws its figures, and each figure names its result."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from experiments.results import load
from experiments.script import run_cases, run_script
from experiments.spec import list_shipped, read_experiment
from sim.core.errors import ParleyError
from sim.core.identity import hash_data

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "experiments"


def script(name: str) -> Path:
    """The script of a shipped experiment."""
    return ROOT / "experiments" / f"run_{name.replace('-', '_')}.py"


def module(path: Path) -> ModuleType:
    """A script as a module, without what it does when it is run."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    result = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(result)
    return result


def test_those_that_were_asked_for_are_there() -> None:
    asked = {"venue", "mediation", "incidents", "mandate-and-sequence", "pace", "source-sensitivity"}
    asked |= {"assumptions-or-chance"}
    assert asked <= set(list_shipped())


@pytest.mark.parametrize("name", list_shipped())
def test_each_has_a_question_a_short_script_and_a_page(name: str) -> None:
    assert read_experiment(name).question
    assert len(script(name).read_text(encoding="utf-8").splitlines()) <= 60
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    images = re.findall(r"\]\((figures/[\w-]+\.png)\)", text)
    assert images and all((PAGES / image).is_file() for image in images)


@pytest.mark.parametrize(
    "name", [name if name == "venue" else pytest.param(name, marks=pytest.mark.slow) for name in list_shipped()]
)
def test_each_runs_and_draws_in_short(name: str, tmp_path: Path) -> None:
    if read_experiment(name).design == "morris":
        pytest.importorskip("SALib", reason="the extra `discover` is not installed")
    if name == "ceasefire-conditions":
        pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    out, figures = tmp_path / "out", tmp_path / "figures"
    run_script(name, module(script(name)).draw, ["--out", str(out), "--figures", str(figures), "--share", "0.01"])
    experiment = read_experiment(name)
    folders = [out / name / case for case in experiment.cases] or [out / name]
    mark = hash_data([load(folder).manifest["hash"] for folder in folders]).encode()
    drawn = {path.name for path in figures.iterdir()}
    assert drawn and {path.rpartition(".")[2] for path in drawn} == {"png", "svg"}
    for path in figures.iterdir():
        assert mark in path.read_bytes(), f"{path.name} does not name the result it was drawn from"
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(figures/([\w-]+\.png)\)", page)) <= drawn


def test_a_quick_look_leaves_the_figures_of_the_pages_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.script.PAGES", tmp_path / "pages")
    draw = module(script("venue")).draw
    assert run_script("venue", draw, ["--out", str(tmp_path), "--share", "0.01"]) == tmp_path / "venue" / "figures"
    assert (tmp_path / "venue" / "figures" / "venue-closed.png").is_file()
    assert not (tmp_path / "pages").exists()


def test_fresh_replaces_tables_of_another_specification_only(tmp_path: Path) -> None:
    experiment = read_experiment("venue").replace_keys(runs=20)
    (first, *_) = run_cases(experiment, tmp_path).values()
    made = (first.folder / "manifest.json").read_bytes()
    run_cases(experiment, tmp_path, fresh=True)
    assert (first.folder / "manifest.json").read_bytes() == made
    longer = experiment.replace_keys(runs=21)
    with pytest.raises(ParleyError, match="another experiment"):
        run_cases(longer, tmp_path)
    (second, *_) = run_cases(longer, tmp_path, fresh=True).values()
    assert second.manifest["asked"]["experiment"]["runs"] == 21
