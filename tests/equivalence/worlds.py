"""Scenarios drawn at random over all that a scenario can hold, as plain data on top of the shipped behaviour.

One function of a `random.Random`: hypothesis hands in one that it can shrink, a fixed batch one with a seed. Talks are
kept short and eventful (gaps of days, easy convening, frequent collapse), so that small ensembles reach every branch.
"""

from __future__ import annotations

import datetime
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from sim.rules.agenda import Bars
from sim.rules.choices import MODEL
from sim.scenario.load import Loaded, load

START = datetime.date(2030, 1, 8)
LEVELS = ("delegation", "ministers", "leaders")
CODES = ("procedural", "humanitarian", "ceasefire", "partial")
CONCESSIONS = ("clock", "exponential", "reciprocal", "mixed", "readiness", "zeuthen")
World = dict[str, Any]


def between(rng: Random, low: float, high: float) -> Any:
    """A bare number, a uniform range or a triangular one within the bounds; the ends themselves come up often."""
    grid = [round(low + (high - low) * k / 10, 6) for k in range(11)]
    picked = sorted(rng.sample(range(11), 3))
    ends = [grid[k] for k in picked]
    form = rng.randrange(4)
    if form == 0:
        return grid[rng.choice((0, 5, 10))]
    if form == 1:
        return ends[1]
    return {"assumed": ends if form == 2 else ends[::2], "why": "drawn at random"}


def maybe(rng: Random, chance: float = 0.5) -> bool:
    return rng.randrange(100) < 100 * chance


def some(rng: Random, names: list[str], least: int = 0) -> list[str]:
    """A random subset in the given order, of at least so many."""
    return sorted(rng.sample(names, rng.randint(min(least, len(names)), len(names))), key=names.index)


def day(rng: Random, latest: int = 60, first: int = 0) -> str:
    return str(START + datetime.timedelta(days=rng.randint(first, latest)))


def world(rng: Random) -> World:
    """A valid scenario as plain data that extends `behaviour`."""
    parties = [f"party{k}" for k in range(rng.randint(2, 5))]
    issues = [f"issue{k}" for k in range(rng.randint(1, 12))]
    baskets = [f"basket{k}" for k in range(rng.randint(1, min(4, len(issues))))]
    held_by = {i: baskets[k] if k < len(baskets) else rng.choice(baskets) for k, i in enumerate(issues)}
    mediators = [f"mediator{k}" for k in range(rng.randint(0, 2))]
    venues = [f"venue{k}" for k in range(rng.randint(1, 3))]
    documents = [f"paper{k}" for k in range(rng.randint(0, 2))]
    sponsors = {f"sponsor{n}": [f"lever{k}" for k in range(rng.randint(1, 2))] for n in range(rng.randint(0, 2))}
    levers = [f"{n}.{k}" for n, below in sponsors.items() for k in below]
    levels = list(LEVELS[: rng.randint(1, 3)])
    data: World = {
        "extends": "behaviour",
        "id": "world",
        "title": "A world drawn at random",
        "as_of": str(START - datetime.timedelta(days=7)),
        "start": str(START),
        "levels": levels,
        "start_level": rng.choice(levels),
        "calendar": calendar(rng),
        "behaviour": behaviour(rng),
        "issues": {
            i: {"title": i, "basket": b, "options": [{"at": 0, "label": "a"}, {"at": 1, "label": "b"}]}
            for i, b in held_by.items()
        },
        "baskets": {b: basket(rng, parties, levels) for b in baskets},
        "mediators": {m: mediator(rng, parties) for m in mediators},
        "sponsors": {n: {"title": n, "levers": {k: lever(rng, parties) for k in ks}} for n, ks in sponsors.items()},
        "venues": {v: venue(rng, parties, mediators) for v in venues},
        "incidents": incidents(rng, parties),
        "documents": {d: document(rng, parties) for d in documents},
    }
    rule = rng.choice(("fixed", "rotating", "most_acceptable"))
    data["venue_choice"] = {"rule": rule, "order": [rng.choice(venues)] if rule == "fixed" else some(rng, venues)}
    data["parties"] = people(rng, parties, held_by, levels)
    add_conditions(rng, data, documents, levers)
    add_rules(Random(rng.getrandbits(32)), data)
    add_order(Random(rng.getrandbits(32)), data)
    if maybe(rng):
        data["calendar"]["measures"] = "all"
    return data


