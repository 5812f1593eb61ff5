"""The second process of a sweep: it loads Matplotlib while the points are simulated, and draws their overview."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress

from sim.figures.process import hasten_imports


def main() -> None:
    """Draw the overview of every folder that comes through standard input, with its effects, until it ends."""
    hasten_imports()
    from experiments.overview_plots import write_overview
    from experiments.results import load

    with suppress(EOFError):
        while True:
            (folder, effects, contrasts), _ = pickle.load(sys.stdin.buffer)
            write_overview(load(folder), effects, folder, contrasts)
    os._exit(0)  # taking the interpreter apart would take a twentieth of a second
