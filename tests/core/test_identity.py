"""Hashes of code see every file that decides a number, and the commit of a checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sim.core.command import describe_command, record_command
from sim.core.identity import describe_checkout, hash_code, hash_rules

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "sim").rglob("*.py"))
DECIDING = [name for name in SOURCES if name.split("/")[1] in ("rules", "solvers", "agents", "compiled", "scenario")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scratch copy of the packages; nothing in it is compiled or imported."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("sim", "calibration", "experiments"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def hash_copy(folder: Path) -> tuple[str, str]:
    """Hashes of rules and of all code, whatever was hashed before."""
    hash_rules.cache_clear()
    hash_code.cache_clear()
    return hash_rules(folder), hash_code(folder)


def test_the_copy_has_the_hashes_of_the_original(copy: Path) -> None:
    assert hash_copy(copy) == hash_copy(ROOT)


@pytest.mark.slow
def test_every_changed_rule_and_engine_file_changes_both_hashes(copy: Path) -> None:
    """One digit, one operator or one line of each file."""
    before = hash_copy(copy)
    seen = {before}
    assert len(DECIDING) > 90
    for name in DECIDING:
        path = copy / name
        content = path.read_bytes()
        for change in (content.replace(b"0", b"1", 1), content.replace(b"-", b"+", 1), content + b"\nx = 1\n"):
            if change == content:
                continue
            path.write_bytes(change)
            after = hash_copy(copy)
            assert after[0] != before[0] and after[1] != before[1] and after not in seen, name
            seen.add(after)
        path.write_bytes(content)
    assert hash_copy(copy) == before


def test_a_new_a_deleted_and_a_renamed_rule_change_the_hash(copy: Path) -> None:
    before, rule = hash_copy(copy)[0], copy / "sim" / "rules" / "trust.py"
    content = rule.read_bytes()
    hashes = [before]
    rule.rename(rule.with_name("trusting.py"))
    hashes.append(hash_copy(copy)[0])
    rule.with_name("trusting.py").unlink()
    hashes.append(hash_copy(copy)[0])
    rule.write_bytes(content)
    (copy / "sim" / "rules" / "new.py").write_bytes(b"")
    hashes.append(hash_copy(copy)[0])
    (copy / "sim" / "rules" / "new.py").unlink()
    assert len(set(hashes)) == 4 and hash_copy(copy)[0] == before


def test_control_what_decides_no_number_and_line_ends_leave_the_hash_of_rules(copy: Path) -> None:
    before = hash_copy(copy)
    path, rule = copy / "sim" / "cli" / "list.py", copy / "sim" / "rules" / "trust.py"
    content, text = path.read_bytes(), rule.read_bytes()
    path.write_bytes(content + b"\nx = 1\n")
    after = hash_copy(copy)
    assert after[0] == before[0] and after[1] != before[1]
    path.write_bytes(content)
    rule.write_bytes(text.replace(b"\n", b"\r\n"))
    assert hash_copy(copy) == before
    rule.write_bytes(text)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_commit_and_changes_of_a_checkout(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    assert describe_checkout(tmp_path) is None
    (tmp_path / "a.txt").write_text("a")
    for words in (["init"], ["add", "."], ["commit", "-m", "x"]):
        git(*words)
    describe_checkout.cache_clear()
    about = describe_checkout(tmp_path)
    assert about is not None and len(about["commit"]) == 40 and about["dirty"] is False
    (tmp_path / "a.txt").write_text("b")
    describe_checkout.cache_clear()
    assert describe_checkout(tmp_path) == {"commit": about["commit"], "dirty": True}


def test_the_command_is_recorded_while_it_runs() -> None:
    assert describe_command()[0] == "python"
    with record_command(["run", "river-border"]):
        assert describe_command() == ["parley", "run", "river-border"]
    assert describe_command()[0] == "python"
