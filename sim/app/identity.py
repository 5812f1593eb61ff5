"""The hash of a scenario, computed once for each one that is open: it takes as long as a chart."""

from __future__ import annotations

from weakref import ref

from sim.scenario.load import Loaded

_KNOWN: dict[int, tuple[ref[Loaded], str]] = {}


def hash_scenario(loaded: Loaded) -> str:
    """Return the hash of a scenario.

    Parameters
    ----------
    loaded : Loaded
        The scenario, which never changes.

    Returns
    -------
    str
        As `sim.scenario.dump.scenario_hash` computes it.
    """
    from sim.scenario.dump import scenario_hash

    place = id(loaded)
    known = _KNOWN.get(place)
    if known is not None and known[0]() is loaded:
        return known[1]
    value = scenario_hash(loaded)
    _KNOWN[place] = ref(loaded, lambda _: _KNOWN.pop(place, None)), value
    return value
