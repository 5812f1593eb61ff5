"""How fast the engines are, in pairs. Nothing here fails for being slow: ratios and targets go into the report."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.model import play
from sim.results.plan import plan, simulate_chunks
from sim.scenario.library import shipped
from sim.scenario.load import Loaded, load
from tests.benchmarks.core import Tables
from tests.benchmarks.counting import counted
from tests.benchmarks.growth import grown
from tests.benchmarks.limit import bare
from tests.benchmarks.negmas_peer import negmas_negotiation
from tests.benchmarks.pairs import Work
from tests.benchmarks.peer import bargaining
from tests.equivalence.engines import agree

BINDING = "istanbul-2025"


def runs(name: str, scenario: str | Loaded, n: int, engine: str = "compiled", workers: int = 1) -> Work:
    """Simulating n runs into raw tables; loading and resolving the scenario is not timed."""
    job = plan(scenario, n, 0, engine=engine, workers=workers, chunk=n if engine == "mesa" else None)

    def simulate() -> None:
        for _ in simulate_chunks(job):
            pass

    return Work(name, simulate, n)


def on(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"


FORMS = [("compiled", 1), ("compiled", 2)]
"""The compiled engine on one thread and on two."""


@pytest.mark.parametrize(("engine", "threads"), FORMS)
@pytest.mark.parametrize("scenario", shipped())
def test_compiled_against_mesa(compare, scenario, engine, threads):
    fast, slow = runs(engine, scenario, 12_000, engine, threads), runs("Mesa", scenario, 24, "mesa")
    target = {"at_least": 250.0} if threads == 2 else {}
    compare("mesa", f"{scenario}, {engine}, {on(threads)}", fast, slow, **target)


MEASURED = ("river-border", "generic-crisis", "belarus-2022", "istanbul-2022", BINDING)
"""Scenarios on which versions of the model, and measures, are compared."""


@pytest.mark.parametrize("scenario", MEASURED)
def test_version_2_against_version_1(compare, scenario):
    one, two = (runs(f"version {k}", load(scenario, {"model.version": k}), 4000) for k in (1, 2))
    compare("versions", scenario, one, two, at_most=1.6)


@pytest.mark.parametrize("scenario", MEASURED)
def test_what_measures_on_request_cost(compare, scenario):
    few, every = (runs(name, load(scenario, {"calendar.measures": name}), 4000) for name in ("usual", "all"))
    compare("measures", scenario, few, every)


@pytest.mark.parametrize("engine", ["compiled"])
@pytest.mark.parametrize("scenario", shipped())
def test_compiled_against_the_limit(compare, scenario, engine):
    n, counts = 2000, counted(scenario, 40)
    loop = Work("limit", lambda: bare(n, counts), n)
    target = {"at_most": 3.5} if scenario == BINDING else {}
    made = f"{counts.draws} draws, {counts.values} values, {counts.exps} exp, {counts.logs} log, {counts.pows} pow"
    compare("limit", f"{scenario}, {engine} ({made} a run)", loop, runs(engine, scenario, n, engine), **target)


@pytest.mark.parametrize("engine", ["compiled"])
def test_two_threads_against_one(compare, engine):
    one, two = (runs(on(k), BINDING, 12_000, engine, k) for k in (1, 2))
    compare("threads", f"{BINDING}, {engine}", two, one, at_least=1.7)


DOUBLED = {
    "rounds, 20 to 40": ({}, {"rounds": 40}, 2.3),
    "issues, 6 to 12": ({}, {"issues": 12}, 2.3),
    "parties, 2 to 4": ({}, {"parties": 4}, 4.6),
    "parties, 3 to 6": ({"parties": 3}, {"parties": 6}, 4.6),
    "incidents, 0.2 to 0.4 a day": ({}, {"rate": 0.4}, 2.3),
}


@pytest.mark.parametrize("what", DOUBLED)
def test_what_doubling_costs(compare, what):
    plain, doubled, most = DOUBLED[what]
    compare("growth", what, runs("plain", grown(**plain), 500), runs("doubled", grown(**doubled), 500), at_most=most)


@pytest.mark.parametrize(("engine", "threads"), FORMS)
@pytest.mark.parametrize("part", ["the core alone", "whole runs of one round"])
def test_the_bargaining_core_against_negmas(compare, part, engine, threads):
    negmas = pytest.importorskip("negmas", reason="NegMAS comes with the extra `negmas`")
    negotiate = negmas_negotiation()

    def many() -> None:
        for _ in range(30):
            negotiate()

    n, core = 200_000, part == "the core alone"
    target = {"at_least": 3000.0} if core and threads == 2 else {}
    tables = Tables(bargaining(), threads)
    ours = Work(engine, lambda: tables.hold(n), n) if core else runs(engine, bargaining(), n, engine, threads)
    subject = f"NegMAS {negmas.__version__}, {part}, {engine}, {on(threads)}"
    compare("negmas", subject, ours, Work("NegMAS", many, 30), **target)


def test_the_core_settles_on_what_the_model_does():
    tables = Tables(bargaining(), 1)
    packages = {k: tables.package(k) for k in range(10)}
    assert len({tuple(package) for package in packages.values()}) == 10
    for k, package in packages.items():
        assert np.array_equal(package, play(tables.problem, k, k).package)


@pytest.mark.parametrize("scenario", [bargaining, grown], ids=["bargaining", "grown"])
def test_what_is_measured_is_the_model(scenario):
    """The scenarios made for measuring give the same runs on both engines, like all others."""
    assert agree(scenario(), 10, 0)
