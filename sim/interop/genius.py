"""GENIUS domains (XML), read as GENIUS 10 reads them: a domain file and one utility space a side, as tables.

A utility space is additive: the utility of an outcome is the sum over issues of weight times evaluation, cut at 1.

- A weight belongs to the issue of its `index`, among the issues that stand beside it. Weights are not scaled. An issue
  without a weight counts 0 (GENIUS sets no weight there and values no outcome).
- On a discrete issue an evaluation is divided by the largest of the profile's items there; below 1e-5 all are 0. An
  evaluation below 0 counts as it stands.
- On an integer issue it is `slope (value - lowerbound) + offset`, cut to [0, 1], and is not divided.
- Weights of objectives above an issue are not applied.

Nonlinear and constraint spaces and real-valued issues are refused. A discount factor is noted and not used.

References
----------
GENIUS 10.4, `genius.core.utility`: AdditiveUtilitySpace, EvaluatorDiscrete, EvaluatorInteger; Lin, Kraus, Baarslag,
Tykhonov, Hindriks & Jonker (2014), Computational Intelligence 30(1).
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from sim.core.errors import ScenarioError
from sim.core.layout import Floats
from sim.interop.candidates import Candidate, Kind, choose_domain, choose_profiles, classify_files, note_unreadable
from sim.interop.domain import Domain, Profile
from sim.interop.files import clip_text, number_repeats
from sim.interop.xmltree import find_line, parse, read_attribute, read_number, read_whole_number

MAX_VALUES, MAX_ISSUES = 10_000, 60
CEILING = 1.0
"""GENIUS cuts every utility at this."""
_NOTHING = 1e-5
"""Largest evaluation of an issue below which GENIUS counts all its evaluations as 0."""
_NONLINEAR = ("utility_function", "ufun", "hyperRectangle")
_CONSTRAINT = ("constraint", "constraints", "rule")


@dataclass(frozen=True)
class Issue:
    """An issue of a domain file: its `index` there, whether it is whole-number, its values, its lower end."""

    index: int
    name: str
    integer: bool
    values: tuple[str, ...]
    low: int = 0


@dataclass
class Space:
    """A utility space while it is read: file, root, and what is to be noted about it."""

    file: str
    root: ET.Element
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep a note under the file's name."""
        self.notes.append(f"{self.file}: {text}")

    def refuse(self, problem: str, element: ET.Element | None = None) -> ScenarioError:
        """Return an error under the file's name, with the line of an element."""
        return ScenarioError(problem, file=self.file, line=None if element is None else find_line(element))


def read(folder: Path, domain: str | None = None, profiles: Sequence[str] = ()) -> Domain:
    """Read the domain of a folder and the profiles of its sides.

    Parameters
    ----------
    folder : Path
        Folder with XML files.
    domain : str, optional
        Name of the domain file; may be left out where the folder has one.
    profiles : sequence of str
        Names of two or more profiles, in the order in which the sides speak; may be left out where two fit.

    Returns
    -------
    Domain
        Tables of all sides, with notes on what differs from what a user would expect.

    Raises
    ------
    ScenarioError
        A file cannot be read as additive tables, or the choice is open; then the candidates are listed.
    """
    files = classify_files(folder, ".xml", classify)
    template = choose_domain(folder, files, domain, classify)
    issues = read_issues(template.name, template.content)
    spaces = choose_profiles(folder, files, profiles, classify, partial(_fits, issues))
    names = number_repeats([clip_text(space.path.stem) for space in spaces])
    read_spaces = [_read_profile(Space(c.name, c.content), n, issues) for c, n in zip(spaces, names, strict=True)]
    notes = [text for _, texts in read_spaces for text in texts]
    if not profiles:
        notes += note_unreadable(files, spaces)
    values = tuple(number_repeats([clip_text(value) for value in issue.values]) for issue in issues)
    titles = number_repeats([clip_text(issue.name) for issue in issues])
    sides = tuple(profile for profile, _ in read_spaces)
    return Domain(clip_text(template.path.stem), titles, values, sides, CEILING, tuple(dict.fromkeys(notes)))


def classify(path: Path) -> Candidate:
    """Say whether an XML file is a domain, a profile, or something else."""
    try:
        root = parse(path)
    except ScenarioError as error:
        return Candidate(path, Kind.OTHER, None, error.problem, error.line)
    if root.tag == "utility_space":
        return Candidate(path, Kind.PROFILE, root)
    if root.tag == "negotiation_template" or root.find("utility_space") is not None:
        return Candidate(path, Kind.DOMAIN, root)
    return Candidate(path, Kind.OTHER)


