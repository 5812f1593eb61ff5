"""GENIUS domains (XML): a domain file and one utility space a side, read as tables; a scenario near to them, written.

Additive utility spaces on discrete and whole-number issues. Evaluations are divided by the largest of their issue, as
GENIUS does, weights by their sum; the reservation value is kept, a discount factor is noted and not used.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.errors import ScenarioError
from sim.core.layout import Floats
from sim.interop.domain import Domain, Profile
from sim.interop.files import shown, slug, text_of, write_scenario

MAX_VALUES, MAX_ISSUES, MAX_FILES = 500, 60, 20
MAX_DEPTH, MAX_TAGS = 20, 100_000


def read(folder: Path) -> Domain:
    """The domain of a folder: the file with root `negotiation_template`, and every `utility_space`, by file name.

    Raises ScenarioError.
    """
    if not folder.is_dir():
        raise ScenarioError("no such folder", file=folder.name or str(folder))
    files = sorted(folder.glob("*.xml"))
    if len(files) > MAX_FILES:
        raise ScenarioError(f"{len(files)} XML files; at most {MAX_FILES} are read", file=folder.name)
    roots = [(path.name, _parsed(path)) for path in files]
    templates = [(name, root) for name, root in roots if root.tag == "negotiation_template"]
    spaces = [(name, root) for name, root in roots if root.tag == "utility_space"]
    if len(templates) != 1 or len(spaces) < 2:
        found = f"{len(templates)} domain files and {len(spaces)} utility spaces"
        raise ScenarioError(f"{found}; one and at least two are needed", file=folder.name)
    name, root = templates[0]
    listed = [(issue, _values(name, issue)) for issue in root.iter("issue")]
    issues = tuple(_attribute(name, issue, "name") for issue, _ in listed)
    values = tuple(found for _, found in listed)
    if not 1 <= len(issues) <= MAX_ISSUES or len(set(issues)) != len(issues):
        raise ScenarioError(f"1 to {MAX_ISSUES} issues with names of their own are needed", file=name)
    profiles = tuple(_profile(file, space, issues, values) for file, space in spaces)
    return Domain(Path(name).stem, issues, values, profiles)


class _Shallow(ET.TreeBuilder):
    """A tree that refuses to grow deep or large."""

    def __init__(self, file: str):
        super().__init__()
        self.file, self.depth, self.tags = file, 0, 0

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        """A tag opens."""
        self.depth, self.tags = self.depth + 1, self.tags + 1
        if self.depth > MAX_DEPTH or self.tags > MAX_TAGS:
            limit = f"{MAX_DEPTH} levels of nesting and {MAX_TAGS:,} tags"
            raise ScenarioError(f"has more than {limit}, the most that are read", file=self.file)
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        """A tag closes."""
        self.depth -= 1
        return super().end(tag)


def _parsed(path: Path) -> ET.Element:
    text = text_of(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ScenarioError("holds a document type or entities; plain elements are read", file=path.name)
    parser = ET.XMLParser(target=_Shallow(path.name))
    try:
        parser.feed(text)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError) as error:
        raise ScenarioError(f"is no XML: {error}", file=path.name) from None
    return root


def _attribute(file: str, element: ET.Element, name: str) -> str:
    found = element.get(name)
    if found is None or not found.strip():
        raise ScenarioError(f"a tag `{element.tag}` lacks its `{name}`", file=file)
    return shown(found)


def _number(file: str, element: ET.Element, name: str) -> float:
    try:
        number = float(_attribute(file, element, name))
    except ValueError:
        number = np.nan
    if not np.isfinite(number) or abs(number) > 1e12:
        raise ScenarioError(f"`{name}` of a tag `{element.tag}` is no number of a usable size", file=file)
    return float(number)


def _values(file: str, issue: ET.Element) -> tuple[str, ...]:
    """Values of an issue of the domain file."""
    kind = issue.get("type") or issue.get("etype") or "discrete"
    if kind == "discrete":
        found = tuple(_attribute(file, item, "value") for item in issue.iter("item"))
    elif kind == "integer":
        ends = issue.find("range") if issue.find("range") is not None else issue
        assert ends is not None
        low, high = _number(file, ends, "lowerbound"), _number(file, ends, "upperbound")
        if not low <= high <= low + MAX_VALUES:
            raise ScenarioError(f"a range of at most {MAX_VALUES} whole numbers is needed", file=file)
        found = tuple(str(k) for k in range(int(low), int(high) + 1))
    else:
        raise ScenarioError(f"an issue of type `{shown(kind)[:40]}`; discrete and integer ones are read", file=file)
    if not 1 <= len(found) <= MAX_VALUES or len(set(found)) != len(found):
        raise ScenarioError(f"an issue needs 1 to {MAX_VALUES} different values", file=file)
    return found


def _profile(file: str, root: ET.Element, issues: tuple[str, ...], values: tuple[tuple[str, ...], ...]) -> Profile:
    spaces = {_attribute(file, issue, "name"): issue for issue in root.iter("issue")}
    weights_by_index = {int(_number(file, w, "index")): _number(file, w, "value") for w in root.iter("weight")}
    weights, evaluations = [], []
    for k, name in enumerate(issues):
        if name not in spaces:
            raise ScenarioError(f"says nothing on issue `{name}`", file=file)
        weights.append(weights_by_index.get(k + 1, 1.0 / len(issues)))
        evaluations.append(_evaluations(file, spaces[name], name, values[k]))
    total = float(sum(weights))
    if min(weights) < 0.0 or total <= 0.0:
        raise ScenarioError("weights are 0 or more and not all 0", file=file)
    reservation, discount = root.find("reservation"), root.find("discount_factor")
    reserved = 0.0 if reservation is None else _number(file, reservation, "value")
    factor = 1.0 if discount is None else _number(file, discount, "value")
    return Profile(Path(file).stem, np.array(weights) / total, tuple(evaluations), reserved, factor)


def _evaluations(file: str, issue: ET.Element, name: str, values: tuple[str, ...]) -> Floats:
    """Evaluations of one issue's values, divided by the largest."""
    evaluator = issue.find("evaluator")
    if evaluator is not None:
        slope = _number(file, evaluator, "slope" if evaluator.get("slope") else "parameter1")
        offset = _number(file, evaluator, "offset" if evaluator.get("offset") else "parameter0")
        raw = np.array([slope * float(value) + offset for value in values])
    else:
        given = {_attribute(file, i, "value"): _number(file, i, "evaluation") for i in issue.iter("item")}
        missing = [value for value in values if value not in given]
        if missing:
            raise ScenarioError(f"issue `{name}`: no evaluation of `{missing[0]}`", file=file)
        raw = np.array([given[value] for value in values])
    if raw.min() < 0.0 or raw.max() <= 0.0:
        raise ScenarioError(f"issue `{name}`: evaluations are 0 or more and not all 0", file=file)
    return raw / raw.max()


