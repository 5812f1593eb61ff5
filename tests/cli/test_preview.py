"""The first numbers of a cold start are those of the runs that follow."""

from __future__ import annotations

import sys

import sim
from sim.cli import preview
from sim.results.plan import plan


def test_the_preview_shows_the_first_runs(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "river-border", "10", "3", "calendar.horizon=90"])
    preview.main()
    line = capsys.readouterr().err
    runs = sim.run_ensemble("river-border", 10, 3, changes={"calendar.horizon": 90}).runs
    for code, count in runs["outcome"].value_counts().items():
        assert (f"{code} {count / 10:.0%}" in line) == (count > 0)


def test_nothing_is_previewed_without_a_terminal(monkeypatch):
    monkeypatch.setattr(preview.subprocess, "Popen", None)
    with preview.show_preview(plan("river-border", 10), "river-border", ()):
        pass
