"""`parley rerun`: every kind of folder is repeated to the byte; what was changed since is named."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import sim.core.identity
from sim.cli.main import app
from sim.core.identity import seal
from sim.replication.agreement import Agreement, compare_file, list_differing_inputs
from sim.replication.repetition import repeat
from sim.results.plan import plan
from sim.results.reader import read_manifest
from sim.results.store import write_ensemble

PARTY = """
import sim


class Stubborn(sim.Party):
    share = 0.5
"""


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repeat") / "run"
    own = ("--set", "evidence.admit=own", "--offers", "--assumptions")
    status, text = run("run", "istanbul-2025", "-n", 60, "--seed", 3, *own, "-o", folder)
    assert status == 0, text
    return folder


@pytest.fixture
def folder(run_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_folder, tmp_path / "results"))


def rewrite(folder: Path, **keys: Any) -> None:
    """Put other values into a manifest, sealed as if it had been written so."""
    path = folder / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(seal({**data, **keys})), encoding="utf-8")


def test_a_run_is_repeated_to_the_byte(folder: Path, tmp_path: Path) -> None:
    status, text = run("rerun", folder, "-o", tmp_path / "again")
    assert status == 0, text
    figures = ("blocking", "closed", "convergence", "days", "outcomes", "terms")
    tables = ("assumptions", "offers", "rounds", "runs", "trajectory")
    names = [*(f"{name}.png" for name in figures), *(f"{name}.parquet" for name in tables)]
    for name in names:
        assert f"{name}: equal to the byte" in text
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    assert "all 11 files agree" in text and "Recorded inputs that differ" not in text
    first, second = read_manifest(folder), read_manifest(tmp_path / "again")
    assert first is not None and second is not None
    for key in ("created", "command", "checksum", "citations"):  # documents are cited by the first alone
        first.pop(key), second.pop(key)
    for entry in (first["scenario"], second["scenario"]):
        for key in ("source_files", "derivations", "admitted"):
            entry.pop(key)
    assert first == second


def test_a_flipped_byte_is_named(folder: Path) -> None:
    content = (folder / "rounds.parquet").read_bytes()
    (folder / "rounds.parquet").write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    status, text = run("rerun", folder)
    assert status == 1
    assert "rounds.parquet: equal to the byte; the file was changed after it was written" in text
    assert "1 file is not as it was written" in text


def test_a_changed_rule_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of the rules alone: no rule is compiled here."""
    monkeypatch.setattr("sim.results.manifest.hash_rules", lambda: "f" * 24)
    status, text = run("rerun", folder)
    assert status == 1, "figures hold the fingerprint, which has changed"
    assert "runs.parquet: equal to the byte" in text and "days.png: differs" in text
    assert "  rules: " in text and "f" * 24 in text and "git commit: " in text


def test_other_versions_and_machines_are_named() -> None:
    before = {
        "rules": "a",
        "seed": 1,
        "created": "x",
        "command": ["a"],
        "git": {"commit": "1" * 40, "dirty": False},
        "scenario": {"hash": "s", "title": "x"},
        "environment": {"python": "3.11", "processor": "p", "workers": 2, "versions": {"numpy": "1", "numba": "2"}},
    }
    other = json.loads(json.dumps(before)) | {"created": "y", "command": ["b"], "git": None}
    assert list_differing_inputs(before, other) == []
    other["environment"] |= {"workers": 8, "processor": "q", "versions": {"numpy": "1.1", "numba": "2"}}
    other |= {"rules": "b", "seed": 2, "scenario": {"hash": "t", "title": "y"}}
    assert list_differing_inputs(before, other) == [
        'processor: "p" → "q"',
        'rules: "a" → "b"',
        'scenario: "s" → "t"',
        "seed: 1 → 2",
        'version of numpy: "1" → "1.1"',
        "git commit: 111111111111 → no checkout",
    ]


def test_figures_agree_by_their_pixels(tmp_path: Path) -> None:
    from PIL import Image, PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "another")
    image = Image.new("RGB", (20, 10), (10, 20, 30))
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.png", pnginfo=text)
    image.putpixel((3, 3), (11, 20, 30))
    image.save(tmp_path / "c.png")
    recorded = sim.core.identity.hash_file(tmp_path / "a.png")
    assert compare_file(tmp_path / "a.png", tmp_path / "a.png", recorded) is Agreement.BYTES
    assert compare_file(tmp_path / "a.png", tmp_path / "b.png", recorded) is Agreement.PIXELS
    assert compare_file(tmp_path / "a.png", tmp_path / "c.png", recorded) is Agreement.DIFFERENT
    assert compare_file(tmp_path / "a.png", tmp_path / "d.png", recorded) is Agreement.ABSENT
    (tmp_path / "c.png").write_bytes(b"x")
    assert compare_file(tmp_path / "a.png", tmp_path / "c.png", recorded) is Agreement.DIFFERENT


