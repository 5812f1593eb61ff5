"""The bargaining core alone, here and in NegMAS: two parties, six issues in one package, twenty turns each, time-based.

NegMAS gets its best case: outcomes sorted and utility functions inverted once, by hand, and shared by all negotiations.
Here every run draws saliences of its own. Both sides' interests are opposed, so that talks last about as long in both.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve
from tests.equivalence.worlds import loaded

ISSUES = 6
OPTIONS = 5
TURNS = 20


def bargaining() -> Loaded:
    """One round of 2 × 20 turns, no incidents; of all numbers only the saliences are drawn."""
    names = [f"issue{k}" for k in range(ISSUES)]
    ends = [{"at": 0, "label": "one side's"}, {"at": 1, "label": "the other's"}]
    parties = {}
    for party, demand in (("first", 0), ("second", 1)):
        stake = {"demand": demand, "reservation": 1 - demand, "salience": {"assumed": [0.2, 1.0], "why": "drawn a run"}}
        # From all to nothing over the turns of one round, at a steady pace.
        steady = {"rule": "clock", "k0": 1, "beta": 1, "share": 0, "weight": 0, "rate": 0, "step": 0}
        parties[party] = {"title": party, "concession": steady, "issues": dict.fromkeys(names, stake)}
    scenario = loaded(
        {
            "extends": "behaviour",
            "id": "bargaining",
            "title": "The bargaining core alone",
            "as_of": "2030-01-01",
            "start": "2030-01-01",
            "levels": ["delegation"],
            "start_level": "delegation",
            "calendar": {"max_steps": 1, "exchanges_per_round": 2 * TURNS},
            "behaviour": {"convening": {"base": 50}, "bargaining": {"width": 0, "audience": 0}},
            "issues": {name: {"title": name, "basket": "package", "options": ends} for name in names},
            "baskets": {"package": {"title": "Package", "code": "partial", "level": "delegation", "exposure": 0}},
            "parties": parties,
            "venues": {"hall": {"title": "Hall", "acceptability": 1}},
        }
    )
    problem = resolve(scenario.scenario, 0)
    ranged = {problem.paths[place]: problem.priors.mode[n] for n, place in enumerate(problem.priors.place)}
    fixed = {path: float(mode) for path, mode in ranged.items() if not path.endswith(".salience")}
    return scenario.with_changes(fixed)


def negmas_negotiation() -> Callable[[], Any]:
    """A function that plays one negotiation in NegMAS; what can be prepared once is prepared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from negmas import LinearAdditiveUtilityFunction, PresortingInverseUtilityFunction, SAOMechanism, make_issue
        from negmas.preferences.value_fun import TableFun
        from negmas.sao.negotiators import AspirationNegotiator

    issues = [make_issue(list(range(OPTIONS)), name=f"issue{k}") for k in range(ISSUES)]
    weights = [(k + 1.0) / 21.0 for k in range(ISSUES)]
    functions, inverters = [], []
    for rising, ordered in ((True, weights), (False, weights[::-1])):
        points = {v: v / (OPTIONS - 1) if rising else 1.0 - v / (OPTIONS - 1) for v in range(OPTIONS)}
        function = LinearAdditiveUtilityFunction([TableFun(points) for _ in issues], weights=ordered, issues=issues)
        inverter = PresortingInverseUtilityFunction(function)
        inverter.init()
        inverter.init = lambda: None  # it is ready: what negotiations share is not sorted again
        functions.append(function)
        inverters.append(inverter)

    def negotiate() -> Any:
        table = SAOMechanism(issues=issues, n_steps=TURNS)
        for k, (function, inverter) in enumerate(zip(functions, inverters, strict=True)):
            sits = {"aspiration_type": "linear", "ufun_inverter": lambda _, mine=inverter: mine, "name": str(k)}
            table.add(AspirationNegotiator(**sits), ufun=function)
        return table.run()

    return negotiate
