"""Every formula on docs/explanation/odd.md is evaluated against the compiled rule of its name, on random inputs."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.choices import DISPATCHERS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_ext"))
from equations import SYMBOLS, write_equation

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "odd.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python (rule|property): (\w+)\.(\w+)\n(.*?)\n```$", re.M | re.S)
BLOCKS = {f"{module}.{name}": (kind, text) for kind, module, name, text in BLOCK.findall(PAGE)}
KNOWN = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "pi", "inf", "isnan")} | {"EPS": 1e-9}
CASES = 200

# Not evaluated: draws of a whole run, the search for circles, and algorithms with tests of their own.
ALGORITHMS = {
    "assumption.draw_theta",
    "assumption.draw_pool",
    "agenda.is_in_cycle",
    "decision.choose_coalition",
    "hawkes.draw_window",
}
HOMES = {"distributions": "sim.core.distributions", "multi_party": "sim.solvers.multi_party"}
"""Modules of rules that are in no file of `sim/rules`."""
SCRATCH = {"out", "work"}

# Ranges of numbers that are not shares in [0, 1].
RANGES = {
    **dict.fromkeys(("elapsed", "deadline", "days", "age", "half_life", "memory"), (0.5, 400.0)),
    **dict.fromkeys(("log_odds", "base"), (-6.0, 6.0)),
    **dict.fromkeys(("leaning", "side", "balance_change", "margin", "drift", "shock", "received"), (-1.0, 1.0)),
    **dict.fromkeys(("beta", "shape", "decay", "width", "stalemate_drift"), (0.05, 3.0)),
    **dict.fromkeys(("threshold", "utility", "aspiration", "floor", "change"), (-0.6, 1.2)),
    "target": (-0.2, 1.8),
}
KINDS = {"concession.risk_limit": 2, "mediation.leverage_on_aspiration": 2}
"""Number of choices where it is not that of `kind` in COUNTS."""
COUNTS = {
    "relief": 2,
    "certain_loss": 2,
    "mediators": 5,
    "kind": 4,
    "resumption": 2,
    "mode": 2,
    "texts": 2,
    "papers": 2,
    "unmet": 4,
    "turn": 8,
    "code": 8,
    "rounds_held": 2,
    "at_round": 3,
    "held": 3,
    "fallen": 4,
    "agenda": 3,
    "best_settled": 7,
    "experts": 9,
}
SWITCHES = {
    "sequencing_settled",
    "all_settled",
    "text_exchanged",
    "unratified",
    "procedural",
    "deadlock",
    "zone",
    "abeyance",
    "at_table",
}
VECTORS = {"x", "y", "a", "w", "v", "q", "cap", "c", "salience", "own_w", "believed_w"}
MATRICES = {"d", "w", "demands"}
MASKS = {"red", "active", "member"}
POINTS = {"demand", "reservation", "d", "r", "announced"}
SIGNED_BASE = {
    "pace.readiness_rate": (0.0, 0.1),
    "hawkes.immigrant_day": (0.0, 0.5),
    "mediation.persuasion": (0.0, 1.0),
}


def rule_of(name: str) -> Any:
    module, function = name.split(".")
    home = HOMES.get(module, f"sim.rules.{module}")
    return getattr(importlib.import_module(home), function)


def stakes(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Demands and reservation points at least 0.05 apart, both ways round."""
    demand = rng.uniform(0.0, 1.0, n)
    apart = rng.uniform(0.05, 0.5, n)
    return demand, np.where(demand + apart <= 1.0, demand + apart, demand - apart)


