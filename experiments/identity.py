"""Identity of a sweep: everything that its tables depend on."""

from __future__ import annotations

import json
from typing import Any

from experiments.setup import Setup
from experiments.spec import PLANS
from experiments.sweep_parts import count_part_runs, select_columns
from sim.core.identity import hash_bytes, hash_code
from sim.core.jit import source_hash
from sim.core.version import __version__
from sim.results.manifest import to_plain_data
from sim.scenario.dump import dump_scenario, scenario_hash

FORMAT = 1
"""Version of the format; it rises with every change that a reader of sweeps has to know."""


def describe_identity(setup: Setup) -> dict[str, Any]:
    """Describe everything that the tables depend on: two sweeps with equal identity have the same bytes.

    `order` is a hash that, unlike that of the whole, depends on the order of parties, factors and variants.
    """
    import numpy
    import pyarrow

    experiment = setup.experiment.model_dump(mode="json", exclude={"title", "question", "scenario", *PLANS})
    factors = experiment["factors"].items()
    experiment["factors"] = {name: {k: v for k, v in f.items() if not _is_default(v)} for name, f in factors}
    scenario = dump_scenario(setup.base)
    return {
        "format": FORMAT,
        "experiment": to_plain_data(experiment),
        "scenario": to_plain_data(scenario),
        "order": hash_bytes(json.dumps([to_plain_data(experiment), scenario_hash(setup.base)]).encode()),
        "points": len(setup.points),
        "part_runs": count_part_runs(setup.experiment, len(setup.points)),
        "columns": select_columns(setup),
        "software": {
            "parley": __version__,
            "rules": source_hash(),
            "code": hash_code(),
            "numpy": numpy.__version__,
            "pyarrow": pyarrow.__version__,
        },
    }


def _is_default(value: Any) -> bool:
    """Return whether a key of a factor is absent. Zero is present: it equals False, but is the end of a range."""
    return value is None or value is False or value in ([], "")
