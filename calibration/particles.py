"""Parameter vectors through the compiled engine: fitted numbers fixed, the others drawn, fates of their own for each.

A fate index fixes all chance of a run. Were it common to all vectors, the simulator would be deterministic and the
posterior wrong. So each vector has a range of fates of its own: counted in a reference table, and derived from the
vector's bytes where vectors come from a sampler. The seed is fixed by the fit file and never fitted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from calibration.priors import Parameter, find_position, fix_numbers
from sim.compiled.vectors import VectorRunner
from sim.core.errors import ParleyError
from sim.core.layout import Floats, Ints
from sim.scenario.resolve import Problem

_STRIDE = 1 << 12
"""Fates set aside for one vector in one scenario: more than any fit uses."""
_SCENARIOS = 8
"""Scenarios of a fit at most."""


def hash_vector(values: Sequence[float] | Floats) -> int:
    """Return a vector's own number: the first 40 bits of the blake2b hash of its bytes, equal on every machine.

    Parameters
    ----------
    values : sequence of float (k,)
        Parameter values.
    """
    raw = np.asarray(values, dtype="<f8").tobytes()
    return int.from_bytes(hashlib.blake2b(raw).digest()[:5], "little")


def assign_fates(numbers: Ints, scenario: int, runs: int) -> Ints:
    """Assign fates to vectors in one scenario of a fit.

    Scenarios of one fit must not share fates: streams are addressed by name, so the second gap of two scenarios would
    be drawn by the same uniform.

    Parameters
    ----------
    numbers : ndarray of int (n,)
        The vectors' own numbers.
    scenario : int
        Number of the scenario in the fit, from 0.
    runs : int
        Runs of each vector in it.

    Returns
    -------
    ndarray of int (n, runs)
        Fate indices.

    Raises
    ------
    ParleyError
        The fit has too many scenarios, or too many runs of a vector.
    """
    if runs > _STRIDE or not 0 <= scenario < _SCENARIOS:
        raise ParleyError(f"a fit has at most {_SCENARIOS} scenarios and {_STRIDE} runs a vector in each")
    first = (numbers * _SCENARIOS + scenario) * _STRIDE
    return first[:, None] + np.arange(runs, dtype=np.int64)[None, :]


def create_runner(problem: Problem, parameters: Sequence[Parameter]) -> VectorRunner:
    """Prepare one scenario for many vectors of the same parameters.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    parameters : sequence of Parameter (k,)
        What a vector holds.

    Returns
    -------
    VectorRunner
        It takes vectors (n, k).

    Raises
    ------
    ParleyError
        The scenario has no number at a path of a parameter.
    """
    modes = {path: parameter.mode for parameter in parameters for path in parameter.paths}
    places = [np.array([find_position(problem, path) for path in parameter.paths]) for parameter in parameters]
    return VectorRunner(fix_numbers(problem, modes), places)