class Case:
    """Random arguments for one rule; which of its arguments are arrays is told by where they stand."""

    def __init__(self, name: str, rng: np.random.Generator) -> None:
        self.name, self.rng = name, rng
        self.n, self.parties = int(rng.integers(1, 6)), int(rng.integers(2, 5))
        self.demand, self.reservation = stakes(rng, self.n)
        self.array = any(f" {word}" in f" {inspect.signature(rule_of(name).py_func)}" for word in ("NDArray", "Floats"))
        self.low = float(rng.uniform(0.0, 0.5))

    def value(self, argument: str, annotation: str) -> Any:
        rng = self.rng
        if "int64" in annotation or "Ints" in annotation:
            size = self.n if argument == "red" else self.parties
            mask = rng.integers(0, 2, size)
            if argument == "member":
                mask[0] = 1
            return mask.astype(np.int64)
        if "float64" in annotation or "Floats" in annotation:
            return self.floats(argument)
        if argument in SWITCHES:
            return bool(rng.integers(0, 2))
        if argument in COUNTS:
            count = KINDS.get(self.name, COUNTS[argument]) if argument == "kind" else COUNTS[argument]
            return int(rng.integers(0, count)) - (argument == "best_settled")
        if argument == "turns":
            return 6
        if argument == "me":
            return 0
        return self.number(argument)

    def floats(self, argument: str) -> np.ndarray:
        rng = self.rng
        matrix = {"multi_party.compromise": {"d", "w"}, "salience.compute_others_shares": {"w"}}
        matrix["offer.compute_nearest_demands"] = {"demands"}
        if argument in matrix.get(self.name, set()):
            return rng.uniform(0.0, 1.0, (self.parties, self.n))
        if argument in ("demand", "d"):
            return self.demand
        if argument in ("reservation", "r"):
            return self.reservation
        array = rng.uniform(0.0, 1.0, self.n)
        if argument == "announced":
            array[rng.uniform(size=self.n) < 0.5] = np.nan
        if self.name == "ripeness.mean_rates" and argument == "branching":
            return rng.uniform(0.0, 0.9 / self.n, (self.n, self.n))
        if argument == "point":
            array[rng.uniform(size=self.n) < 0.2] = np.nan
        if argument == "q":
            array += 0.1
        if argument in ("own_w", "w", "believed_w") and rng.uniform() < 0.2 and self.name != "offer.water_fill":
            array[0] = 0.0
        return array

    def number(self, argument: str) -> float:
        rng = self.rng
        if argument in ("low", "mode", "high"):
            self.low += float(rng.uniform(0.0, 0.3))
            return self.low
        if argument in ("demand", "d"):
            return float(self.demand[0])
        if argument in ("reservation", "r"):
            return float(self.reservation[0])
        if argument == "base" and self.name in SIGNED_BASE:
            return float(rng.uniform(*SIGNED_BASE[self.name]))
        if argument in ("k0", "c", "base", "logroll", "surge", "chance") and rng.uniform() < 0.1:
            return 0.0
        low, high = RANGES.get(argument, (0.0, 1.0))
        return float(rng.uniform(low, high))


def evaluated(name: str, rng: np.random.Generator) -> tuple[Any, Any]:
    """The page's expression and the compiled rule, on one random input; for a property, its truth and True."""
    kind, text = BLOCKS[name]
    stated = eval(text, dict(KNOWN))
    rule = rule_of(name)
    signature = inspect.signature(rule.py_func)
    case = Case(name, rng)
    given = {a: case.value(a, str(p.annotation)) for a, p in signature.parameters.items() if a not in SCRATCH}
    out = None
    if "out" in signature.parameters:
        out = np.zeros(case.n)
    scratch = [] if out is None else [out]
    scratch += [np.zeros((2, case.n))] if "work" in signature.parameters else []
    got = rule(*given.values(), *scratch)
    result = got if out is None else out.tolist()
    plain = {a: v.tolist() if isinstance(v, np.ndarray) else v for a, v in given.items()}
    if kind == "property":
        return stated(**plain, result=result), True
    return stated(**plain), result


def disagreements(name: str) -> int:
    rng = np.random.default_rng(20250602)
    apart = 0
    for _ in range(CASES):
        stated, got = evaluated(name, rng)
        both = np.asarray(stated, dtype=float), np.asarray(got, dtype=float)
        apart += not np.allclose(*both, rtol=1e-12, atol=1e-12)
    return apart


def test_no_rule_is_stated_twice():
    stated = [f"{module}.{name}" for _, module, name, _ in BLOCK.findall(PAGE)]
    assert len(stated) == len(set(stated))