def read_issues(file: str, root: ET.Element) -> list[Issue]:
    """Read the issues of a domain file. Raises ScenarioError."""
    space = root.find("utility_space")
    top = root if space is None else space
    tree = top.find("objective")
    inside = 0 if tree is None else sum(1 for _ in _iterate_issues(tree))
    elements = [element for element, _ in _iterate_issues(top)]
    if inside < len(elements):
        outside = len(elements) - inside
        problem = f"{outside} issues stand outside of the first `objective`: GENIUS 10 does not load them"
        raise ScenarioError(problem, file=file)
    issues = [_read_issue(file, element) for element in elements]
    if not 1 <= len(issues) <= MAX_ISSUES:
        raise ScenarioError(f"{len(issues)} issues; 1 to {MAX_ISSUES} issues with names are needed", file=file)
    indices = [issue.index for issue in issues]
    if len(set(indices)) != len(indices):
        twice = next(k for k in indices if indices.count(k) > 1)
        raise ScenarioError(f"two issues have the index {twice}", file=file)
    return issues


Weights = dict[str, ET.Element]
"""Weights by index."""


def _iterate_issues(element: ET.Element) -> Iterator[tuple[ET.Element, Weights]]:
    """Iterate over the issues below an element, each with the weights beside it by index.

    Of several weights of one index the last counts.
    """
    weights = {w.get("index", "").strip(): w for w in element.findall("weight")}
    for child in element:
        if child.tag == "issue":
            yield child, weights
        else:
            yield from _iterate_issues(child)


def _read_kind(element: ET.Element) -> str:
    return (element.get("type") or element.get("etype") or element.get("vtype") or "discrete").lower()


def _read_issue(file: str, element: ET.Element) -> Issue:
    """Read an issue of a domain file."""
    index, name = read_whole_number(file, element, "index"), read_attribute(file, element, "name")
    kind, low = _read_kind(element), 0
    values: tuple[str, ...] = ()
    problem = ""
    if kind == "real":
        problem = "is real-valued; discrete and integer issues are read"
    elif kind == "discrete":
        values = tuple(dict.fromkeys(read_attribute(file, item, "value") for item in element.findall("item")))
        if not 1 <= len(values) <= MAX_VALUES:
            problem = f"has {len(values):,} values; 1 to {MAX_VALUES:,} different values are read"
    elif kind == "integer":
        low, high = (_read_bound(file, element, end) for end in ("lowerbound", "upperbound"))
        if low <= high < low + MAX_VALUES:
            values = tuple(str(k) for k in range(low, high + 1))
        else:
            problem = f"goes from {low} to {high}; 1 to {MAX_VALUES:,} whole numbers are read"
    else:
        problem = f"is of type `{clip_text(kind)[:40]}`; discrete and integer issues are read"
    if problem:
        raise ScenarioError(f"issue `{clip_text(name)}` {problem}", file=file, line=find_line(element))
    return Issue(index, name, kind == "integer", values, low)


def _read_bound(file: str, element: ET.Element, name: str) -> int:
    """Read an end of an integer issue: an attribute of the issue, in old files of its `range`."""
    old = element.find("range")
    return read_whole_number(file, element if old is None or element.get(name) else old, name)


def _fits(issues: list[Issue], candidate: Candidate) -> bool:
    """Whether a utility space is about the issues of a domain."""
    elements = {e.get("index"): e.get("name") for e, _ in _iterate_issues(candidate.content)}
    names = {str(issue.index): issue.name for issue in issues}
    return elements.keys() == names.keys() or set(elements.values()) == set(names.values())


def _read_profile(space: Space, name: str, issues: list[Issue]) -> tuple[Profile, list[str]]:
    """Read one side's table, and the notes on it."""
    _check_additive(space)
    elements: dict[int, tuple[ET.Element, Weights]] = {}
    for element, weights in _iterate_issues(space.root):
        index = read_whole_number(space.file, element, "index")
        if index in elements:
            raise space.refuse(f"two issues have the index {index}", element)
        elements[index] = element, weights
    shares, tables = [], []
    for issue in issues:
        if issue.index not in elements:
            raise space.refuse(f"says nothing on issue `{clip_text(issue.name)}` (index {issue.index})")
        element, weights = elements[issue.index]
        _check_name(space, element, issue, issues)
        shares.append(_read_weight(space, issue, weights))
        tables.append(_read_evaluations(space, element, issue))
    _check_weights(space, shares)
    reserved = list(space.root.iter("reservation"))  # GENIUS walks the whole file: the last one counts
    floor = read_number(space.file, reserved[-1], "value") if reserved else 0.0
    return Profile(name, np.array(shares), tuple(tables), floor, _read_discount(space)), space.notes


def _check_additive(space: Space) -> None:
    """Refuse spaces that are not weighted sums, and say what they are."""
    kind = space.root.get("type", "").lower()
    tags = {element.tag for element in space.root.iter()}
    if kind == "nonlinear" or tags.intersection(_NONLINEAR):
        raise space.refuse("is a nonlinear utility space (hyper-rectangles); additive ones are read")
    if kind == "constraint" or tags.intersection(_CONSTRAINT):
        raise space.refuse("is a utility space with constraints; additive ones are read")
    if kind == "uncertain":
        space.note("is a profile under preference uncertainty: its underlying table is read")


