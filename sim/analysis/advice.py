"""Advice on a scenario that can be run: what in it has no effect, or lets nothing settle, and which number does so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.analysis.game import WHOLE
from sim.analysis.inert_entries import list_inert
from sim.analysis.zone import Zone, estimate_zones
from sim.core.errors import ParleyError
from sim.rules.concession import ConcessionRule, clock_concession
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number, iterate_numbers
from sim.scenario.resolve import resolve
from sim.scenario.schema import Party

DRAWS = 200
"""Draws of the assumed ranges in which a zone of agreement is looked for."""
NARROW = 0.05
"""Demands on an issue that lie within this distance leave nothing to bargain over."""
_MOST_PARTIES = 10
"""The most parties for which zones are computed: the work doubles with each."""
_MOST_NAMES = 3


class Advice(NamedTuple):
    """What a user may want to change: the dotted path of the number or entity, and why."""

    path: str
    text: str


def advise(loaded: Loaded) -> list[Advice]:
    """Advise on a scenario that can be run.

    Parameters
    ----------
    loaded : Loaded
        The scenario.

    Returns
    -------
    list of Advice
        In the order of deadlines, demands, entities without effect, missing reasons, zones.
    """
    parts = (_advise_deadlines, _advise_demands, _advise_inert, _advise_reasons, _advise_zones)
    return [advice for part in parts for advice in part(loaded)]


def _advise_deadlines(loaded: Loaded) -> Iterator[Advice]:
    """Name deadlines that lie beyond the horizon in every draw."""
    horizon = loaded.scenario.calendar.horizon.high
    for name, party in loaded.scenario.parties.items():
        if party.deadline.low >= horizon:
            text = f"{_format_range(party.deadline)} days lie beyond the horizon of {horizon:g} days in every draw"
            text += f": the deadline is never reached{_describe_clock(party, horizon)}"
            yield Advice(f"parties.{name}.deadline", text)


def _describe_clock(party: Party, horizon: float) -> str:
    """Describe the share of its range that a party concedes by the horizon under its clock; empty without a clock."""
    rule = party.concession
    if rule.rule not in (ConcessionRule.CLOCK.label, ConcessionRule.MIXED.label):
        return ""
    most = clock_concession(rule.k0.high, rule.beta.high, horizon, party.deadline.low)
    middle = clock_concession(rule.k0.mode, rule.beta.mode, horizon, party.deadline.mode)
    text = f", and by its clock the party concedes {middle:.0%} of the way to its reservation value by then"
    return f"{text} (middle of the ranges; at most {most:.0%})"


def _advise_demands(loaded: Loaded) -> Iterator[Advice]:
    """Name issues on which all parties demand nearly the same."""
    for issue in loaded.scenario.issues:
        stakes = [party.issues[issue] for party in loaded.scenario.parties.values() if issue in party.issues]
        demands = [stake.demand.mode for stake in stakes if stake.demand is not None]
        if len(demands) > 1 and max(demands) - min(demands) <= NARROW:
            ends = f"{min(demands):.2f} to {max(demands):.2f}"
            yield Advice(f"issues.{issue}", f"all parties demand nearly the same ({ends}): nothing is bargained over")


def _advise_inert(loaded: Loaded) -> Iterator[Advice]:
    """Name entries without effect."""
    for path, reason in list_inert(loaded.scenario):
        yield Advice(path, reason)


def _advise_reasons(loaded: Loaded) -> Iterator[Advice]:
    """Name assumed numbers without a reason."""
    paths = [
        ".".join(path)
        for path, number in iterate_numbers(loaded.scenario)
        if number.provenance == "assumed" and not (number.why or "").strip()
    ]
    if paths:
        more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
        also = f" (also {', '.join(paths[1:_MOST_NAMES])}{more})" if len(paths) > 1 else ""
        yield Advice(paths[0], f"is assumed without a `why`{also}")


def _advise_zones(loaded: Loaded) -> Iterator[Advice]:
    """Name baskets without a zone of agreement in any draw, and what closes it."""
    if len(loaded.scenario.parties) > _MOST_PARTIES:
        return
    for zone in _estimate(loaded):
        if zone.name == WHOLE or zone.commitment > 0.0:
            continue
        path = f"baskets.{zone.name}"
        if zone.interests == 0.0:
            text = f"no package suits all parties in any of {DRAWS} draws: interests lie apart"
            yield Advice(path, text + _find_distance(loaded, zone.name))
        else:
            text = f"interests leave a zone in {zone.interests:.0%} of {DRAWS} draws, but the floors close it in all"
            yield Advice(path, text + _find_cause(loaded, zone.name))


def _estimate(loaded: Loaded) -> list[Zone]:
    """Estimate the zones at the start of the talks."""
    return estimate_zones(resolve(loaded.scenario, 0), DRAWS)


def _find_distance(loaded: Loaded, basket: str) -> str:
    """Name the two reservation values of a basket that stay farthest apart at their most conceding ends."""
    s, best, words = loaded.scenario, 0.0, ""
    for issue in (name for name, entry in s.issues.items() if entry.basket == basket):
        low: list[tuple[float, str]] = []
        high: list[tuple[float, str]] = []
        for name, party in s.parties.items():
            stake = party.issues.get(issue)
            if stake is None or stake.demand is None or stake.reservation is None:
                continue
            rising = stake.reservation.mode >= stake.demand.mode
            # A party that concedes upward accepts up to its reservation value, one that concedes downward down to it.
            (high if rising else low).append((stake.reservation.high if rising else stake.reservation.low, name))
        if low and high and max(low)[0] - min(high)[0] > best:
            (upper, one), (lower, other) = max(low), min(high)
            best = upper - lower
            words = f"; on {issue} {one} goes down to {upper:.2f} at most, {other} up to {lower:.2f}"
    return words


def _find_cause(loaded: Loaded, basket: str) -> str:
    """Name what raises the floors, exposure or distrust: without it some draws have a zone."""
    causes = {
        f"exposure (baskets.{basket}.exposure)": {f"baskets.{basket}.exposure.*": 0.0},
        "distrust (parties.*.trust)": {"parties.*.trust.*": 1.0},
    }
    shares = {name: _find_share(loaded, basket, changes) for name, changes in causes.items()}
    words = [f"{name}: without it {share:.0%} have a zone" for name, share in shares.items() if share > 0.0]
    return f"; raised by {'; by '.join(words)}" if words else "; neither exposure nor distrust alone explains it"


def _find_share(loaded: Loaded, basket: str, changes: dict[str, float]) -> float:
    """Return the share of draws with a zone above the floors under changes; 0 where the scenario refuses them."""
    try:
        zones = _estimate(loaded.with_changes(changes))
    except ParleyError:
        return 0.0
    return next(zone.commitment for zone in zones if zone.name == basket)


def _format_range(number: Number) -> str:
    """Format a number, or the ends of its range."""
    return f"{number.low:g}" if number.low == number.high else f"{number.low:g} to {number.high:g}"
