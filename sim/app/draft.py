"""A scenario in the making: plain data that forms fill, from a blank template or from a shipped scenario.

Parties, issues and the like stand in mappings by a key that stays when their title changes. A number is a figure: the
ends of its range, what it rests on, and why.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sim.app.draft_statements import ASSUMED, DOCUMENTED, forget_entity, read_statements
from sim.scenario.dump import dump_scenario
from sim.scenario.ladder import SHIPPED, build_ladder
from sim.scenario.load import load

Draft = dict[str, Any]
Figure = dict[str, Any]

BLANK = "behaviour"
"""The file that a blank draft extends."""
STYLES = ("facilitation", "formulation", "manipulation")
STAKES = ("demand", "reservation", "salience")
_ORDINALS = ("First", "Second", "Third")


def make_figure(low: float, high: float, why: str = "") -> Figure:
    """Make an assumed figure from `low` to `high`."""
    return {"low": low, "mode": None, "high": high, "basis": ASSUMED, "why": why, "source": "", "locator": ""}


def read_figure(raw: Any) -> Figure:
    """Read a number of a scenario file, in any of its forms, as a figure."""
    if not isinstance(raw, Mapping):
        return make_figure(float(raw), float(raw))
    if "assumed" in raw:
        ends = [float(end) for end in raw["assumed"]]
        return make_figure(ends[0], ends[-1], raw.get("why", "")) | {"mode": ends[1] if len(ends) == 3 else None}
    figure = make_figure(float(raw["value"]), float(raw["value"]), raw.get("convention", raw.get("why", "")))
    if "source" in raw:
        figure |= {"basis": DOCUMENTED, "source": raw["source"], "locator": raw["locator"]}
    return figure


# Templates


def start_draft(parties: int) -> Draft:
    """Start a blank draft with two or three parties, one issue, one basket and one venue."""
    draft: Draft = {
        "base": BLANK, "id": "my-talks", "title": "My talks", "summary": "", "as_of": datetime.date(2030, 1, 1),
        "start": datetime.date(2030, 1, 8), "levels": ["delegates"],
        "start_level": "delegates", "horizon": make_figure(180, 180, "half a year"),
        "why": "", "codes": SHIPPED.basket_codes, "sources": {},
        **{group: {} for group in ("parties", "baskets", "issues", "mediators", "venues", "incidents")},
    }  # fmt: skip
    add_entity(draft, "baskets", "Agreement")
    for ordinal in _ORDINALS[:parties]:
        add_entity(draft, "parties", f"{ordinal} party")
    add_entity(draft, "issues", "First issue")
    add_entity(draft, "venues", "A neutral place")
    return draft


def import_draft(name: str) -> Draft:
    """Start a draft from a shipped scenario, which the new file extends. Raises ScenarioError."""
    s = _dump_shipped(name)
    draft: Draft = {
        "base": name, "id": f"{name[:50]}-new", "title": f"{s['title']}, changed", "summary": "",
        "as_of": datetime.date.fromisoformat(s["as_of"]), "start": datetime.date.fromisoformat(s["start"]),
        "levels": list(s["levels"]), "start_level": s["start_level"], "why": "",
        "horizon": read_figure(s["calendar"]["horizon"]),
        "codes": build_ladder(load(name).scenario.outcomes).basket_codes, "sources": {},
    }  # fmt: skip
    for group, read in _READERS.items():
        entries = s.get(group, {}).items()
        draft[group] = {key: {"name": key, "title": entry.get("title", key), **read(entry)} for key, entry in entries}
    for key, issue in draft["issues"].items():
        issue["stakes"] = {p: _read_stake(entry, key) for p, entry in s["parties"].items()}
    return draft


@lru_cache(maxsize=4)
def _dump_shipped(name: str) -> dict[str, Any]:
    """Dump a shipped scenario once."""
    return dump_scenario(load(name))


def _read_stake(party: Mapping[str, Any], issue: str) -> dict[str, Any]:
    """Read a party's stake in an issue: of its numbers those that the scenario has; without one `active` is false."""
    stake = party.get("issues", {}).get(issue)
    if stake is None:
        return make_stake(0, 2) | {"active": False}
    figures = {name: read_figure(stake[name]) for name in STAKES if name in stake}
    return {"active": True, "red_line": stake.get("red_line", False), **figures}


def _read_figures(raw: Mapping[str, Any]) -> dict[str, Figure]:
    """Read a mapping of names to numbers."""
    return {name: read_figure(number) for name, number in raw.items()}


