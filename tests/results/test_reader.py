"""Readers of results: whatever was done to a file, it is read as it was, or refused with one message that names it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.core.errors import ParleyError
from sim.core.identity import CHECKSUM, is_sealed, seal
from sim.report.document import render_report
from sim.results import reader
from sim.results.plan import plan
from sim.results.store import write_ensemble


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader") / "run"
    write_ensemble(plan("river-border", 4, 1, engine="mesa", workers=1), folder, figures=())
    return folder


@pytest.fixture
def folder(run_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(run_folder, tmp_path / "run"))


def refuse(action: Callable[[], object]) -> str:
    """The one message with which an action is refused."""
    with pytest.raises(ParleyError) as refused:
        action()
    assert "\n" not in str(refused.value) and str(refused.value).strip()
    return str(refused.value)


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None], sealed: bool = True) -> None:
    """Change a manifest, with or without a checksum that fits."""
    path = folder / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(seal(data) if sealed else data), encoding="utf-8")


def test_a_manifest_is_sealed(folder: Path) -> None:
    manifest = reader.read_manifest(folder)
    assert manifest is not None and is_sealed(manifest) and len(manifest[CHECKSUM]) == 32
    assert set(manifest["hashes"]) == {"runs.parquet", "rounds.parquet"}
    assert reader.find_damage(folder, manifest["hashes"]) == {}
    rewrite(folder, lambda data: data.update(seed=2), sealed=False)
    assert "was changed after it was written" in refuse(lambda: reader.read_manifest(folder))


def test_a_manifest_of_an_earlier_version_has_no_checksum_and_is_read(folder: Path) -> None:
    rewrite(folder, lambda data: [data.pop(key) for key in (CHECKSUM, "hashes", "code")], sealed=False)
    assert "River border" in render_report(folder)


def test_no_flipped_bit_of_a_manifest_passes(folder: Path) -> None:
    """A flip is refused, or leaves the data as it was (`e` and `E` of a number)."""
    path = folder / "manifest.json"
    content = path.read_bytes()
    data = json.loads(content)
    names = [content.index(f'"{key}"'.encode()) + k for key in (CHECKSUM, "code", "hashes", "kind") for k in range(6)]
    places = sorted({*names, *range(0, len(content), len(content) // 270)})
    assert len(places) > 280
    for at in places:
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 7)]) + content[at + 1 :])
        try:
            assert reader.read_manifest(folder) == data, content[at - 40 : at + 40]
        except ParleyError as error:
            assert "manifest.json" in str(error)


WRONG: tuple[Any, ...] = (None, -1, "text", [], {}, [1, "a"], {"a": 1}, True, 1e400, float("nan"), "\u0000", 2**70)


def iterate_places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path of every key at the top, and of eight keys or items of every mapping or list below."""
    entries = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    for key, below in entries[: 40 if not path else 8]:
        yield (*path, key)
        yield from iterate_places(below, (*path, key))


