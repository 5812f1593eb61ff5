"""Writes GENIUS files for the tests, and values outcomes by GENIUS's rules, apart from the code under test.

The rules are those of GENIUS 10.4 (`AdditiveUtilitySpace.getUtility`, `EvaluatorDiscrete`, `EvaluatorInteger`): the sum
over issues of the weight with the issue's own index times its evaluation, cut at 1; a discrete evaluation over the
largest of its issue (0 where that is below 1e-5); an integer one `slope (value - lowerbound) + offset`, cut to [0, 1].
Nothing here is imported from the project.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr


@dataclass
class Discrete:
    """A discrete issue: values, and for each side their evaluations, which may go beyond the domain's values."""

    index: int
    name: str
    values: list[str]
    evaluations: list[dict[str, float]]
    nested: bool = False

    def options(self) -> list[str]:
        return self.values

    def evaluate(self, side: int, value: str) -> float:
        table = self.evaluations[side]
        most = max(table.values())
        return 0.0 if most < 1e-5 else table[value] / most

    def xml(self, side: int | None) -> str:
        """The tag in the domain file (side None) or in a side's profile."""
        items = []
        for k, value in enumerate(self.values if side is None else self.evaluations[side], 1):
            worth = "" if side is None else f' evaluation="{self.evaluations[side][value]!r}"'
            items.append(f'<item index="{k}" value={quoteattr(value)}{worth}/>')
        if self.nested:
            rest = [*self.values, "unspecified"]
            criteria = "".join(f'<item index="1" value={quoteattr(v)} evaluation="{1 / len(v)}"/>' for v in rest)
            items.append(
                f"<similarity_function><criteria_function>{criteria}</criteria_function></similarity_function>"
            )
        kind = 'type="discrete" etype="discrete" vtype="discrete"'
        return f'<issue index="{self.index}" name={quoteattr(self.name)} {kind}>{"".join(items)}</issue>'


@dataclass
class Integer:
    """An integer issue from `low` to `high`, with a slope and an offset for each side."""

    index: int
    name: str
    low: int
    high: int
    lines: list[tuple[float, float]]

    def options(self) -> list[str]:
        return [str(k) for k in range(self.low, self.high + 1)]

    def evaluate(self, side: int, value: str) -> float:
        slope, offset = self.lines[side]
        return min(max(slope * (int(value) - self.low) + offset, 0.0), 1.0)

    def xml(self, side: int | None) -> str:
        inner = ""
        if side is not None:
            slope, offset = self.lines[side]
            inner = f'<evaluator ftype="linear" slope="{slope!r}" offset="{offset!r}"/>'
        ends = f'lowerbound="{self.low}" upperbound="{self.high}"'
        kind = 'type="integer" etype="integer" vtype="integer"'
        return f'<issue index="{self.index}" name={quoteattr(self.name)} {kind} {ends}>{inner}</issue>'


@dataclass
class Files:
    """A domain and its sides: `weights[side]` maps an index to a weight; issues `below` lie in an inner objective."""

    issues: list[Discrete | Integer]
    weights: list[dict[int, float]]
    reserved: list[float]
    below: set[int] = field(default_factory=set)
    seed: int = 0

    def utility(self, side: int, outcome: tuple[str, ...]) -> float:
        total = 0.0
        for issue, value in zip(self.issues, outcome, strict=True):
            total += self.weights[side].get(issue.index, 0.0) * issue.evaluate(side, value)
        return min(total, 1.0)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        chance = random.Random(self.seed)
        template = f"<utility_space>{self._tree(None, chance)}</utility_space>"
        template = f"<negotiation_template>{template}</negotiation_template>"
        (folder / "domain.xml").write_text(template, encoding="utf-8")
        for side, reserved in enumerate(self.reserved):
            tail = f'<discount_factor value="1.0"/><reservation value="{reserved!r}"/>'
            text = f"<utility_space>{self._tree(side, chance)}{tail}</utility_space>"
            (folder / f"side{side}.xml").write_text(text, encoding="utf-8")
        return folder

    def _tree(self, side: int | None, chance: random.Random) -> str:
        """Objectives and issues; in profiles weights and issues come in any order."""
        top, inner = [], []
        for issue in self.issues:
            (inner if issue.index in self.below else top).append(self._parts(issue, side))
        top_parts, inner_parts = [p for pair in top for p in pair], [p for pair in inner for p in pair]
        if side is not None:
            chance.shuffle(top_parts)
            chance.shuffle(inner_parts)
        if inner_parts:
            weight = '<weight index="9001" value="0.5"/>' if side is not None else ""
            nested = f'<objective index="9001" name="inner" type="objective">{"".join(inner_parts)}</objective>'
            top_parts += [weight + nested]
        return f'<objective index="9000" name="root" type="objective">{"".join(top_parts)}</objective>'

    def _parts(self, issue: Discrete | Integer, side: int | None) -> list[str]:
        parts = [issue.xml(side)]
        if side is not None and issue.index in self.weights[side]:
            parts.append(f'<weight index="{issue.index}" value="{self.weights[side][issue.index]!r}"/>')
        return parts


