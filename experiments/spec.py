"""The specification of an experiment: scenario, seed, runs, design and factors, as YAML or from Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from experiments.spec_errors import Place, describe_error
from sim.core.errors import ScenarioError, nearest
from sim.scenario.library import shipped
from sim.scenario.merge import CHANGE
from sim.yamlio.reader import Document, format_path, read
from sim.yamlio.validation import describe_value

MOST_RUNS = 100_000_000
"""The most runs of an experiment, all points together."""
MOST_POINTS = 1_000_000
"""The most points of a design."""
MOST_PARTS = 100_000
"""The most parts of a sweep: each is a file, and is known to memory from the start."""
_FACTOR = "a list of levels, `{low, high}`, `{assumed: true}`, or `levels` by name each with its changes"

PLANS = ("contrasts", "measures", "cases")
"""Keys of an experiment on which its tables do not depend."""

Kind = Literal["factorial", "latin_hypercube", "sobol", "morris", "saltelli", "list", "variants"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Factor(_Model):
    """One factor of a design.

    `path` (default: the factor's own name) or `paths` say where in the scenario; `*` stands for any one name. Set there
    are `levels` (a list of values, or named levels each with its own changes by path), a range `low` to `high`, or with
    `assumed: true` the scenario's own range. With `how: multiply` the scenario's numbers and ranges are multiplied.
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
    def expand_short_forms(cls, raw: Any) -> Any:
        """Expand short forms: a list is the levels, the word `assumed` the scenario's own range. Raises ValueError."""
        if isinstance(raw, list):
            return {"levels": raw}
        if isinstance(raw, Factor | dict):
            return raw
        if raw == "assumed":
            return {"assumed": True}
        raise ValueError(f"expected {_FACTOR}, got {describe_value(raw)}{nearest(str(raw), ['assumed'])}")

    @field_validator("levels", mode="before")
    @classmethod
    def check_levels(cls, raw: Any) -> Any:
        """Check that levels are a list or have names. Raises ValueError."""
        if raw is not None and not isinstance(raw, list | dict):
            raise ValueError(f"expected a list, or a mapping of names to changes by path, got {describe_value(raw)}")
        return raw

    @model_validator(mode="after")
    def check_kind(self) -> Factor:
        """Check that exactly one of levels, range and assumed is present. Raises ValueError."""
        ranged = self.low is not None or self.high is not None
        if (self.levels is not None) + ranged + self.assumed != 1:
            raise ValueError("a factor has either `levels`, or `low` and `high`, or `assumed: true`")
        if ranged and (self.low is None or self.high is None or not self.low < self.high):
            raise ValueError("a range has `low` below `high`")
        if self.levels is not None and not self.levels:
            raise ValueError("`levels` is empty")
        if isinstance(self.levels, dict) and (self.path or self.paths or self.how != "set"):
            raise ValueError("named levels bring their own paths: no `path`, `paths` or `how`")
        if self.how == "multiply":
            if self.assumed:
                raise ValueError("`assumed` takes the scenario's own range as it is: no `how`")
            words = [
                level for level in self.levels or [] if isinstance(level, bool) or not isinstance(level, int | float)
            ]
            if words:
                raise ValueError(f"`how: multiply` takes numbers as levels, got {describe_value(words[0])}")
        return self


class Nested(_Model):
    """Run k at assumption k // fates and fate k % fates: every assumption index meets every fate index."""

    assumptions: int = Field(ge=2, le=MOST_POINTS)
    fates: int = Field(ge=2, le=MOST_POINTS)


class Contrast(_Model):
    """A planned contrast: points with the values `base` against those with `other`, all else equal.

    Values are by factor; in a design of variants `base` and `other` are names. `where` restricts the points by their
    other factors. Where several pairs of points remain, each is a row, or with `pool: true` their mean is one.
    """

    base: str | dict[str, Any]
    other: str | dict[str, Any]
    where: dict[str, Any] = {}
    pool: bool = False


class Experiment(_Model):
    """An experiment: which points, and how many runs at each. All points share the seed (common random numbers).

    `cases` names the scenarios that it is repeated on, each with the keys that differ there.
    """

    experiment: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    title: str = ""
    question: str = ""
    scenario: str
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    runs: int | None = Field(default=None, ge=1, le=MOST_RUNS)
    nested: Nested | None = None
    engine: Literal["auto", "mesa", "compiled"] = "auto"
    changes: dict[str, Any] = {}
    design: Kind = "factorial"
    points: int | None = Field(default=None, ge=1, le=MOST_POINTS)
    design_seed: int = Field(default=0, ge=0, le=2**32 - 1)
    factors: dict[str, Factor] = {}
    variants: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    keep: Literal["all"] | list[str] = "all"
    contrasts: dict[str, Contrast] = {}
    measures: list[str] = []
    cases: dict[str, dict[str, Any]] = {}
    chunk: int | None = Field(default=None, ge=1)
    _document: Document | None = PrivateAttr(default=None)

    @field_validator("keep", mode="before")
    @classmethod
    def check_keep(cls, raw: Any) -> Any:
        """Check that `keep` is `all` or a list of columns. Raises ValueError."""
        if raw != "all" and not isinstance(raw, list):
            raise ValueError(f"expected `all`, or a list of columns and patterns, got {describe_value(raw)}")
        return raw

    @model_validator(mode="after")
    def check_design(self) -> Experiment:
        """Check that what the design needs is present, and nothing else. Raises ValueError."""
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
    def runs_per_point(self) -> int:
        """Runs at each point."""
        if self.nested is not None:
            return self.nested.assumptions * self.nested.fates
        assert self.runs is not None
        return self.runs

    def replace_keys(self, **keys: Any) -> Experiment:
        """Return the experiment with other values of some keys; None leaves a key as it is. Raises ScenarioError."""
        experiment = _validate(self.model_dump() | {k: v for k, v in keys.items() if v is not None}, None)
        experiment._document = self._document
        return experiment

    def list_cases(self) -> dict[str, Experiment]:
        """List the experiment as it is on each of its cases, by scenario; itself where it has no cases.

        Raises
        ------
        ScenarioError
            A key of a case is not one of an experiment.
        """
        if not self.cases:
            return {self.scenario: self}
        plain = self.model_dump(exclude_defaults=True, exclude={"cases"})
        return {
            scenario: _validate(_merge(plain, {**below, "scenario": scenario}), None)
            for scenario, below in self.cases.items()
        }

    def dump_plans(self) -> dict[str, Any]:
        """Return the keys on which the tables do not depend, as plain data."""
        return self.model_dump(mode="json", include=set(PLANS))

    def iterate_patterns(self) -> Iterator[tuple[Place, str]]:
        """Yield every path or pattern of the experiment, with its place in the file."""
        yield from ((("changes", path), path) for path in self.changes)
        yield from ((("variants", name, path), path) for name, below in self.variants.items() for path in below)
        yield from ((("rows", n, path), path) for n, row in enumerate(self.rows) for path in row)
        for name, factor in self.factors.items():
            place: Place = ("factors", name)
            if isinstance(factor.levels, dict):
                levels = factor.levels.items()
                yield from (((*place, "levels", level, path), path) for level, below in levels for path in below)
            elif factor.paths:
                yield from (((*place, "paths", n), path) for n, path in enumerate(factor.paths))
            else:
                yield ((*place, "path"), factor.path) if factor.path else (place, name)

    def refuse(self, problem: str, *place: str | int) -> ScenarioError:
        """Return an error that names the key, and file and line where the experiment was read from a file."""
        if self._document is not None:
            return self._document.refuse(problem, place)
        return ScenarioError(problem, key=format_path(place) or None)

    @contextmanager
    def errors_at(self, *place: str | int, below: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Give errors inside the block a place in the experiment: a given one, or a key `below` it.

        An error that names a line of the scenario's own file stays as it is.
        """
        try:
            yield
        except ScenarioError as error:
            if error.file not in (None, CHANGE):
                raise
            if error.key in (below or {}):
                place = (*place, str(error.key))
            names = error.key is None or error.key == place[-1]
            raise self.refuse(error.problem if names else f"{error.key}: {error.problem}", *place) from None


def _merge(data: dict[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with the keys of a case put over it, mapping by mapping."""
    merged = dict(data)
    for key, value in below.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def shipped_folder() -> Path:
    """Return the folder of the experiments that come with the package."""
    return Path(str(resources.files("experiments")))


def list_shipped() -> list[str]:
    """List the names of the shipped experiments, in alphabetical order."""
    return sorted(path.stem for path in shipped_folder().glob("*.yaml"))


def read_experiment(source: str | Path | Mapping[str, Any] | Experiment) -> Experiment:
    """Read an experiment.

    Parameters
    ----------
    source : str, Path, mapping or Experiment
        A shipped name, a YAML file or plain data. A scenario that lies beside the file is found there.

    Returns
    -------
    Experiment

    Raises
    ------
    ScenarioError
        The experiment is wrong; the message names file, line and key.
    """
    if isinstance(source, Experiment):
        return source
    if isinstance(source, Mapping):
        return _validate(dict(source), None)
    path = _locate(str(source))
    document = read(path)
    data = dict(document.data)
    signs = [key for key in ("extends", "parties", "as_of") if key in data]
    if signs and "experiment" not in data:
        raise document.refuse("this file is a scenario, not an experiment; `parley run` simulates it", (signs[0],))
    neighbour = path.parent / f"{data.get('scenario')}"
    if isinstance(data.get("scenario"), str) and data["scenario"].endswith((".yaml", ".yml")) and neighbour.is_file():
        data["scenario"] = str(neighbour)
    return _validate(data, document)


def _locate(name: str) -> Path:
    """Return the file of an experiment by path or shipped name. Raises ScenarioError."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or "/" in name:
        return path
    experiment = shipped_folder() / f"{name}.yaml"
    if experiment.is_file():
        return experiment
    names = list_shipped()
    if name in shipped():
        problem = f"`{name}` is a scenario, not an experiment; `parley run {name}` simulates it"
        raise ScenarioError(f"{problem}, and an experiment names it under `scenario`")
    if Path(f"{name}.yaml").is_file():
        raise ScenarioError(f"no experiment `{name}` is shipped; did you mean the file `{name}.yaml`?")
    raise ScenarioError(f"no experiment `{name}`; shipped: {', '.join(names)}{nearest(name, names)}, or give a path")


def _validate(data: dict[str, Any], document: Document | None) -> Experiment:
    """Validate plain data as an experiment. Raises ScenarioError."""
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        parts: dict[str, type[BaseModel]] = {"": Experiment, "factors": Factor, "nested": Nested}
        parts["contrasts"] = Contrast
        problem, place = describe_error(error, parts)
        if document is not None:
            raise document.refuse(problem, place) from None
        raise ScenarioError(problem, key=format_path(place) or None) from None
    experiment._document = document
    return experiment