def damage(data: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a path; the value `...` removes what is there."""
    for step in path[:-1]:
        data = data[step]
    if value is ...:
        del data[path[-1]]
    else:
        data[path[-1]] = value


def count_refusals(folder: Path, most: int) -> tuple[int, int]:
    """Damage a manifest at many places with wrong values, sealed as if written so: how many are read, refused."""
    path = folder / "manifest.json"
    text, done = path.read_text(encoding="utf-8"), [0, 0]
    places = list(iterate_places(json.loads(text)))
    cases = [(place, value) for place in places for value in (..., *WRONG)]
    cases = cases[:: max(1, len(cases) // most)]
    for place, value in cases:
        rewrite(folder, lambda data, place=place, value=value: damage(data, place, value))  # type: ignore[misc]
        try:
            render_report(folder)
            done[0] += 1
        except ParleyError as error:
            assert "\n" not in str(error)
            done[1] += 1
        path.write_text(text, encoding="utf-8")
    return done[0], done[1]


def test_no_damage_to_a_manifest_is_a_traceback(folder: Path) -> None:
    read, refused = count_refusals(folder, 60)
    assert read and refused


@pytest.mark.slow
def test_five_thousand_damages_to_a_manifest(folder: Path) -> None:
    read, refused = count_refusals(folder, 5_000)
    print(f"manifests: {read:,} read, {refused:,} refused")
    assert read and refused


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"kind": []}', b'{"kind": "run"}', b"[" * 100_000]
)
def test_what_is_no_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    assert "manifest.json" in refuse(lambda: render_report(folder))


def test_every_damaged_byte_of_a_folder_is_named(folder: Path) -> None:
    """One bit of one file at a time: what is read has a hash."""
    for name in ("runs.parquet", "rounds.parquet"):
        content = (folder / name).read_bytes()
        for at in range(0, len(content), max(1, len(content) // 40)):
            (folder / name).write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            assert name in refuse(lambda: render_report(folder))
        (folder / name).write_bytes(content)
    assert render_report(folder)


def change_table(folder: Path, name: str, change: Callable[[pa.Table], pa.Table], **options: Any) -> None:
    """Rewrite a table, and the manifest so that its hash fits: only the reader of tables can refuse it."""
    pq.write_table(change(pq.read_table(folder / name)), folder / name, **options)
    rewrite(folder, lambda data: data.pop("hashes"))


TEXT = pa.array(["a"] * 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop_columns(["outcome"]), "column `outcome` is missing"),
        (lambda t: t.drop_columns(["run"]), "column `run` is missing"),
        (lambda t: t.append_column("outcome", t.column("outcome")), "column `outcome` is there more than once"),
        (lambda t: t.set_column(t.schema.get_field_index("days"), "days", TEXT), "column `days` holds string"),
        (lambda t: t.set_column(t.schema.get_field_index("outcome"), "outcome", TEXT), "column `outcome` holds string"),
        (lambda t: t.slice(0, 3), "has 3 runs; its manifest says 4"),
        (lambda t: t.take([0, 1, 1, 2]), "not numbered one after the other"),
        (
            lambda t: t.set_column(t.schema.get_field_index("outcome"), "outcome", TEXT.dictionary_encode()),
            "is damaged",
        ),
    ],
)
def test_a_table_of_another_structure_is_refused(folder: Path, change: Any, message: str) -> None:
    change_table(folder, "runs.parquet", change)
    assert message in refuse(lambda: render_report(folder))


@pytest.mark.slow
def test_a_bomb_is_refused_by_its_size_when_unpacked(tmp_path: Path) -> None:
    """Four megabytes that would fill gigabytes: limits are checked in the footer, before anything is unpacked."""
    table = pa.table({"run": pa.array([0]).take(pa.array([0] * 3_000_000))})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=3_000_000)
    assert "row group of 3,000,000 rows" in refuse(lambda: reader.read_table(tmp_path / "rows.parquet", {}))
    wide = pa.table({f"c{k}": pa.array([0]) for k in range(reader.MOST_COLUMNS + 1)})
    pq.write_table(wide, tmp_path / "wide.parquet")
    assert "columns, the most that are read" in refuse(lambda: reader.read_table(tmp_path / "wide.parquet", {}))
    texts = pa.table({"x": pa.array(["a" * 2**20]).take(pa.array([0] * 600))})
    pq.write_table(texts, tmp_path / "texts.parquet", use_dictionary=False, compression="zstd")
    assert (tmp_path / "texts.parquet").stat().st_size < 4 * 2**20
    assert "bytes; at most" in refuse(lambda: reader.read_table(tmp_path / "texts.parquet", {}))


FLIPS = """
import sys
from pathlib import Path
from sim.core.errors import ParleyError
from sim.results.reader import iterate_batches, read_table

path, counts = Path(sys.argv[1]), [0, 0]
whole = path.read_bytes()
footer = int.from_bytes(whole[-8:-4], "little") + 8
for place in range(len(whole) - footer, len(whole)):
    for bit in range(8):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        try:
            names = read_table(path, {}).column_names
            list(iterate_batches(path, {}, names[:1]))
            counts[0] += 1
        except ParleyError:
            counts[1] += 1
print(*counts)
"""


def test_no_bit_of_a_footer_ends_the_process(tmp_path: Path) -> None:
    # Arrow ends the whole process where the metadata of one column contradict those of the table and somebody asks.
    table = pa.table({"run": range(20), "share": [0.5] * 20, "code": pa.array(["a"] * 20).dictionary_encode()})
    pq.write_table(table, path := tmp_path / "runs.parquet", write_page_checksum=True)
    result = subprocess.run([sys.executable, "-c", FLIPS, str(path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    taken, refused = map(int, result.stdout.split())
    assert taken > 100 and refused > 1000  # names and statistics may differ without harm


def test_a_run_is_read_in_parts_that_add_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the batches of the two tables fall, the report is the same; no batch is larger than it may be."""
    whole, sizes, real = render_report(folder), list[int](), reader.iterate_batches

    def watch(*given: Any) -> Iterator[pa.Table]:
        for table in real(*given):
            sizes.append(table.num_rows)
            yield table

    monkeypatch.setattr(reader, "iterate_batches", watch)
    for rows in (1, 2, 3, 7):
        monkeypatch.setattr(reader, "BATCH", rows)
        sizes.clear()
        assert render_report(folder) == whole
        assert max(sizes) <= rows


posix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and devices of POSIX")


@posix
@pytest.mark.parametrize("name", ["manifest.json", "runs.parquet", "rounds.parquet", "outcomes.png", "figures/a.svg"])
@pytest.mark.parametrize("kind", ["link", "pipe", "device", "folder"])
def test_only_regular_files_go_into_a_report(folder: Path, name: str, kind: str) -> None:
    """A link to another file was embedded in the HTML, and a pipe was waited for."""
    rewrite(folder, lambda data: data.pop("hashes"))
    secret = folder.parent / "secret"
    secret.write_text("the-secret")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to(os.devnull)
    else:
        path.mkdir()
    assert "the-secret" not in refuse(lambda: render_report(folder))


@posix
def test_a_folder_of_figures_that_is_a_link_is_not_followed(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.svg").write_text("<svg/>")
    (folder / "figures").symlink_to(elsewhere)
    assert "<img" not in render_report(folder)


def test_hashes_never_lead_out_of_the_folder(folder: Path) -> None:
    (folder.parent / "secret").write_text("x")
    assert reader.find_damage(folder, {"../secret": "0", "/dev/null": "0"}) == {
        "../secret": "leads out of the folder",
        "/dev/null": "leads out of the folder",
    }


def test_reading_says_nothing_by_itself(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render_report(folder)