def discrete(index: int, name: str, values: str, *tables: list[float], nested: bool = False) -> Discrete:
    names = values.split()
    return Discrete(index, name, names, [dict(zip(names, table, strict=True)) for table in tables], nested)


def price_and_date(weights: tuple[float, ...] = (0.9, 0.1, 0.2, 0.8)) -> Files:
    """The case of two issues with indices 2 and 3 under an objective."""
    issues = [discrete(2, "price", "low high", [1, 0], [0, 1]), discrete(3, "date", "soon late", [1, 0], [0, 1])]
    a, b, c, d = weights
    return Files(issues, [{2: a, 3: b}, {2: c, 3: d}], [0.0, 0.0])


def random_files(seed: int, sides: int = 2, plain: bool = False) -> Files:
    """A random domain in any legal shape; a `plain` one has only what NegMAS's reader takes as GENIUS does.

    Plain: indices from 1, every weight given and their sum 1, largest evaluations 1, integer lines from 0 within
    [0, 1], nothing nested.
    """
    chance = random.Random(seed)
    count = chance.randint(1, 4)
    indices = list(range(1, count + 1)) if plain else chance.sample(range(60), count)
    issues = [_issue(chance, index, k, sides, plain) for k, index in enumerate(indices)]
    weights = [_weights(chance, indices, plain) for _ in range(sides)]
    below = set() if plain else {index for index in indices if chance.random() < 0.25}
    if below == set(indices):
        below = set()
    reserved = [round(chance.uniform(0.0, 0.5), 3) for _ in range(sides)]
    return Files(issues, weights, reserved, below, seed)


def _issue(chance: random.Random, index: int, k: int, sides: int, plain: bool) -> Discrete | Integer:
    name = f"issue {k} & more"
    if chance.random() < 0.3:
        low = 0 if plain else chance.randint(-5, 30)
        high = low + chance.randint(1, 8)
        if plain:
            lines = [_line_within(chance, high - low) for _ in range(sides)]
        else:
            lines = [(chance.uniform(-0.4, 0.4), chance.uniform(-0.3, 1.3)) for _ in range(sides)]
        return Integer(index, name, low, high, lines)
    values = [f"v{n} <{k}>" for n in range(chance.randint(1 if not plain else 2, 5))]
    tables = []
    for _ in range(sides):
        kind = "unit" if plain else chance.choice(["unit", "whole", "zero", "small", "below"])
        listed = values if plain else chance.sample(values, len(values))
        if not plain and chance.random() < 0.15:
            listed.append("a value of no outcome")
        table = {value: _evaluation(chance, kind) for value in listed}
        if kind == "unit":
            table[chance.choice(values)] = 1.0
        tables.append(table)
    return Discrete(index, name, values, tables, nested=not plain and chance.random() < 0.3)


def _line_within(chance: random.Random, steps: int) -> tuple[float, float]:
    start, end = chance.random(), chance.random()
    return (end - start) / steps, start


def _evaluation(chance: random.Random, kind: str) -> float:
    if kind == "zero":
        return 0.0
    if kind == "whole":
        return float(chance.randint(0, 100))
    if kind == "below":
        return chance.uniform(-0.5, 5.0)
    return chance.random() * (1.0 if kind == "unit" else 0.7)


def _weights(chance: random.Random, indices: list[int], plain: bool) -> dict[int, float]:
    raw = {index: chance.uniform(0.05, 1.0) for index in indices}
    if not plain:
        scale = chance.choice([1.0, 1.0 / sum(raw.values())])
        kept = {index: weight * scale for index, weight in raw.items() if chance.random() > 0.15}
        return kept or {indices[0]: 0.7}
    total = sum(raw.values())
    return {index: weight / total for index, weight in raw.items()}
