"""A fit killed while its database is made, damaged files of a fit, and posteriors that a scenario may not have."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calibration.posterior import FILE, apply_posterior, read_posterior
from sim.core.errors import ParleyError
from sim.results.plan import plan

GOOD: dict[str, Any] = {"calendar.gap_scale": [10.0, 11.0], "parties.northbank.compliance": [0.5, 0.6]}


def write(folder: Path, columns: dict[str, Any], note: Any = None, **options: Any) -> None:
    table = pa.table(columns)
    metadata = {"parley": json.dumps({"fit": "x", "model": 2}) if note is None else note}
    pq.write_table(table.replace_schema_metadata(metadata), folder / FILE, **options)


def refuse(folder: Path) -> str:
    with pytest.raises(ParleyError) as refused:
        apply_posterior(plan("river-border", 2, 1, workers=1), folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_control_a_sound_posterior_is_taken(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "weight": [0.5, 0.5]})
    assert apply_posterior(plan("river-border", 2, 1, workers=1), tmp_path).posterior is not None


@pytest.mark.parametrize("note", [{"fit": "x", "model": 1}, {"fit": "x"}])
def test_a_posterior_of_another_version_of_the_model(tmp_path: Path, note: dict[str, Any]) -> None:
    """A note without the key is from before version 2."""
    write(tmp_path, {**GOOD, "weight": [0.5, 0.5]}, json.dumps(note))
    assert "fitted under version 1 of the model and the scenario plays version 2" in refuse(tmp_path)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"calendar.gap_scale": [-1.0, 10.0], "weight": [1.0, 1.0]}, "the posterior has -1 at `calendar.gap_scale`"),
        ({"parties.northbank.compliance": [0.5, 1.5], "weight": [1.0, 1.0]}, "has 1.5 at `parties."),
        ({**GOOD, "weight": [1e308, 1e308]}, "no finite sum"),
        ({**GOOD, "weight": [0.0, 0.0]}, "no finite sum"),
        ({**GOOD, "weight": [-1.0, 2.0]}, "weights below 0"),
        ({**GOOD, "weight": [float("nan"), 1.0]}, "not finite"),
        ({**GOOD, "weight": [None, 1.0]}, "not finite"),
        ({"calendar.gap_scale": [float("inf"), 1.0], "weight": [1.0, 1.0]}, "not finite"),
        ({"calendar.gap_scale": ["a", "b"], "weight": [1.0, 1.0]}, "column `calendar.gap_scale` holds string"),
        ({"calendar.gap_scale": [[1.0], [2.0]], "weight": [1.0, 1.0]}, "column `calendar.gap_scale` holds list"),
        ({"calendar.gap_scale": [True, False], "weight": [1.0, 1.0]}, "column `calendar.gap_scale` holds bool"),
        ({"calendar.gap_scale": [1.0, 2.0]}, "is not a posterior"),
        ({"weight": [1.0, 2.0]}, "is not a posterior"),
        ({"calendar.gap_scale": pa.array([], pa.float64()), "weight": pa.array([], pa.float64())}, "has 0 rows"),
        ({"no.such.path": [1.0, 2.0], "weight": [1.0, 1.0]}, "no number at `no.such.path`"),
    ],
)
def test_a_wrong_posterior_is_one_message(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    write(tmp_path, columns)
    assert message in refuse(tmp_path)


@pytest.mark.parametrize("note", ["{", "[]", '"x"', '{"fit": 1}', "null", "[" * 5000, b"\xff"])
def test_a_wrong_note_is_one_message(tmp_path: Path, note: Any) -> None:
    write(tmp_path, {**GOOD, "weight": [0.5, 0.5]}, note)
    assert "note" in refuse(tmp_path)


def test_no_damaged_byte_of_a_posterior_is_a_traceback(tmp_path: Path) -> None:
    """435 damaged ones gave 140 tracebacks; here without a manifest, whose hash would name each of them.

    The note is short: with other bytes in its place some footers make pyarrow end the process.
    """
    write(tmp_path, {**GOOD, "weight": [0.5, 0.5]}, json.dumps({"fit": "x"}))
    content, chance, refused = (tmp_path / FILE).read_bytes(), random.Random(1), 0
    for _ in range(435):
        damaged = bytearray(content[: chance.choice([len(content), chance.randrange(len(content))])])
        for _ in range(chance.randint(1, 4)):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / FILE).write_bytes(damaged)
        try:
            read_posterior(tmp_path)
        except ParleyError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 200


def test_links_and_folders_are_no_posterior(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "weight": [0.5, 0.5]})
    (tmp_path / "link").symlink_to(tmp_path / FILE)
    with pytest.raises(ParleyError, match="is a link"):
        read_posterior(tmp_path / "link")


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Any]:
    """A fit, and a way to open its database."""
    pyabc = pytest.importorskip("pyabc")
    from calibration.fit_file import load_fit
    from calibration.problem import prepare
    from calibration.sampler import NormalScores

    problem = prepare(load_fit("short"))
    abc = pyabc.ABCSMC(lambda parameter: {"codes": 0.0}, NormalScores(2), lambda x, y: 0.0, population_size=20)
    return abc, problem


def open_history(parts: tuple[Any, Any], folder: Path) -> Any:
    from calibration.fit import _open_history

    return _open_history(*parts, folder, 0.5)


def kill_at(step: int, work: Callable[[], object]) -> bool:
    """Do some work in a forked process that kills itself at a statement of SQL; whether it got there."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    pid = os.fork()
    if pid == 0:
        count = [0]

        def die(*_: Any) -> None:
            count[0] += 1
            if count[0] > step:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", die)
        event.listen(Engine, "commit", die)
        work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