def _check_name(space: Space, element: ET.Element, issue: Issue, issues: list[Issue]) -> None:
    """GENIUS goes by the index alone: another issue's name there is refused, an unknown one is noted."""
    name = element.get("name", "")
    if name == issue.name:
        return
    if any(name == other.name for other in issues):
        problem = f"index {issue.index} is `{clip_text(name)}` here and `{clip_text(issue.name)}` in the domain file"
        raise space.refuse(f"{problem}; GENIUS goes by the index and ignores the names: correct one of both", element)
    space.note(f"`{clip_text(name)}` is read as issue `{clip_text(issue.name)}`: both have the index {issue.index}")


def _read_weight(space: Space, issue: Issue, weights: Weights) -> float:
    """Read the weight of the issue's index; 0, and a note, without one."""
    element = weights.get(str(issue.index))
    if element is None:
        space.note(
            f"no weight for issue `{clip_text(issue.name)}` (index {issue.index}): GENIUS sets none, it counts 0"
        )
        return 0.0
    weight = read_number(space.file, element, "value")
    if weight < 0.0:
        title = clip_text(issue.name)
        raise space.refuse(f"the weight of issue `{title}` is {weight:g}; weights are 0 or more and not all 0", element)
    return weight


def _check_weights(space: Space, shares: list[float]) -> None:
    total = sum(shares)
    if total <= 0.0:
        raise space.refuse("all weights are 0; weights are 0 or more and not all 0")
    if abs(total - 1.0) > 1e-6:
        cut = ", and utilities are cut at 1" if total > 1.0 else ""
        space.note(f"weights sum to {total:.6g}; they are not scaled, as in GENIUS{cut}")


def _read_discount(space: Space) -> float:
    """Read the discount factor, which is not used: a note says so."""
    texts = [element.get("value", "") for element in space.root.iter("discount_factor")]
    try:
        factor = float(texts[-1]) if texts else 1.0
    except ValueError:
        factor = math.nan
    if math.isnan(factor):
        space.note(f"the discount factor `{clip_text(texts[-1])[:40]}` is not a number and is dropped")
        return 1.0
    if 0.0 < factor < 1.0:
        space.note(f"the discount factor {factor:g} is dropped: utilities here do not fall with time")
    return factor


def _read_evaluations(space: Space, element: ET.Element, issue: Issue) -> Floats:
    """Read evaluations of the domain's values of one issue, at most 1."""
    kind, title = _read_kind(element), clip_text(issue.name)
    if kind != ("integer" if issue.integer else "discrete"):
        other = "integer" if issue.integer else "discrete"
        raise space.refuse(f"issue `{title}` is {clip_text(kind)[:40]} here and {other} in the domain file", element)
    return _read_evaluator(space, element, issue) if issue.integer else _read_table(space, element, issue)


def _read_table(space: Space, element: ET.Element, issue: Issue) -> Floats:
    """Read evaluations of a discrete issue's values, divided by the largest of the profile's items."""
    title = clip_text(issue.name)
    items = [item for item in element.findall("item") if item.get("evaluation", "null") != "null"]
    table = {read_attribute(space.file, item, "value"): read_number(space.file, item, "evaluation") for item in items}
    missing = [value for value in issue.values if value not in table]
    if missing:
        raise space.refuse(f"issue `{title}`: no evaluation of `{clip_text(missing[0])}`", element)
    most = max(table.values())
    if most < _NOTHING:
        return np.zeros(len(issue.values))
    if min(table.values()) < 0.0:
        space.note(f"issue `{title}`: evaluations below 0 count as they stand, as in GENIUS")
    if most > max(table[value] for value in issue.values):
        space.note(f"issue `{title}`: the largest evaluation is that of a value which the domain file does not have")
    if most < 1.0 - 1e-9:
        space.note(f"issue `{title}`: evaluations reach {most:g} and are divided by it, as in GENIUS 10")
    return np.array([table[value] for value in issue.values]) / most


def _read_evaluator(space: Space, element: ET.Element, issue: Issue) -> Floats:
    """Compute evaluations of an integer issue's values: a line from the profile's lower end, cut to [0, 1]."""
    title = clip_text(issue.name)
    evaluator = element.find("evaluator")
    if evaluator is None:
        if element.find("item") is not None:
            raise space.refuse(f"issue `{title}` is integer and has items; a linear `evaluator` is read", element)
        space.note(f"issue `{title}` has no evaluator: it is worth 0, as in GENIUS")
        return np.zeros(len(issue.values))
    kind = evaluator.get("ftype", "linear")
    if kind != "linear":
        raise space.refuse(f"issue `{title}` has a `{clip_text(kind)[:40]}` evaluator; linear ones are read", evaluator)
    slope, offset = (read_number(space.file, evaluator, name) for name in ("slope", "offset"))
    own = element.get("lowerbound") or element.find("range") is not None
    low = _read_bound(space.file, element, "lowerbound") if own else issue.low
    steps = np.array([int(value) for value in issue.values], dtype=np.float64) - low
    return np.clip(slope * steps + offset, 0.0, 1.0)
