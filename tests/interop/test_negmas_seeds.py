"""NegMAS negotiators that draw: one seed gives one table, in any process, any worker and any order of runs."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import textwrap
import warnings
from typing import ClassVar

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    negmas = pytest.importorskip("negmas", reason="the extra `negmas` is not installed")

from sim.interop.negmas_party import NegmasParty
from sim.results.ensemble import run_ensemble

pytestmark = pytest.mark.filterwarnings("ignore")
DRAWING = ("RandomNegotiator", "MiCRONegotiator", "NiceNegotiator", "TopFractionNegotiator")


class Random(NegmasParty):
    """Draws its offers and answers; at module level so that workers find it."""

    negotiators: ClassVar = {"northbank": negmas.sao.RandomNegotiator}


def table(party: type[NegmasParty], **options) -> str:
    found = run_ensemble("river-border", party_class=party, **options)
    return found.runs.to_csv() + found.rounds.to_csv()


@pytest.mark.parametrize("kind", DRAWING)
def test_two_runs_with_one_seed(kind):
    seated = type("Seated", (NegmasParty,), {"negotiators": {"northbank": getattr(negmas.sao, kind)}})
    random.seed(1)
    np.random.seed(1)
    first = table(seated, n=6, seed=0, workers=1)
    random.seed(2)
    np.random.seed(2)
    assert table(seated, n=6, seed=0, workers=1) == first


def test_another_seed_and_another_run_draw_otherwise():
    assert table(Random, n=6, seed=0, workers=1) != table(Random, n=6, seed=1, workers=1)


def test_any_chunks_and_workers():
    whole = table(Random, n=4, seed=3, workers=1)
    assert table(Random, n=4, seed=3, workers=1, chunk=2) == whole
    assert table(Random, n=4, seed=3, workers=2, chunk=2) == whole


def test_runs_in_another_order():
    forward = run_ensemble("river-border", party_class=Random, fates=[0, 1, 2], assumptions=[0, 1, 2], workers=1).runs
    backward = run_ensemble("river-border", party_class=Random, fates=[2, 1, 0], assumptions=[2, 1, 0], workers=1).runs
    for name in ("outcome", "rounds_held", "gap_open"):
        assert forward[name].tolist() == backward[name].tolist()[::-1]


def test_the_callers_generators_are_left_alone():
    random.seed(7)
    np.random.seed(7)
    expected = random.random(), np.random.random()
    random.seed(7)
    np.random.seed(7)
    table(Random, n=2, seed=0, workers=1)
    assert (random.random(), np.random.random()) == expected


def test_the_check_would_notice_the_global_generators(monkeypatch):
    """With the negotiators on the global generators, as before, two runs differ."""
    from contextlib import nullcontext

    from sim.interop.negmas_party import Generators

    monkeypatch.setattr(Generators, "install", lambda self: nullcontext())
    assert table(Random, n=6, seed=0, workers=1) != table(Random, n=6, seed=0, workers=1)


SCRIPT = """
import hashlib, warnings
warnings.simplefilter("ignore")
import negmas
from sim.results.ensemble import run_ensemble
from sim.interop.negmas_party import NegmasParty
for kind in {kinds!r}:
    seated = type("Seated", (NegmasParty,), {{"negotiators": {{"northbank": getattr(negmas.sao, kind)}}}})
    found = run_ensemble("river-border", n=4, party_class=seated, workers=1)
    print(kind, hashlib.sha256((found.runs.to_csv() + found.rounds.to_csv()).encode()).hexdigest())
"""


def test_another_process_with_another_order_of_sets():
    script = textwrap.dedent(SCRIPT.format(kinds=DRAWING))
    hashes = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    environment = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    expected = []
    for kind in DRAWING:
        seated = type("Seated", (NegmasParty,), {"negotiators": {"northbank": getattr(negmas.sao, kind)}})
        expected.append(f"{kind} {hashlib.sha256(table(seated, n=4, seed=0, workers=1).encode()).hexdigest()}")
    assert done.stdout.splitlines() == expected
