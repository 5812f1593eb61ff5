"""Compiled code is unpickled, so it comes from a folder that nobody else can write to, or from none."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.core import code_cache
from sim.core.code_cache import Refusal, choose_folder, claim_folder

ROOT = Path(__file__).resolve().parents[2]
KEY = "0123456789ab"
OTHER = 12345
"""A user who is neither root nor the one who runs the tests."""

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of POSIX")
as_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one place where compiled code could be kept, and an empty temporary folder."""
    monkeypatch.setenv("PARLEY_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(code_cache.tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "cache"


@posix
def test_a_new_folder_is_private_whatever_the_umask(base: Path) -> None:
    before = os.umask(0)
    try:
        folder, refusals = choose_folder(KEY)
    finally:
        os.umask(before)
    assert folder == base / KEY and refusals == ()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert choose_folder(KEY) == (folder, ()), "it is found again"


def plant_foreign_folder(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, OTHER, OTHER)


def plant_foreign_parent(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder.parent, OTHER, OTHER)


def plant_foreign_file(folder: Path) -> None:
    (folder / "rules_1").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "rules_1" / "convening.nbi").write_bytes(b"x")
    os.chown(folder / "rules_1" / "convening.nbi", OTHER, OTHER)


def plant_open_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o755)


def plant_open_parent(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o777)


def plant_link(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir(parents=True, mode=0o700)
    folder.symlink_to("elsewhere")


def plant_link_inside(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    (folder / "a.nbi").symlink_to("/dev/null")


PLANTS = [
    *(pytest.param(plant, marks=as_root) for plant in (plant_foreign_folder, plant_foreign_parent, plant_foreign_file)),
    *(pytest.param(plant, marks=posix) for plant in (plant_open_folder, plant_open_parent, plant_link)),
    pytest.param(plant_link_inside, marks=posix),
]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_folder_that_is_not_ones_own_is_refused(base: Path, plant: Callable[[Path], None]) -> None:
    plant(base / KEY)
    with pytest.raises(Refusal, match=str(base)):
        claim_folder(base / KEY)
    folder, refusals = choose_folder(KEY)
    assert folder is not None and folder.parent.parent == base.parent / "tmp", "the user's own place is next"
    assert folder.stat().st_mode & 0o777 == 0o700 and len(refusals) == 1


@as_root
def test_where_every_place_is_taken_a_fresh_one_is_made(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The predictable folder in the shared temporary folder: whoever makes it first would be trusted."""
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(code_cache.atexit, "register", ends.append)
    monkeypatch.delenv("PARLEY_CACHE_DIR")
    predictable = base.parent / "tmp" / f"parley-{os.getuid()}" / KEY
    plant_foreign_parent(predictable)
    folder, refusals = choose_folder(KEY)
    assert folder is not None and predictable.parent not in folder.parents
    assert folder.parent.stat().st_mode & 0o777 == 0o700 and len(refusals) == 1
    assert choose_folder(KEY) == (folder, ()), "children of this process find the same one"
    ends[0]()
    assert not folder.parent.exists()


CHILD = """
import json, os
from sim.core.jit import cache_folder, rule

@rule
def half(x: float) -> float:
    return x / 2

print(json.dumps([half(3.0), str(cache_folder()), sum(half.stats.cache_hits.values())]))
"""


def compute_in_child(script: Path, folder: Path, **environment: str) -> list[object]:
    """Value, cache folder and cache hits of a rule in a process of its own."""
    script.write_text(CHILD)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "PYTHON"))}
    given = {"PARLEY_CACHE_DIR": str(folder), "PYTHONPATH": str(ROOT)} | environment
    done = subprocess.run([sys.executable, str(script)], env=kept | given, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))


class Payload:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.mark),)


@as_root
def test_what_another_user_planted_is_never_unpickled(tmp_path: Path) -> None:
    script, cache = tmp_path / "script.py", tmp_path / "cache"
    _, folder, _ = compute_in_child(script, cache)
    index = next(Path(str(folder)).rglob("*half*.nbi"))
    index.write_bytes(pickle.dumps(Payload(tmp_path / "mark")))
    control = compute_in_child(script, cache)
    assert control[0] == 1.5 and (tmp_path / "mark").is_dir(), "a file of one's own is read"
    (tmp_path / "mark").rmdir()
    os.chown(index, OTHER, OTHER)
    value, other, _ = compute_in_child(script, cache)
    assert value == 1.5 and other != folder and not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "content", [b"", None, *(pytest.param(text, marks=pytest.mark.slow) for text in (b"\x80\x05", b"no pickle"))]
)
def test_a_damaged_cache_is_compiled_anew(tmp_path: Path, content: bytes | None) -> None:
    script, cache = tmp_path / "script.py", tmp_path / "cache"
    _, folder, _ = compute_in_child(script, cache)
    assert compute_in_child(script, cache)[2] == 1, "found on disk"
    for path in [*Path(str(folder)).rglob("*half*.nb?")]:
        path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    assert [compute_in_child(script, cache)[::2] for _ in range(2)] == [[1.5, 0], [1.5, 1]], "mended by the first"


FULL = """
import numba.core.caching as caching
def full(*_):
    raise OSError(28, "No space left on device")
caching.IndexDataCacheFile._save_index = caching.IndexDataCacheFile._save_data = full
"""


def test_a_full_disk_compiles_in_memory(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FULL + CHILD)
    environment = {**os.environ, "PARLEY_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    environment.pop("NUMBA_DISABLE_JIT", None)
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0] == 1.5 and done.stderr == ""