def calendar(rng: Random) -> World:
    return {
        "horizon": rng.choice((40, 90, 150)),
        "gap_scale": between(rng, 2, 10),
        "gap_shape": between(rng, 0.8, 2),
        "gap_min": rng.choice((0, 1)),
        "abeyance_review": between(rng, 5, 20),
        "postponement_limit": rng.randint(1, 3),
        "exchanges_per_round": rng.randint(1, 6),
        "max_steps": rng.choice((3, 15, 30)),
    }


def behaviour(rng: Random) -> World:
    """What has to vary for every branch to be reached; the rest stays as shipped."""
    return {
        "balance": {"drift": between(rng, -0.02, 0.02), "noise": rng.choice((0, 0.05))},
        "pain": {"weight": between(rng, 0, 3)},
        "trust": {"incident_effect": between(rng, 0, 1), "reciprocity_gain": between(rng, 0, 0.5)},
        "bargaining": {
            "width": rng.choice((0, 0.02, 0.3)),
            "logroll": between(rng, 0, 2),
            "information": between(rng, 0, 1),
            "audience": between(rng, 0, 0.4),
        },
        "convening": {"base": between(rng, -2, 4)},
        "level": {"base": between(rng, -2, 3)},
        "resumption": {"rate": between(rng, 0, 0.2)},
        "ratification": {"width": rng.choice((0.01, 0.3)), "amendment": between(rng, 0, 1)},
        "collapse": {"hazard": between(rng, 0, 0.2)},
        "delivery": {"enough": between(rng, 0.2, 1)},
        "surge": {"window": between(rng, 0, 6)},
    }


def basket(rng: Random, parties: list[str], levels: list[str]) -> World:
    doers = some(rng, parties) if maybe(rng) else []
    return {
        "title": "a basket",
        "code": rng.choice(CODES),
        "level": levels[0] if maybe(rng, 0.6) else rng.choice(levels),
        "exposure": {p: between(rng, 0, 0.4) for p in some(rng, parties)},
        "ratified": maybe(rng),
        "renewable": maybe(rng),
        "obligations": {
            f"duty{k}": {
                "doer": p,
                "due": between(rng, 0, 10),
                "blame": {q: between(rng, 0, 1) for q in parties if q != p},
            }
            for k, p in enumerate(doers)
        },
    }


def mediator(rng: Random, parties: list[str]) -> World:
    data: World = {
        "title": "a mediator",
        "styles": {style: between(rng, 0, 1) for style in ("facilitation", "formulation", "manipulation")},
        "leaning": {p: between(rng, -1, 1) for p in some(rng, parties)},
        "insight": between(rng, 0, 1),
        "leverage": between(rng, 0, 0.6),
        "guarantee": between(rng, 0, 1),
        "departure": between(rng, 0, 0.02),
        "attends": rng.choice(("always", "hosted")),
        "text": rng.choice(("nash", "compromise")),
    }
    return data | ({"leaves": day(rng)} if maybe(rng, 0.3) else {})


def lever(rng: Random, parties: list[str]) -> World:
    kind = rng.choice(("dated", "random", "responsive"))
    more: World = {
        "dated": {"on": day(rng)} | ({"off": day(rng)} if maybe(rng) else {}),
        "random": {"rate_on": between(rng, 0, 0.2), "rate_off": between(rng, 0, 0.2)},
        "responsive": {"when": rng.choice(("moving", "stalled")), "threshold": between(rng, 0, 0.5)},
    }[kind]
    return more | {
        "kind": kind,
        "balance": between(rng, -0.01, 0.01),
        "relief": {p: between(rng, -1, 1) for p in some(rng, parties)},
        "pressure": {p: between(rng, -1, 2) for p in some(rng, parties)},
    }


def venue(rng: Random, parties: list[str], mediators: list[str]) -> World:
    data: World = {"title": "a venue", "acceptability": {p: between(rng, 0, 1) for p in parties}}
    if mediators and maybe(rng, 0.7):
        data["host"] = rng.choice(mediators)
    return data | {"insulation": between(rng, 0, 1), "publicity": between(rng, 0, 1)}


