"""The bargaining core alone as a scenario: two parties, six issues in one package, twenty turns each, time-based.

Every run draws saliences of its own. Both sides' interests are opposed, so that talks last about as long as in NegMAS.
"""

from __future__ import annotations

from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve
from tests.benchmarks.dimensions import ISSUES, TURNS
from tests.equivalence.worlds import loaded


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