@pytest.mark.parametrize("name", BLOCKS)
def test_block(name):
    assert disagreements(name) == 0


@pytest.mark.parametrize("name", [name for name, (kind, _) in BLOCKS.items() if kind == "rule"])
def test_arguments_are_named_as_in_the_rule(name):
    parameters = [a for a in inspect.signature(rule_of(name).py_func).parameters if a not in SCRATCH]
    stated = list(inspect.signature(eval(BLOCKS[name][1], dict(KNOWN))).parameters)
    assert stated == parameters


def test_every_rule_is_on_the_page():
    for path in (ROOT / "sim" / "rules").glob("*.py"):
        importlib.import_module(f"sim.rules.{path.stem}")
    dispatchers = {f"{function.__module__.rpartition('.')[2]}.{function.__name__}" for _, function in DISPATCHERS}
    public = set()
    for path in sorted((ROOT / "sim" / "rules").glob("*.py")):
        module = path.stem
        for function in re.findall(r"^@(?:rule|inline_rule)\ndef ([a-z]\w*)\(", path.read_text(encoding="utf-8"), re.M):
            public.add(f"{module}.{function}")
    # A dispatcher only chooses among rules.
    assert public - set(BLOCKS) - dispatchers == ALGORITHMS


def test_every_rule_has_an_equation_in_mathematics():
    equations = {name: write_equation(text, name.partition(".")[2]) for name, (_, text) in BLOCKS.items()}
    assert len(set(equations.values())) == len(equations)
    convert = pytest.importorskip("docutils.utils.math.latex2mathml").tex2mathml
    for name, equation in equations.items():
        assert "<math" in str(convert(equation, as_block=True)), name


@pytest.mark.parametrize(
    ("expression", "equation"),
    [
        (
            "lambda k0, beta, elapsed, deadline: k0 * min(elapsed / deadline, 1) ** (1 / beta)",
            r"f(k_0, \beta, t, T) = k_0 \, \min \left( \frac{t}{T}, 1 \right)^{\frac{1}{\beta}}",
        ),
        (
            "lambda a, w: sum(w[k] * a[k] for k in range(len(a))) / sum(w)",
            r"f(a, w) = \frac{\sum_{k < \left| a \right|} {w}_{k} \, {a}_{k}}{\sum w}",
        ),
        (
            "lambda x: 1 if x > 0 else -(x - 2)",
            r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ -\left( x - 2 \right) & \text{otherwise} \end{cases}",
        ),
        ("lambda x: (lambda y: x - (y - 1))(x * x)", r"f(x) = x - \left( y - 1 \right) \quad \text{where } y = x \, x"),
    ],
)
def test_equations_on_expressions_written_by_hand(expression, equation):
    assert write_equation(expression, "f") == equation


def test_control_another_formula_is_another_equation():
    one, other = (write_equation(f"lambda a, b: {text}", "f") for text in ("a - (b - 1)", "a - b - 1"))
    assert one != other
    with pytest.raises(ValueError, match="no notation"):
        write_equation("lambda a: {a: 1}", "f")


def test_the_table_of_symbols_is_that_of_the_equations():
    table = dict(re.findall(r"^\| \$(.+)\$ \| `(\w+)` \|", PAGE, re.M))
    assert {name: symbol for symbol, name in table.items()} == SYMBOLS


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("concession.clock_concession", "(1 / beta)", "beta"),
        ("commitment.floor", "- pull", "+ pull"),
        ("offer.compute_caps", "1 + pain", "1"),
        ("hawkes.offspring_delay", "1 - share", "share"),
        ("precedent.stretch", "0.75", "0.5"),
        ("ripeness.mean_rates", "branching[i][j]", "branching[j][i]"),
    ],
)
def test_control_a_wrong_formula(monkeypatch, name, right, wrong):
    kind, text = BLOCKS[name]
    assert right in text
    monkeypatch.setitem(BLOCKS, name, (kind, text.replace(right, wrong)))
    assert disagreements(name) > 0