def scenario(domain: Domain, name: str) -> dict[str, Any]:
    """A scenario near to a domain: values in the first side's order along each scale, straight lines for tables."""
    issues, places = _scales(domain)
    parties: dict[str, Any] = {}
    for p, profile in enumerate(domain.profiles):
        stakes = {issue: _line(domain, p, k, places[k]) for k, issue in enumerate(issues)}
        parties[slug(profile.name, parties, "side")] = {"title": profile.name, "issues": stakes}
    return {
        "extends": "behaviour",
        "id": name,
        "title": f"GENIUS domain {domain.name}",
        "summary": "Imported: the scales follow the first side's evaluations; tables are fitted by straight lines.",
        "as_of": "2000-01-01",
        "start": "2000-01-01",
        "levels": ["delegation"],
        "start_level": "delegation",
        "issues": issues,
        "baskets": {"package": {"title": "All issues together", "code": "partial", "level": "delegation"}},
        "parties": parties,
        "venues": {"table": {"title": "A table", "acceptability": {"assumed": [0.5, 1.0], "why": "not in the domain"}}},
    }


def _scales(domain: Domain) -> tuple[dict[str, Any], list[Floats]]:
    """Issues with their values in the first side's order, and where each value (in the domain's order) lies."""
    issues: dict[str, Any] = {}
    places: list[Floats] = []
    for k, title in enumerate(domain.issues):
        order = np.argsort(domain.profiles[0].evaluations[k], kind="stable")
        size = max(len(order) - 1, 1)
        options = [{"at": n / size, "label": domain.values[k][v]} for n, v in enumerate(order)]
        if len(order) == 1:
            options.append({"at": 1.0, "label": f"{domain.values[k][0]} (the only value)"})
        place = np.empty(len(order))
        place[order] = np.arange(len(order)) / size
        places.append(place)
        issues[slug(title, issues, "issue")] = {"title": title, "basket": "package", "options": options}
    return issues, places


def _line(domain: Domain, p: int, k: int, place: Floats) -> dict[str, Any]:
    """A demand at one end of the scale and a reservation point where the fitted line falls to the reserved value."""
    profile = domain.profiles[p]
    worth = profile.evaluations[k]
    spread = float(((place - place.mean()) ** 2).sum())
    slope = float(((place - place.mean()) * (worth - worth.mean())).sum()) / spread if spread > 0.0 else 0.0
    up = slope > 0.0 if p > 0 and slope != 0.0 else p == 0
    room = (1.0 - min(max(profile.reserved, 0.0), 0.95)) / max(abs(slope), 1e-3)
    room = round(min(max(room, 0.05), 1.0), 6)
    why = {"convention": "a straight line fitted to the domain's evaluations and reservation value"}
    demand = {"value": 1.0 if up else 0.0, **why}
    reservation = {"value": 1.0 - room if up else room, **why}
    salience = {"value": float(max(profile.weights[k], 1e-6)), "convention": "the domain's weight"}
    return {"demand": demand, "reservation": reservation, "salience": salience}


def convert(folder: Path, out: Path) -> Domain:
    """Read a GENIUS folder and write a scenario near to it. Raises ParleyError; nothing is left behind then."""
    domain = read(folder)
    name = slug(out.stem, fallback="genius").replace("_", "-")
    head = f"Imported from the GENIUS domain {shown(domain.name)}. `parley tactics` plays the exact tables."
    write_scenario(scenario(domain, name), out, head)
    return domain
