"""A scenario of a chosen size in which every planned round is held and nobody concedes, so that the work is steady."""

from __future__ import annotations

from sim.scenario.load import Loaded
from tests.equivalence.worlds import loaded


def grown(parties: int = 2, issues: int = 6, rounds: int = 20, rate: float = 0.2) -> Loaded:
    """So many parties with a say in everything, issues in two packages, rounds, incidents a day (gaps of five days)."""
    names = [f"issue{k}" for k in range(issues)]
    people = [f"party{k}" for k in range(parties)]
    ends = [{"at": 0, "label": "low"}, {"at": 1, "label": "high"}]
    drawn = {"assumed": [0.2, 1.0], "why": "drawn a run"}
    firm = {"rule": "clock", "k0": 0, "beta": 1, "share": 0, "weight": 0, "rate": 0, "step": 0}
    return loaded(
        {
            "extends": "behaviour",
            "id": "grown",
            "title": "A scenario of a chosen size",
            "as_of": "2030-01-01",
            "start": "2030-01-01",
            "levels": ["delegation"],
            "start_level": "delegation",
            "calendar": {"horizon": 100_000, "gap_scale": 5, "gap_shape": 1.5, "max_steps": rounds},
            "behaviour": {"convening": {"base": 50}},
            "issues": {
                name: {"title": name, "basket": f"package{k % 2}", "options": ends} for k, name in enumerate(names)
            },
            "baskets": {
                f"package{k}": {"title": "Package", "code": "partial", "level": "delegation", "exposure": 0}
                for k in range(min(issues, 2))
            },
            "parties": {
                party: {
                    "title": party,
                    "deadline": 1e9,
                    "concession": firm,
                    "issues": {name: {"demand": n % 2, "reservation": 0.5, "salience": drawn} for name in names},
                }
                for n, party in enumerate(people)
            },
            "mediators": {
                "chair": {
                    "title": "Chair",
                    "styles": {"facilitation": 0.5, "formulation": 0.3, "manipulation": 0},
                    "attends": "always",
                }
            },
            "venues": {"hall": {"title": "Hall", "acceptability": 1}},
            "incidents": {
                "clash": {
                    "title": "Clash",
                    "offended": people,
                    "attribution": {p: {q: 0.5 for q in people if q != p} for p in people},
                    "rate": rate,
                    "surge": 0,
                    "excites": {"clash": 0.3},
                }
            },
        }
    )