_READERS: dict[str, Any] = {
    "parties": lambda x: {
        "deadline": read_figure(x["deadline"]), "trust": _read_figures(x["trust"]), **read_statements(x)
    },
    "baskets": lambda x: {"code": x["code"], "level": x["level"]},
    "issues": lambda x: {"basket": x["basket"], "options": [[o["at"], o["label"]] for o in x["options"]]},
    "mediators": lambda x: {
        "attends": x["attends"],
        "styles": _read_figures({name: x["styles"].get(name, 0) for name in STYLES}),
        "leaning": _read_figures(x["leaning"]),
    },
    "venues": lambda x: {"host": x.get("host"), "acceptability": _read_figures(x["acceptability"])},
    "incidents": lambda x: {
        "offended": list(x["offended"]), "rate": read_figure(x["rate"]), "severity": read_figure(x["severity"])
    },
}  # fmt: skip
"""What a draft holds of each kind of entity."""


# Entities


def make_stake(place: int, count: int) -> dict[str, Any]:
    """Make the stake of party number `place` of `count`: the first demands 0, the last 1, the others the middle."""
    middle = place / (count - 1) if count > 1 else 0.0
    demand = make_figure(round(max(middle - 0.1, 0), 2), round(min(middle + 0.1, 1), 2))
    if middle == 0.5:
        reservation = make_figure(0.7, 0.9)
    else:
        reservation = make_figure(0.4, 0.7) if middle < 0.5 else make_figure(0.3, 0.6)
    own = {"active": True, "red_line": False}
    return {**own, "demand": demand, "reservation": reservation, "salience": make_figure(0.4, 0.8)}


def add_entity(draft: Draft, group: str, title: str) -> str:
    """Add a party, basket, issue, mediator, venue or incident; what others say of it is filled in. Returns its key."""
    key = _find_free_key(draft[group], group)
    parties = list(draft["parties"])
    if group == "parties":
        trust = {p: make_figure(0.1, 0.4) for p in parties}
        new: dict[str, Any] = {"deadline": make_figure(120, 540), "trust": trust, **read_statements({})}
        for other in draft["parties"].values():
            other["trust"][key] = make_figure(0.1, 0.4)
        for k, issue in enumerate(draft["issues"].values()):
            issue["stakes"][key] = make_stake(2 if k else 1, 3)
        for venue in draft["venues"].values():
            venue["acceptability"][key] = make_figure(0.5, 0.9)
        for mediator in draft["mediators"].values():
            mediator["leaning"][key] = make_figure(0, 0)
    elif group == "baskets":
        new = {"code": draft["codes"][-1], "level": draft["levels"][0]}
    elif group == "issues":
        basket = next(iter(draft["baskets"]), "")
        stakes = {p: make_stake(k, len(parties)) for k, p in enumerate(parties)}
        new = {"basket": basket, "options": [[0, "as one side asks"], [1, "as the other asks"]], "stakes": stakes}
    elif group == "mediators":
        styles = {style: make_figure(0.2, 0.6) for style in STYLES}
        new = {"attends": "always", "styles": styles, "leaning": {p: make_figure(0, 0) for p in parties}}
    elif group == "venues":
        new = {"host": None, "acceptability": {p: make_figure(0.5, 0.9) for p in parties}}
    elif group == "incidents":
        new = {"offended": parties, "rate": make_figure(0.01, 0.05), "severity": make_figure(0.1, 0.4)}
    elif group == "sources":
        new = {"publisher": "", "published": draft["as_of"], "url": ""}
    else:
        raise ValueError(f"no kind of entity `{group}`")
    draft[group][key] = {"title": title, **new}
    return key


def _find_free_key(entries: Mapping[str, Any], group: str) -> str:
    """Find a key that no entry has."""
    return next(key for n in range(1, len(entries) + 2) if (key := f"{group}_{n}") not in entries)


def remove_entity(draft: Draft, group: str, key: str) -> None:
    """Remove an entity and what others say of it."""
    del draft[group][key]
    forget_entity(draft, group, key)
    if group == "parties":
        for other in draft["parties"].values():
            other["trust"].pop(key, None)
        for issue in draft["issues"].values():
            issue["stakes"].pop(key, None)
        for venue in draft["venues"].values():
            venue["acceptability"].pop(key, None)
        for mediator in draft["mediators"].values():
            mediator["leaning"].pop(key, None)
        for incident in draft["incidents"].values():
            incident["offended"] = [party for party in incident["offended"] if party != key]
    elif group == "mediators":
        for venue in draft["venues"].values():
            venue["host"] = None if venue["host"] == key else venue["host"]
    elif group == "baskets":
        rest = next(iter(draft["baskets"]), "")
        for issue in draft["issues"].values():
            issue["basket"] = rest if issue["basket"] == key else issue["basket"]


# Values at a path


def read_value(draft: Draft, path: Sequence[str | int]) -> Any:
    """Read the value at a path of keys and places."""
    node: Any = draft
    for step in path:
        node = node[step]
    return node


def write_value(draft: Draft, path: Sequence[str | int], value: Any) -> None:
    """Write a value at a path of keys and places."""
    read_value(draft, path[:-1])[path[-1]] = value