def incidents(rng: Random, parties: list[str]) -> World:
    """Up to three types. Each sets off less than one other in all, so the spectral radius stays below 1."""
    types = [f"incident{k}" for k in range(rng.randint(0, 3))]
    data: World = {}
    for t in types:
        data[t] = {
            "title": t,
            "offended": some(rng, parties, least=1),
            "attribution": {
                p: {q: between(rng, 0, 1) for q in some(rng, [q for q in parties if q != p])}
                for p in some(rng, parties)
            },
            "rate": between(rng, 0, 0.3),
            "surge": between(rng, 0, 3),
            "surge_mode": rng.choice(("agreement", "coercive")),
            "excites": {u: between(rng, 0, 0.3) for u in some(rng, types)},
            "scripted": [day(rng, first=1) for _ in range(rng.randint(0, 2))],
        }
    return data


def document(rng: Random, parties: list[str]) -> World:
    data: World = {"title": "a paper", "author": rng.choice(parties), "assumed": "drawn at random"}
    return data | ({"handed": day(rng)} if maybe(rng) else {"round": rng.randint(1, 4)})


def people(rng: Random, parties: list[str], held_by: dict[str, str], levels: list[str]) -> World:
    """Parties with a stake in whole baskets; the first two have one in every basket."""
    baskets = sorted(set(held_by.values()))
    data: World = {}
    for k, p in enumerate(parties):
        stakes = baskets if k < 2 else some(rng, baskets)
        # The first stands low on every issue, the second high, so that all others may stand at either end.
        ends = {i: (True, False)[k] if k < 2 else maybe(rng) for i, b in held_by.items() if b in stakes}
        data[p] = {
            "title": p,
            "observer": not stakes or maybe(rng, 0.1),
            "side": between(rng, -1, 1),
            "deadline": between(rng, 10, 150),
            "compliance": between(rng, 0, 1),
            "concession": concession(rng),
            "issues": {i: stake(rng, low) for i, low in ends.items()},
            "trust": {q: between(rng, 0, 1) for q in parties if q != p},
            "mandate": [mandate(rng, baskets, levels) for _ in range(rng.randint(0, 2))],
            "ratifiers": {
                f"house{n}": {"reach": between(rng, 0.5, 1.5), "status_quo": between(rng, -0.5, 0.5)}
                | ({"baskets": some(rng, baskets)} if maybe(rng) else {})
                for n in range(rng.randint(0, 2) if maybe(rng) else 0)
            },
        }
    return data


def concession(rng: Random) -> World:
    return {
        "rule": rng.choice(CONCESSIONS),
        "k0": between(rng, 0.05, 0.4),
        "beta": between(rng, 0.4, 3),
        "share": between(rng, 0, 1.5),
        "weight": between(rng, 0, 1),
        "rate": between(rng, 0, 0.3),
        "step": between(rng, 0, 0.2),
    }


def stake(rng: Random, low: bool) -> World:
    """A demand at one end, and a reservation point beyond it: given, or derived from a documented concession."""

    def placed(a: float, b: float) -> Any:
        return between(rng, a, b) if low else between(rng, round(1 - b, 6), round(1 - a, 6))

    data: World = {"demand": placed(0, 0.3), "salience": between(rng, 0.1, 1), "red_line": maybe(rng, 0.15)}
    if maybe(rng, 0.3):
        data["announced"] = between(rng, 0, 1)
    if maybe(rng, 0.3):
        conceded = round(rng.choice((0.4, 0.6, 0.9)), 6)
        data |= {"conceded": conceded if low else round(1 - conceded, 6), "age": between(rng, 0, 800)}
        return data | {"withdrawn": rng.choice((0, 1)), "quantile": between(rng, 0, 1), "reservation": placed(0.5, 1)}
    return data | {"reservation": placed(0.4, 1)}


def mandate(rng: Random, baskets: list[str], levels: list[str]) -> World:
    data: World = {"baskets": some(rng, baskets, least=1), "level": rng.choice(levels), "assumed": "drawn at random"}
    return data | ({"since": day(rng)} if maybe(rng) else {})


def predicate(rng: Random, data: World, documents: list[str], levers: list[str]) -> World:
    """One of the conditions that this world can state."""
    baskets = list(data["baskets"])
    owed = [b for b in baskets if data["baskets"][b]["obligations"]]
    choices = {"settled": baskets, "delivered": owed, "document": documents, "lever_on": levers, "lever_off": levers}
    kind, names = rng.choice([(kind, names) for kind, names in choices.items() if names])
    return {kind: rng.choice(names)}