def test_a_comparison_is_repeated(tmp_path: Path) -> None:
    words = ("compare", "river-border", "river-border,calendar.horizon=60", "-n", 20, "--seed", 4)
    assert run(*words, "-o", tmp_path / "out")[0] == 0
    status, text = run("rerun", tmp_path / "out")
    assert status == 0 and "all 5 files agree" in text, text


def test_a_sweep_is_repeated_and_its_factors_keep_their_order(tmp_path: Path) -> None:
    text = (
        "experiment: x\ntitle: A title\nscenario: river-border\nruns: 5\nseed: 2\nfactors:\n"
        "  zeta: {path: calendar.horizon, levels: [60, 90]}\n"
        "  alpha: {path: incidents.*.rate, levels: [0.5, 2], how: multiply}\n"
    )
    (tmp_path / "x.yaml").write_text(text)
    assert run("sweep", tmp_path / "x.yaml", "-o", tmp_path / "out")[0] == 0
    status, said = run("rerun", tmp_path / "out")
    assert status == 0 and "all 7 files agree" in said, said


def test_a_sweep_of_a_scenario_that_has_gone(tmp_path: Path) -> None:
    """Its scenario is in the manifest."""
    (tmp_path / "mine.yaml").write_text("extends: river-border\nid: mine\ncalendar: {horizon: {assumed: [60, 70]}}\n")
    text = "experiment: x\nscenario: mine.yaml\nruns: 5\nfactors: {parties.upland.deadline: [60, 90]}\n"
    (tmp_path / "x.yaml").write_text(text)
    assert run("sweep", tmp_path / "x.yaml", "-o", tmp_path / "out")[0] == 0
    (tmp_path / "mine.yaml").unlink()
    status, said = run("rerun", tmp_path / "out")
    assert status == 0 and "all 7 files agree" in said, said
    status, said = run("rerun", tmp_path / "out", "--scenario", "river-border")
    assert status == 2 and "is not the scenario of this sweep" in said


def test_a_run_under_a_posterior_is_repeated(tmp_path: Path) -> None:
    table = pa.table({"calendar.gap_scale": [20.0, 25.0, 30.0], "weight": [0.5, 0.3, 0.2]})
    table = table.replace_schema_metadata({"parley": '{"model": 2}'})
    pq.write_table(table, tmp_path / "posterior.parquet")
    words = ("run", "river-border", "-n", 30, "--posterior", tmp_path, "-o", tmp_path / "out")
    assert run(*words)[0] == 0
    (tmp_path / "posterior.parquet").unlink()
    status, text = run("rerun", tmp_path / "out")
    assert status == 0 and "posterior.parquet: equal to the byte" in text, text
    (tmp_path / "out" / "posterior.parquet").write_bytes(b"x")
    status, text = run("rerun", tmp_path / "out")
    assert status == 2 and "cannot be repeated without it" in text


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forecast")
    table = pa.table({"calendar.gap_scale": [20.0, 25.0, 30.0], "weight": [0.5, 0.3, 0.2]})
    table = table.replace_schema_metadata({"parley": '{"model": 2}'})
    pq.write_table(table, folder / "posterior.parquet")
    words = ("forecast", "istanbul-2025", "--posterior", folder, "--after", "2025-06-02", "-n", 600)
    status, text = run(*words, "-o", folder / "f.json")
    assert status == 0, text
    (folder / "posterior.parquet").unlink()
    return folder / "f.json"


def test_a_forecast_is_repeated_from_its_file_alone(forecast: Path, tmp_path: Path) -> None:
    status, text = run("rerun", forecast)
    assert status == 0 and "f.json: equal in every number" in text, text
    data = json.loads(forecast.read_text(encoding="utf-8"))
    data["rounds"][0]["code"]["texts"] += 1e-9
    (tmp_path / "f.json").write_text(json.dumps(data))
    status, text = run("rerun", tmp_path / "f.json")
    assert status == 2 and "was changed after it was written" in text
    (tmp_path / "f.json").write_text(json.dumps(seal(data)))
    status, text = run("rerun", tmp_path / "f.json")
    assert status == 1 and "f.json: differs" in text and "though every recorded input is the same" in text


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "run"}, "not a forecast that can be repeated"),
        ({"draws": "%"}, "f.json"),
        ({"draws": "eHg="}, "draws.parquet"),
        ({"runs": 10**12}, "runs"),
        ({"rounds": []}, "rounds"),
        ({"after": "soon"}, "soon"),
        ({"source": {"hash": "x", "resolved": {}}}, "id: is missing"),
    ],
)
def test_a_file_that_is_no_forecast_is_one_message(
    forecast: Path, tmp_path: Path, keys: dict[str, Any], message: str
) -> None:
    data = json.loads(forecast.read_text(encoding="utf-8"))
    (tmp_path / "f.json").write_text(json.dumps(seal({**data, **keys})))
    status, text = run("rerun", tmp_path / "f.json")
    assert status == 2 and message in text, text


