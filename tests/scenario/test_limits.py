"""Small files that would cost much: each has a stated limit or linear cost, held by counting loads and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.core.errors import ParleyError
from sim.scenario import load as loading
from sim.scenario import merge
from sim.scenario.check import MOST
from sim.scenario.load import MOST_BASES, MOST_KEYS, load


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read."""
    names: list[str] = []
    real = loading.read

    def read(path: Path) -> Any:
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(loading, "read", read)
    return names


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refuse(path: Path) -> str:
    with pytest.raises(ParleyError) as refused:
        load(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_diamonds_are_read_once(tmp_path: Path, reads: list[str]) -> None:
    """Sixty files, each extending two that extend the same two: 2^30 ways to the bottom."""
    write(tmp_path, "l0-a", "extends: river-border\n")
    write(tmp_path, "l0-b", "extends: river-border\nsummary: bottom\n")
    for level in range(1, 30):
        for side in "ab":
            write(tmp_path, f"l{level}-{side}", f"extends: [l{level - 1}-a, l{level - 1}-b]\n")
    top = write(tmp_path, "top", "id: top\nextends: [l29-a, l29-b]\n")
    loaded = load(top)
    assert loaded.scenario.summary == "bottom" and loaded.scenario.id == "top"
    once = [name for name in reads if name.startswith(("l", "river"))]
    assert len(once) == len(set(once)) == 61


def test_later_bases_win_and_keep_their_lines(tmp_path: Path) -> None:
    """A file that two bases share counts again after the first, as if it had been read twice."""
    write(tmp_path, "shared", "extends: river-border\nsummary: shared\n")
    write(tmp_path, "first", "extends: shared\nsummary: first\n")
    write(tmp_path, "second", "extends: shared\n")
    loaded = load(write(tmp_path, "top", "id: top\nextends: [first, second]\n"))
    assert loaded.scenario.summary == "shared"
    assert loaded.origins.find(("summary",)) == ("shared.yaml", 2)
    assert load(write(tmp_path, "pot", "id: pot\nextends: [second, first]\n")).scenario.summary == "first"


def test_copies_of_one_base(tmp_path: Path, reads: list[str]) -> None:
    few = write(tmp_path, "few", "id: few\nextends: [" + "river-border, " * 3 + "]\n")
    assert load(few).scenario.id == "few" and reads.count("river-border.yaml") == 1
    many = write(tmp_path, "many", "id: many\nextends: [" + "river-border, " * 1000 + "]\n")
    assert f"names more than {MOST_BASES} bases" in refuse(many)


def test_bases_that_bring_many_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[int] = []
    real = merge.Origins.include

    def include(self: merge.Origins, other: merge.Origins) -> None:
        laid.append(len(other))
        real(self, other)

    monkeypatch.setattr(merge.Origins, "include", include)
    write(tmp_path, "large", "x: [" + "1, " * 20_000 + "]\n")
    path = write(tmp_path, "top", "id: top\nextends: [" + "large, " * 90 + "]\n")
    assert f"more than {MOST_KEYS:,} keys together" in refuse(path)
    assert sum(laid) <= MOST_KEYS


def test_long_chains(tmp_path: Path, reads: list[str]) -> None:
    """A chain of a thousand ended in a RecursionError."""
    write(tmp_path, "c0", "extends: river-border\n")
    for k in range(1, 1001):
        write(tmp_path, f"c{k}", f"extends: c{k - 1}\n")
    assert load(write(tmp_path, "short", "id: short\nextends: c50\n")).scenario.id == "short"
    reads.clear()
    assert f"more than {MOST_BASES} files extend one another" in refuse(tmp_path / "c1000.yaml")
    assert len(reads) <= MOST_BASES + 2


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    refuse(tmp_path / "a.yaml")
    assert "neither beside this file nor shipped" in refuse(write(tmp_path, "c", "id: c\nextends: a\n"))


@pytest.mark.parametrize("name", MOST)
def test_very_many_entities_are_refused(tmp_path: Path, name: str) -> None:
    """At the limit the schema decides; above it one message comes before anything is derived or laid out."""
    loaded = load("istanbul-2025")
    data, count = loaded.data, MOST[name] + 1
    if name == "levels":
        data[name] = [*data[name], *(f"l{k}" for k in range(count))]
    else:
        first = next(iter(data[name].values()))
        data[name] = {**data[name], **{f"n{k}": first for k in range(count)}}
    with pytest.raises(ParleyError, match=f"are more than {MOST[name]}, the most that are simulated"):
        loading._finish(data, merge.Origins(), loaded.folder, {})


def test_very_many_levels_are_counted_once(tmp_path: Path) -> None:
    """150,000 levels took quadratic time."""
    text = ", ".join(f"l{k}" for k in range(150_000))
    path = write(tmp_path, "many", f"id: many\nextends: river-border\nlevels: [{text}]\n")
    assert "150,000 are more than 100" in refuse(path)


def test_an_attribution_by_a_doer_that_is_no_name(tmp_path: Path) -> None:
    text = "id: x\nextends: river-border\nincidents: {boat_clash: {doer: [northbank], attribution: 0.5}}\n"
    assert "incidents.boat_clash" in refuse(write(tmp_path, "x", text))