def add_conditions(rng: Random, data: World, documents: list[str], levers: list[str]) -> None:
    """Preconditions (circles across parties only), sequencing issues and conditions for meeting."""
    baskets = list(data["baskets"])
    for k, party in enumerate(data["parties"].values()):
        held = list(party["issues"])
        order = baskets if k % 2 == 0 else baskets[::-1]
        for _ in range(rng.randint(0, 2)):
            b, requires = rng.choice(baskets), predicate(rng, data, documents, levers)
            target = requires.get("settled") or requires.get("delivered")
            # A party asks for baskets in one order only, so that no circle runs within it.
            if target is None or order.index(target) < order.index(b):
                entry: World = {"basket": b, "requires": requires, "assumed": "drawn at random"}
                entry |= {"sequencing": rng.choice(held)} if held and maybe(rng) else {}
                party.setdefault("preconditions", []).append(entry)
        if maybe(rng, 0.2):
            party["meets_only_if"] = [predicate(rng, data, documents, levers)]


def add_rules(rng: Random, data: World) -> None:
    """Rival rules and what they read: urgency, bars, the past. One world in three is version 1 as it was."""
    if maybe(rng, 0.33):
        return
    data["model"] = {"version": rng.choice((1, 2)), "urgency": maybe(rng), "war": maybe(rng)}
    data["model"] |= {name: rng.choice(choice.labels()) for name, choice in MODEL.items() if maybe(rng)}
    data["model"]["bars"] = rng.choice(Bars.labels())
    data["behaviour"] |= {"pace": {"breakoff": rng.choice((0, 0.02, 0.2))}}
    data["behaviour"]["mediation"] = {"beside": between(rng, 0, 1), "coordination": between(rng, 0, 0.3)}
    before = {"since": day(rng, latest=0, first=-400), "assumed": "drawn at random"}
    data |= {"war": before} if maybe(rng) else {}
    for b in data["baskets"].values():
        b |= {"urgency": {"days": between(rng, 5, 40)} | before} if maybe(rng) else {}
        b |= {"spoils": maybe(rng)} if maybe(rng) else {}
        b |= {"bars": rng.choice(Bars.labels())} if maybe(rng) else {}
    for party in data["parties"].values():
        for bar in (*party["mandate"], *party.get("preconditions", [])):
            bar |= {"bars": rng.choice(Bars.labels())} if maybe(rng) else {}
    data["precedents"] = {
        i: {"value": between(rng, 0, 1), "date": day(rng, latest=-8, first=-300), "assumed": "drawn at random"}
        for i in some(rng, list(data["issues"]))
    }


def add_order(rng: Random, data: World) -> None:
    """Who enters later (never the first two), who decides, and a ladder of outcomes of the world's own."""
    for party in list(data["parties"].values())[2:]:
        party |= {"enters": {"date": day(rng, latest=50), "assumed": "drawn at random"}} if maybe(rng, 0.3) else {}
    for holder in (data, *data["baskets"].values()):
        if maybe(rng, 0.2):
            holder["decision"] = decision(rng, list(data["parties"]))
    if maybe(rng, 0.2):
        own = dict(zip(CODES[1:], ("first", "second", "third"), strict=True))
        data["outcomes"] = [{"code": new, "title": new, "shared": old} for old, new in own.items()]
        data["outcomes"][rng.randrange(3)]["spoilers"] = True
        for b in data["baskets"].values():
            b["code"] = own.get(b["code"], b["code"])


def decision(rng: Random, parties: list[str]) -> World:
    """Whose consent settles a basket."""
    rule = rng.choice(("unanimity", "sufficient_consensus", "named_vetoes"))
    if rule == "unanimity":
        return {"rule": rule}
    vetoes = some(rng, parties, least=int(rule == "named_vetoes"))
    if rule == "named_vetoes":
        return {"rule": rule, "vetoes": vetoes}
    sides: World = {"left": parties[::2], "right": parties[1::2]} if maybe(rng) else {}
    weights = {p: rng.choice((0, 1, 2.5)) for p in some(rng, parties)}
    return {"rule": rule, "vetoes": vetoes, "share": rng.choice((0, 0.4, 0.5, 1)), "sides": sides, "weights": weights}


def loaded(data: World) -> Loaded:
    """A world as a user would load it: from a file. JSON is YAML."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.yaml"
        path.write_text(json.dumps(data, indent=1), encoding="utf-8")
        return load(path)
