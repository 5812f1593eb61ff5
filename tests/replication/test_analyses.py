"""What stands beside the tables of a sweep is recorded: checked, packed, repeated, and removed when it is stale."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.identity import seal

MINE = """\
experiment: mine
scenario: river-border
runs: 40
factors:
  seat: {path: venues.lake_hall.insulation, levels: [0.1, 0.9]}
"""
FIGURES = {f"figures/{name}.{kind}" for name in ("outcomes", "closed", "effects") for kind in ("png", "svg")}


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def read_names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_effects_and_figures_of_a_sweep(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE)
    folder = tmp_path / "out"
    status, said = run("sweep", tmp_path / "mine.yaml", "-o", folder, "--contrast", "seat=0.1:seat=0.9")
    assert status == 0, said
    assert run("sensitivity", folder, "--of", "closed")[0] == 0
    status, said = run("verify", folder)
    assert status == 0 and "not part" not in said
    beside = {*FIGURES, "effects.csv", "indices.csv", "figures/indices.png", "figures/indices.svg"}
    assert beside <= read_names(folder)

    package = tmp_path / "p.zip"
    assert run("pack", folder, "-o", package)[0] == 0
    with zipfile.ZipFile(package) as archive:
        assert {f"results/{name}" for name in beside} <= set(archive.namelist())
    status, said = run("rerun", package)
    assert status == 0, said
    assert all(f"{name}: equal to the byte" in said for name in beside), said

    content = (folder / "figures" / "closed.svg").read_bytes()
    (folder / "figures" / "closed.svg").write_bytes(content + b"x")
    status, said = run("verify", folder)
    assert status == 1 and "closed.svg was changed" in said

    (folder / "mine.csv").write_text("mine")
    assert run("sweep", tmp_path / "mine.yaml", "-o", folder)[0] == 0
    stale = {"effects.csv", "figures/effects.png", "figures/effects.svg"}
    assert read_names(folder) >= (beside - stale) | {"mine.csv"} and not stale & read_names(folder)
    status, said = run("verify", folder)
    assert status == 0 and said.count("not part") == 1 and "mine.csv" in said


def test_files_of_a_run_are_recorded_and_go_with_it(tmp_path: Path) -> None:
    from sim.core.atomic import OutputFolder
    from sim.results.analyses import record_analysis, remove_analyses
    from tests.cli.test_verify import make_run

    folder, outside = tmp_path / "out", tmp_path / "outside.csv"
    make_run(folder)
    for path in (folder / "experts.csv", outside):
        path.write_text("x")
    record_analysis(folder, "disagreement", {}, [folder / "experts.csv"])
    assert "not part" not in run("verify", folder)[1]
    with OutputFolder(folder, "run", force=True):
        pass
    assert not (folder / "experts.csv").exists()

    make_run(tmp_path / "other")
    path = tmp_path / "other" / "manifest.json"
    entry = {"request": {}, "files": {"../outside.csv": "0"}}
    path.write_text(json.dumps(seal({**json.loads(path.read_text()), "analyses": {"disagreement": entry}})))
    remove_analyses(tmp_path / "other")
    assert outside.read_text() == "x", "a name that leads out of the folder removes nothing"


@pytest.mark.parametrize("wrong", [{}, {"of": 3}, {"of": []}])
def test_a_damaged_analysis_is_one_message(tmp_path: Path, wrong: dict[str, object]) -> None:
    from experiments.analyses import repeat_analyses
    from sim.core.errors import ParleyError
    from tests.cli.test_verify import make_sweep

    make_sweep(tmp_path / "out")
    with pytest.raises(ParleyError):
        repeat_analyses(tmp_path / "out", {"sensitivity": {"request": wrong, "files": {}}})
