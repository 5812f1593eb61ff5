"""`parley pack`: packages hold all that a repetition needs; archives of others stay within limits and their folder."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.core.identity import hash_bytes
from sim.replication import archive
from sim.replication.archive import extract_archive
from sim.results.plan import plan
from sim.results.store import write_ensemble


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_ensemble(plan("river-border", 3, 1, engine="mesa", workers=1), tmp_path / "out", figures=())
    return tmp_path / "out"


def test_a_package_holds_what_a_repetition_needs(folder: Path, tmp_path: Path) -> None:
    status, text = run("pack", folder, "-o", tmp_path / "p.zip")
    assert status == 0 and "`parley rerun " in text
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        content = {name: package.read(name) for name in package.namelist()}
    assert {"README.md", "requirements.txt", "scenario.json", "CHECKSUMS.txt"} <= set(content)
    assert content["results/runs.parquet"] == (folder / "runs.parquet").read_bytes()
    assert {"inputs/shipped/behaviour.yaml", "inputs/shipped/river-border.yaml"} <= set(content)
    lines = dict(reversed(line.split("  ", 1)) for line in content.pop("CHECKSUMS.txt").decode().splitlines())
    assert lines == {name: hash_bytes(data) for name, data in content.items()}
    readme = content["README.md"].decode()
    assert readme.count("\n    ") == 2 and "    parley rerun PACKAGE.zip\n" in readme
    assert "numpy==" in content["requirements.txt"].decode()


def test_a_package_is_repeated_elsewhere(folder: Path, tmp_path: Path) -> None:
    assert run("pack", folder, "-o", tmp_path / "p.zip")[0] == 0
    (tmp_path / "out").rename(tmp_path / "gone")
    status, text = run("rerun", tmp_path / "p.zip")
    assert status == 0 and "all 2 files agree" in text, text


def test_equal_results_make_equal_packages(folder: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        run("pack", folder, "-o", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_own_files_and_what_has_changed(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("extends: river-border\n")
    (tmp_path / "mine.yaml").write_text("extends: base\nid: mine\n")
    write_ensemble(plan(tmp_path / "mine.yaml", 2, engine="mesa", workers=1), tmp_path / "out", figures=())
    (tmp_path / "base.yaml").write_text("extends: river-border\nsummary: other\n")
    status, text = run("pack", tmp_path / "out", "-o", tmp_path / "p.zip")
    assert status == 0 and "note: base.yaml is not in the package: it was changed" in text
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        assert "inputs/mine.yaml" in package.namelist() and "inputs/base.yaml" not in package.namelist()
        assert "base.yaml is not in the package" in package.read("README.md").decode()


def test_damaged_results_are_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "runs.parquet").write_bytes(b"x")
    status, text = run("pack", folder, "-o", tmp_path / "p.zip")
    assert status == 2 and "was changed after it was written" in text and not (tmp_path / "p.zip").exists()
    assert run("pack", tmp_path, "-o", tmp_path / "p.zip")[0] == 2


# Archives of others


def write(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def refuse(path: Path, folder: Path) -> str:
    with pytest.raises(ParleyError) as refused:
        extract_archive(path, folder / "into" / "here")
    assert "\n" not in str(refused.value)
    inside = folder / "into" / "here"
    left = {path for path in folder.rglob("*") if path.is_file() and inside not in path.parents}
    assert left <= {path, folder / "other"}, "a file outside"
    return str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["../other", "a/../../other", "/other", "a//b", "./a", "a\\..\\b", "C:other", "a/..", "x" * 300, "a\nb", "CON?"],
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "p.zip", **{name: b"x"})
    assert "is not a valid name of a file inside the package" in refuse(path, tmp_path)


def test_links_devices_and_encrypted_entries(tmp_path: Path) -> None:
    for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR):
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (kind | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as package:
            package.writestr(entry, "/etc/passwd")
        assert "a link or another special file" in refuse(tmp_path / "p.zip", tmp_path)
    content = bytearray(write(tmp_path / "p.zip", a=b"x").read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "p.zip").write_bytes(content)
    assert "encrypted" in refuse(tmp_path / "p.zip", tmp_path)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "p.zip", a=b"\0" * 10_000_000)
    assert "grows by more than 200 times" in refuse(path, tmp_path)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)  # what it claims to hold
    path.write_bytes(content)
    refuse(path, tmp_path)
    assert sum(file.stat().st_size for file in (tmp_path / "into").rglob("*") if file.is_file()) <= 10
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    assert "bytes when extracted; at most 100" in refuse(write(path, a=b"x" * 60, b=b"y" * 60), tmp_path)
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    assert "holds 4 files" in refuse(write(path, **dict.fromkeys("abcd", b"x")), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_clash(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as package:
        package.writestr("a", "x")
        package.writestr("A", "y")
    assert "twice" in refuse(tmp_path / "p.zip", tmp_path)
    path = write(tmp_path / "p.zip", **{"a": b"x", "a/b": b"y"})
    assert "inside the file of another name" in refuse(path, tmp_path)


def test_what_is_no_archive(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"x" * 100):
        (tmp_path / "p.zip").write_bytes(content)
        status, text = run("rerun", tmp_path / "p.zip")
        assert status == 2 and "p.zip" in text
    write(tmp_path / "p.zip", a=b"x")
    status, text = run("rerun", tmp_path / "p.zip")
    assert status == 2 and "it has no results/manifest.json" in text
    (tmp_path / "link.zip").symlink_to(tmp_path / "p.zip")
    assert "is a link" in run("rerun", tmp_path / "link.zip")[1]


def test_control_a_sound_archive_is_extracted(tmp_path: Path) -> None:
    path = write(tmp_path / "p.zip", **{"a": b"x", "b/c.txt": b"\0" * 1000})
    assert extract_archive(path, tmp_path / "into") == ["a", "b/c.txt"]
    assert (tmp_path / "into" / "b" / "c.txt").read_bytes() == b"\0" * 1000