def test_until_se_is_recorded_and_repeated(tmp_path: Path) -> None:
    assert run("run", "river-border", "--until-se", "outcome=0.05", "-o", tmp_path / "out")[0] == 0
    about = read_manifest(tmp_path / "out")
    assert about is not None
    target = about["target"]
    assert (target["rule"], target["reached"], target["runs"]) == ("outcome=0.05", True, about["n"])
    assert 0 < target["se"] <= 0.05
    assert run("rerun", tmp_path / "out")[0] == 0


def write_party_run(folder: Path) -> Path:
    path = folder / "mine.py"
    path.write_text(PARTY)
    spec = importlib.util.spec_from_file_location("mine_of_a_scholar", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    job = plan("river-border", 3, 1, party_class=module.Stubborn, workers=1)
    write_ensemble(job, folder / "out", figures=())
    path.unlink()
    return folder / "out"


def test_a_party_class_runs_only_when_trusted(tmp_path: Path) -> None:
    folder = write_party_run(tmp_path)
    status, text = run("rerun", folder)
    assert status == 2 and "read party_class.py there, and add --trust-code" in text
    status, text = run("rerun", folder, "--trust-code")
    assert status == 0 and "party_class.py: equal to the byte" in text, text
    mark = tmp_path / "ran"
    (folder / "party_class.py").write_text(f"open({str(mark)!r}, 'w')\n{PARTY}")
    status, text = run("rerun", folder, "--trust-code")
    assert status == 2 and "it is not run" in text and not mark.exists()


def test_bytecode_beside_a_party_class_is_neither_run_nor_written(tmp_path: Path) -> None:
    """Python's own import would run it, for it names the size and the time of the file; the file's hash is right."""
    folder = write_party_run(tmp_path)
    source, mark = folder / "party_class.py", tmp_path / "ran"
    status = source.stat()
    foreign = f"open({str(mark)!r}, 'w')\n{PARTY}"
    cached = Path(importlib.util.cache_from_source(str(source)))
    cached.parent.mkdir()
    data = importlib._bootstrap_external._code_to_timestamp_pyc(  # type: ignore[attr-defined]
        compile(foreign, str(source), "exec"), int(status.st_mtime), status.st_size
    )
    cached.write_bytes(data)
    control = importlib.util.spec_from_file_location("control", source)
    assert control is not None and control.loader is not None
    control.loader.exec_module(importlib.util.module_from_spec(control))
    assert mark.exists()  # the control: an import runs it
    mark.unlink()
    assert run("rerun", folder, "--trust-code")[0] == 0 and not mark.exists()
    shutil.rmtree(cached.parent)
    assert run("rerun", folder, "--trust-code")[0] == 0 and not cached.parent.exists()


def test_a_party_class_that_breaks_is_one_message(tmp_path: Path) -> None:
    folder = write_party_run(tmp_path)
    for text, message in (("1 / 0\n", "ZeroDivisionError"), ("x = 1\n", "holds no party class")):
        (folder / "party_class.py").write_text(text)
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        data["hashes"]["party_class.py"] = sim.core.identity.hash_file(folder / "party_class.py")
        rewrite(folder, hashes=data["hashes"])
        status, said = run("rerun", folder, "--trust-code")
        assert status == 2 and message in said


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "analysis"}, "repeated are: run, comparison, sweep, calibration"),
        ({"n": 59}, "indices"),
        ({"assumptions": {"count": 60, "hash": "x"}}, "only a hash of the indices"),
        ({"seed": "x"}, "seed"),
        ({"engine": "fast"}, "engine `fast` is not known"),
    ],
)
def test_a_manifest_that_cannot_be_repeated_is_one_message(folder: Path, keys: dict[str, Any], message: str) -> None:
    rewrite(folder, **keys)
    status, text = run("rerun", folder)
    assert status == 2 and message in text, text


def test_a_scenario_whose_hash_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    about = read_manifest(folder)
    assert about is not None
    about["scenario"]["resolved"]["calendar"]["horizon"] = 33
    rewrite(folder, scenario=about["scenario"])
    status, text = run("rerun", folder)
    assert status == 2 and "does not have the hash recorded beside it" in text


def test_folders_without_results(tmp_path: Path) -> None:
    assert run("rerun", tmp_path)[0] == 2
    assert run("rerun", tmp_path / "nowhere")[0] == 2
    (tmp_path / "x").write_text("x")
    assert run("rerun", tmp_path / "x")[0] == 2


@pytest.mark.slow
def test_a_fit_is_repeated(tmp_path: Path) -> None:
    assert run("calibrate", "short", "-o", tmp_path / "fit")[0] == 0
    repetition = repeat(tmp_path / "fit", tmp_path / "again")
    assert repetition.agrees and len(repetition.files) > 8, repetition