@pytest.mark.filterwarnings("ignore")
def test_a_fit_killed_at_any_moment_of_making_its_database_goes_on(parts: tuple[Any, Any], tmp_path: Path) -> None:
    """Eight of ten such kills left a folder that could not be used again."""
    for step in range(200):
        folder = tmp_path / str(step)
        folder.mkdir()
        killed = kill_at(step, lambda folder=folder: open_history(parts, folder))  # type: ignore[misc]
        history = open_history(parts, folder)
        assert history.id is not None and history.max_t == -1
        assert open_history(parts, folder).id == history.id, "it is found again"
        if not killed:
            break
    print(f"fits: {step} kills survived")
    assert step > 10


@pytest.mark.parametrize("name", ["smc.db", "smc.json"])
@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"{", b"[]"])
def test_a_damaged_database_or_note_is_set_aside(
    parts: tuple[Any, Any], tmp_path: Path, name: str, content: bytes
) -> None:
    open_history(parts, tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.warns(UserWarning, match=r"cannot be used; it is now smc-damaged-1\.db"):
        history = open_history(parts, tmp_path)
    assert history.max_t == -1 and (tmp_path / "smc-damaged-1.db").is_file()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 100, None])
def test_a_damaged_reference_table_is_made_again(tmp_path: Path, content: bytes | None) -> None:
    from calibration import calibrate as calibrating
    from calibration.calibrate import Silent

    class Problem:
        """Stands for a fit: a table of two rows."""

        class file:
            class reference:
                size = 2

        def simulate_table(self, size: int, workers: int, step: Any) -> tuple[Any, Any, Any]:
            return np.ones((2, 1)), np.ones((2, 1), dtype=np.int64), np.ones((2, 1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrating, "_fingerprint", lambda problem: "own")
        load: Any = calibrating._load_table
        load(Problem(), tmp_path, 1, Silent())
        path = tmp_path / "reference.npz"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if content is None else content)
        with pytest.warns(UserWarning, match="is damaged"):
            table = load(Problem(), tmp_path, 1, Silent())
        assert table.values.tolist() == [[1.0], [1.0]] and path.stat().st_size == len(whole)


def test_two_fits_do_not_share_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("pyabc")
    from calibration.calibrate import calibrate
    from calibration.fit_file import load_fit
    from sim.core.atomic import lock_folder

    with lock_folder(tmp_path, "fit"), pytest.raises(ParleyError, match="another fit is at work"):
        calibrate(load_fit("short"), tmp_path, workers=1)
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("population", 10**12, "smc.population"),
        ("generations", 10**9, "smc.generations"),
        ("size", 10**12, "reference.size"),
        ("records", 10**12, "checks.records"),
        ("draws", 10**12, "checks.draws"),
    ],
)
def test_a_fit_of_very_many_particles_is_refused(tmp_path: Path, key: str, value: int, message: str) -> None:
    import re

    from calibration.fit_file import fits_folder, load_fit

    text = (fits_folder() / "short.yaml").read_text(encoding="utf-8")
    path = tmp_path / "fit.yaml"
    path.write_text(re.sub(rf"{key}: \d+", f"{key}: {value}", text, count=1), encoding="utf-8")
    with pytest.raises(ParleyError, match=message):
        load_fit(path)
