"""`parley verify` over every kind of folder: whole, damaged, unknown, of an earlier version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.identity import CHECKSUM
from sim.results.plan import plan
from sim.results.store import write_ensemble
from tests.interop.genius_files import random_files


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def make_run(folder: Path) -> None:
    write_ensemble(plan("river-border", 3, 1, engine="mesa", workers=1), folder, figures=())


def make_comparison(folder: Path) -> None:
    status, said = run("compare", "river-border", "river-border,calendar.horizon=60", "-n", 20, "-o", folder)
    assert status == 0, said


def make_sweep(folder: Path) -> None:
    from experiments.sweep import run_sweep

    factors = {"calendar.horizon": [60, 90]}
    asked = {"experiment": "x", "scenario": "river-border", "runs": 3, "engine": "mesa", "factors": factors}
    run_sweep(asked, folder, workers=1)


def make_fit(folder: Path) -> None:
    from calibration.fit_file import load_fit
    from calibration.folder import write_manifest

    folder.mkdir()
    for name in ("reference.npz", "checks.json", "report.md", "posterior.parquet"):
        (folder / name).write_bytes(name.encode())
    write_manifest(folder, load_fit("short"))


def make_analysis(folder: Path) -> None:
    status, said = run("analyse", "river-border", "-n", 20, "-o", folder)
    assert status == 0, said


def make_domain_analysis(folder: Path) -> None:
    source = random_files(3, plain=True).write(folder.parent / "domain")
    status, said = run("analyse", source, "-o", folder)
    assert status == 0, said


def make_export(folder: Path) -> None:
    status, said = run("export", "negmas", "river-border", "-o", folder)
    assert status == 0, said


MAKERS = [make_run, make_comparison, make_sweep, make_fit, make_analysis, make_domain_analysis, make_export]


@pytest.mark.parametrize("make", MAKERS)
def test_every_file_of_every_kind_of_folder_is_checked(tmp_path: Path, make: Callable[[Path], None]) -> None:
    folder = tmp_path / "out"
    make(folder)
    status, said = run("verify", folder)
    assert status == 0 and "are as they were written" in said, said
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = list(manifest.get("hashes") or manifest["files"])
    assert len(names) >= 2
    for name in names:
        content = (folder / name).read_bytes()
        for damage in (b"", content + b"x", bytes([content[0] ^ 1]) + content[1:]):
            (folder / name).write_bytes(damage)
            status, said = run("verify", folder)
            assert status == 1 and f"{name} was changed" in said and f"1 of {len(names)} files" in said
        (folder / name).unlink()
        status, said = run("verify", folder)
        assert status == 1 and f"{name} is missing" in said
        (folder / name).write_bytes(content)
    (folder / "mine.parquet").write_bytes(b"x")
    status, said = run("verify", folder)
    assert status == 0 and "mine.parquet is not part of these results" in said


def test_what_cannot_be_checked(tmp_path: Path) -> None:
    assert run("verify", tmp_path / "absent")[0] == 2
    assert run("verify", tmp_path)[0] == 2
    make_run(tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for key in (CHECKSUM, "hashes", "code"):
        del data[key]
    path.write_text(json.dumps(data), encoding="utf-8")
    status, said = run("verify", tmp_path / "out")
    assert status == 2 and "an earlier version wrote it" in said
