"""The second process draws the same files as the first one would, and is never needed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sim.figures import process
from sim.figures.ensemble import FIGURES, TRAJECTORY_FIGURES, save_figures
from sim.figures.process import FigureProcess
from sim.results.plan import plan
from sim.results.store import write_ensemble
from tests.figures.test_figures import MANIFEST, summary, trajectory


def read(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, the manifest apart: it holds the time."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


@pytest.mark.parametrize("fork", [True, False])
def test_the_process_draws_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork: bool) -> None:
    if not fork:
        off = "import sim.figures.ensemble, sys; sys.platform = 'elsewhere'; main()"
        monkeypatch.setattr(process, "_CODE", process._CODE.removesuffix("main()") + off)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    save_figures(summary(), MANIFEST, here, ("png", "svg"), trajectory())
    with FigureProcess() as figures:
        figures.send(None, MANIFEST, there, ("png", "svg"), trajectory())
        figures.send(summary(), MANIFEST, there, ("png", "svg"), is_last=True)
        assert figures.finish()
    assert len(read(here)) == 2 * len({**FIGURES, **TRAJECTORY_FIGURES})
    assert read(here) == read(there)


@pytest.mark.parametrize("is_last", [True, False])
def test_what_cannot_be_drawn_is_reported(tmp_path: Path, is_last: bool) -> None:
    with FigureProcess() as figures:
        figures.send(summary(), MANIFEST, tmp_path / "nowhere", ("png",), is_last=is_last)
        assert not figures.finish()


@pytest.mark.parametrize("failure", ["absent", "dies"])
def test_without_the_process_the_figures_are_drawn_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    job = plan("river-border", 4, 1, engine="mesa", workers=1)
    write_ensemble(job, tmp_path / "plain", figures=("png",))
    if failure == "dies":
        monkeypatch.setattr(process, "_CODE", "raise SystemExit(3)")
    else:
        monkeypatch.setattr(subprocess, "Popen", refuse)
    with FigureProcess() as figures:
        write_ensemble(job, tmp_path / "other", figures=("png",), figure_process=figures)
    assert read(tmp_path / "plain") == read(tmp_path / "other")


def refuse(*_: object, **__: object) -> None:
    raise OSError("no more processes")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="groups of processes are those of Unix")
def test_the_process_is_gone_at_the_end() -> None:
    with FigureProcess() as figures:
        assert figures._process is not None
        number = figures._process.pid
    with pytest.raises(ProcessLookupError):
        os.killpg(number, 0)


def test_nothing_sent_is_nothing_drawn() -> None:
    with FigureProcess() as figures:
        assert figures.finish()
