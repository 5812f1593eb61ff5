"""Verbs that write refuse what they did not write, other results, and names that say another kind of file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.main import app
from sim.core.identity import hash_file
from tests.cli.test_verify import make_run


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def read_hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in folder.rglob("*") if path.is_file()}


VALIDATION = ("--draws", 20, "--plays", 1, "--theories", "no-positions")


def test_a_validation_leaves_other_results_and_files_alone(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "scores.csv").write_text("mine\n")
    for name in ("run", "own"):
        before = read_hashes(tmp_path / name)
        status, said = run("validate", "-o", tmp_path / name, *VALIDATION)
        assert status == 2 and "holds something else" in said
        assert read_hashes(tmp_path / name) == before
    status, said = run("validate", "-o", tmp_path / "own" / "scores.csv", *VALIDATION)
    assert status == 2 and "is a file; give a folder" in said


def test_a_report_replaces_nothing_but_a_report(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    own = tmp_path / "own.html"
    own.write_text("<!DOCTYPE html>\n<p>mine</p>\n")
    (tmp_path / "talks.yaml").write_text("extends: river-border\n")
    for name, message in (
        ("talks.yaml", "has to end in .html or .htm"),
        ("new.pdf", "has to end in .html or .htm"),
        ("own.html", "is not a report of parley"),
    ):
        status, said = run("report", tmp_path / "run", "-o", tmp_path / name, "--force")
        assert status == 2 and message in said, said
    assert own.read_text() == "<!DOCTYPE html>\n<p>mine</p>\n" and not (tmp_path / "new.pdf").exists()
    report = tmp_path / "new.htm"
    assert run("report", tmp_path / "run", "-o", report)[0] == 0
    assert run("report", tmp_path / "run", "-o", report)[0] == 2
    assert run("report", tmp_path / "run", "-o", report, "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "suffix"),
    [
        (("pack", "{run}", "-o", "{new}"), ".zip"),
        (("forecast", "istanbul-2025", "--after", "2025-06-02", "-o", "{new}"), ".json"),
        (("score", "{own}", "{own}", "-o", "{new}"), ".json"),
        (("export", "elicitation", "river-border", "-o", "{new}"), ".csv"),
        (("migrate", "{own}", "-o", "{new}"), ".yaml"),
    ],
)
def test_a_file_is_called_what_it_is(tmp_path: Path, arguments: tuple[str, ...], suffix: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("extends: river-border\n")
    places = {"run": tmp_path / "run", "own": own, "new": tmp_path / "new.pdf"}
    status, said = run(*(argument.format(**places) for argument in arguments))
    assert status == 2 and f"has to end in {suffix}" in said and not places["new"].exists()
    places["new"] = own
    status, said = run(*(argument.format(**places) for argument in arguments))
    assert status == 2 and "is already there" in said and own.read_text() == "extends: river-border\n"


def test_a_folder_holds_one_validation(tmp_path: Path) -> None:
    from calibration.validation.folder import check_folder, claim_folder
    from sim.core.errors import ParleyError

    first = {"seed": 0, "size": {"draws": 20}, "theories": ["model"], "cases": {"a": "river-border"}}
    other = {**first, "size": {"draws": 40}}
    with claim_folder(tmp_path / "new", first) as store:
        (store / "a.npz").write_bytes(b"x")
    check_folder(tmp_path / "new", first)
    with pytest.raises(ParleyError, match=r"another validation.*\n  size.draws: 20 → 40"):
        check_folder(tmp_path / "new", other)
    earlier = tmp_path / "earlier"  # a version that wrote no identity
    earlier.mkdir()
    units = {"a": {"scenario": "river-border"}}
    manifest = {"parley": "0.2.0", "kind": "validation", **first, "theories": {"model": "M"}, "units": units}
    (earlier / "manifest.json").write_text(json.dumps(manifest))
    check_folder(earlier, first)
    with pytest.raises(ParleyError, match="another validation"):
        check_folder(earlier, other)


def test_a_fit_of_another_file_keeps_the_manifest(tmp_path: Path) -> None:
    from calibration.fit_file import load_fit
    from calibration.folder import NOTE, TABLE, claim_folder, describe_settings, write_manifest
    from sim.core.errors import ParleyError

    file = load_fit("short")
    for name in (TABLE, "smc.db"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / NOTE).write_text(json.dumps({"fit": describe_settings(file), "epsilon": 1.0}))
    write_manifest(tmp_path, file)
    before = read_hashes(tmp_path)
    smaller = file.reference.model_copy(update={"size": file.reference.size - 1})
    for change in ({"seed": file.seed + 1}, {"reference": smaller}):
        with pytest.raises(ParleyError, match="holds a fit of another file or version"):
            claim_folder(tmp_path, file.model_copy(update=change))
        assert read_hashes(tmp_path) == before
    claim_folder(tmp_path, file)
    assert not (tmp_path / "manifest.json").exists(), "the same fit goes on"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_standard_output_is_one_line_and_loses_no_results(tmp_path: Path, unbuffered: str) -> None:
    command = [sys.executable, "-m", "sim.cli.main"]
    root = str(Path(sim.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONUNBUFFERED": unbuffered}
    for words in (["list"], ["run", "river-border", "-n", "3", "--engine", "mesa", "-o", "out"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*command, *words], stdout=full, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
            )
        assert done.returncode == 2, done.stderr
        assert done.stderr.splitlines()[-1] == "parley: cannot write to standard output: No space left on device"
        assert "Traceback" not in done.stderr
    assert "are as they were written" in run("verify", tmp_path / "out")[1]


def test_control_an_error_of_a_file_is_not_one_of_the_output() -> None:
    code = "import sys; sys.argv = ['parley', 'list']; import sim.cli.list as verb; import sim.cli.main as m; "
    code += "m.Verbs.invoke = lambda self, ctx: open('/no/such'); m.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "FileNotFoundError" in done.stderr


def test_a_path_is_named_as_it_was_typed(tmp_path: Path) -> None:
    folder = tmp_path / "out.d" / "first"
    folder.mkdir(parents=True)
    for verb in ("check", "run"):
        assert f"{folder}: is a folder" in run(verb, folder)[1]
        assert f"{tmp_path}/none.yml: no such file" in run(verb, f"{tmp_path}/none.yml")[1]
    assert f"`{folder}` is a folder" in run("migrate", folder)[1]
    if os.name != "nt":
        assert "/dev/null: is not a regular file" in run("check", "/dev/null")[1]
    (tmp_path / "file").write_text("mine")
    status, said = run("sweep", "venue", "--runs", 20, "-o", tmp_path / "file")
    assert status == 2 and "is a file; give a folder" in said
