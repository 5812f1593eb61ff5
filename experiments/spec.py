"""What an experiment asks: scenario, seed, runs, design and factors, written as YAML or made in Python."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.errors import ScenarioError, nearest
from sim.scenario.yamlfile import Document, read

Kind = Literal["factorial", "latin_hypercube", "sobol", "morris", "saltelli", "list", "variants"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Factor(_Model):
    """One thing that is varied.

    `path` (default: the factor's own name) or `paths` say where in the scenario; `*` stands for any one name. What is
    put there: `levels` (a list of values, or named levels each with its own changes by path), a range `low` to `high`,
    or `assumed: true`, the scenario's own range. With `how: multiply` the scenario's numbers and ranges are multiplied.
    """

    path: str | None = None
    paths: list[str] = []
    levels: list[Any] | dict[str, dict[str, Any]] | None = None
    low: float | None = None
    high: float | None = None
    assumed: bool = False
    how: Literal["set", "multiply"] = "set"
    title: str = ""

    @model_validator(mode="before")
    @classmethod
    def short(cls, raw: Any) -> Any:
        """A bare list is the levels, the bare word `assumed` the scenario's own range."""
        if isinstance(raw, list):
            return {"levels": raw}
        return {"assumed": True} if raw == "assumed" else raw

    @model_validator(mode="after")
    def one_kind(self) -> Factor:
        """Exactly one of levels, range, assumed. Raises ValueError."""
        ranged = self.low is not None or self.high is not None
        if (self.levels is not None) + ranged + self.assumed != 1:
            raise ValueError("a factor has either `levels`, or `low` and `high`, or `assumed: true`")
        if ranged and (self.low is None or self.high is None or not self.low < self.high):
            raise ValueError("a range has `low` below `high`")
        if self.levels is not None and not self.levels:
            raise ValueError("`levels` is empty")
        if isinstance(self.levels, dict) and (self.path or self.paths or self.how != "set"):
            raise ValueError("named levels bring their own paths: no `path`, `paths` or `how`")
        return self


class Nested(_Model):
    """Run k at assumption k // fates and fate k % fates: every assumption index meets every fate index."""

    assumptions: int = Field(ge=2)
    fates: int = Field(ge=2)


class Experiment(_Model):
    """An experiment: which points, how many runs at each. All points share the seed (common random numbers)."""

    experiment: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: str = ""
    question: str = ""
    scenario: str
    seed: int = 0
    runs: int | None = Field(default=None, ge=1)
    nested: Nested | None = None
    engine: Literal["auto", "mesa", "compiled", "tailored"] = "auto"
    changes: dict[str, Any] = {}
    design: Kind = "factorial"
    points: int | None = Field(default=None, ge=1)
    design_seed: int = 0
    factors: dict[str, Factor] = {}
    variants: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    keep: Literal["all"] | list[str] = "all"
    chunk: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def fits(self) -> Experiment:
        """What the design needs is there and nothing else is. Raises ValueError."""
        if (self.runs is None) == (self.nested is None):
            raise ValueError("give either `runs` or `nested: {assumptions, fates}`")
        sampled = self.design in ("latin_hypercube", "sobol", "morris", "saltelli")
        if sampled != (self.points is not None):
            raise ValueError(f"design `{self.design}` {'needs' if sampled else 'takes no'} `points`")
        part = {"variants": "variants", "list": "rows"}.get(self.design, "factors")
        if not getattr(self, part):
            raise ValueError(f"design `{self.design}` needs `{part}`")
        extra = [name for name in ("factors", "variants", "rows") if name != part and getattr(self, name)]
        if extra:
            raise ValueError(f"design `{self.design}` takes no `{extra[0]}`")
        if self.design in ("sobol", "saltelli") and self.points is not None and self.points & (self.points - 1):
            raise ValueError(f"`points` of a Sobol sequence is a power of two; {self.points} is none")
        return self

    @property
    def runs_a_point(self) -> int:
        """Runs at each point."""
        if self.nested is not None:
            return self.nested.assumptions * self.nested.fates
        assert self.runs is not None
        return self.runs


def shipped_folder() -> Path:
    """The folder of the experiments that come with the package."""
    return Path(str(resources.files("experiments")))


def shipped() -> list[str]:
    """Names of the shipped experiments, in alphabetical order."""
    return sorted(path.stem for path in shipped_folder().glob("*.yaml"))


def read_experiment(source: str | Path | Mapping[str, Any] | Experiment) -> Experiment:
    """An experiment from a shipped name, a YAML file or plain data. Raises ScenarioError with file, line and key.

    A scenario that lies beside the file is found there.
    """
    if isinstance(source, Experiment):
        return source
    if isinstance(source, Mapping):
        return _validated(dict(source), None)
    path = _locate(str(source))
    document = read(path)
    data = dict(document.data)
    beside = path.parent / f"{data.get('scenario')}"
    if isinstance(data.get("scenario"), str) and data["scenario"].endswith((".yaml", ".yml")) and beside.is_file():
        data["scenario"] = str(beside)
    return _validated(data, document)


def _locate(name: str) -> Path:
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name:
        return path
    found = shipped_folder() / f"{name}.yaml"
    if found.is_file():
        return found
    known = shipped()
    raise ScenarioError(f"no experiment `{name}`; shipped: {', '.join(known)}{nearest(name, known)}, or give a path")


def _validated(data: dict[str, Any], document: Document | None) -> Experiment:
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        raise _explained(error, document) from None


def _explained(error: ValidationError, document: Document | None) -> ScenarioError:
    """The first problem in our own words, with its place in the file."""
    first = error.errors()[0]
    loc = [part for part in first["loc"] if not (isinstance(part, str) and ("[" in part or part.startswith("list")))]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        allowed = _allowed([str(part) for part in loc[:-1]])
        message = f"unknown key; allowed: {', '.join(allowed)}{nearest(str(loc[-1]), allowed)}"
    elif first["type"] == "missing":
        message = "is missing and must be given"
    if document is not None:
        return document.refuse(message, tuple(loc))
    return ScenarioError(message, key=".".join(map(str, loc)) or None)


def _allowed(loc: list[str]) -> list[str]:
    """Keys that may stand at a place of an experiment."""
    if loc[:1] == ["factors"]:
        return sorted(Factor.model_fields)
    return sorted((Nested if loc[:1] == ["nested"] else Experiment).model_fields)
