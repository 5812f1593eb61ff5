"""What a manifest of each kind must hold for its readers. Further keys are allowed, wrong types are not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _check_resolved(scenario: dict[str, Any]) -> dict[str, Any]:
    """Check titles, and that an assumed range is two or three numbers with a reason. Raises ValueError."""
    baskets = scenario.get("baskets", {})
    if not isinstance(baskets, dict) or not all(isinstance(b, dict) and isinstance(b.get("title"), str)
                                                for b in baskets.values()):  # fmt: skip
        raise ValueError("every basket needs a title")
    _check_issues(scenario.get("issues", {}))
    nodes: list[Any] = [scenario]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            ends = node.get("assumed")
            if isinstance(ends, list):
                numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends)
                if len(ends) not in (2, 3) or not numbers:
                    raise ValueError("an assumed range has to be two or three numbers")
                if not isinstance(node.get("why", ""), str):
                    raise ValueError("the reason of an assumed range has to be text")
            nodes += node.values()
    return scenario


def _check_issues(issues: Any) -> None:
    """Check titles of issues and their labelled options. Raises ValueError."""
    entries = list(issues.values()) if isinstance(issues, dict) else [None]
    for issue in entries:
        options = issue.get("options") if isinstance(issue, dict) and isinstance(issue.get("title"), str) else None
        if not isinstance(options, list) or not options or not all(_is_option(option) for option in options):
            raise ValueError("every issue needs a title and labelled options")


def _is_option(option: Any) -> bool:
    """Return whether plain data is a labelled option of a scale."""
    place = option.get("at") if isinstance(option, dict) else None
    return isinstance(place, int | float) and isinstance(option.get("label"), str)


class Manifest(BaseModel):
    """What all manifests share."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)


class _Basket(Manifest):
    title: str


class _Rung(Manifest):
    code: str
    title: str


class _Scenario(Manifest):
    title: str
    changes: dict[str, Any] = {}
    hash: str = ""
    source_files: dict[str, str] = {}
    resolved: Annotated[dict[str, Any], AfterValidator(_check_resolved)]


class _Variant(_Scenario):
    label: str


class _Citation(Manifest):
    citation: str
    cited_for: str | None = None


class _Posterior(Manifest):
    paths: list[str] = []
    fit: str | None = None
    name: str | None = None


_Ranges = list[Annotated[list[int], Field(min_length=2, max_length=2)]] | dict[str, Any]
"""First and last index of each range of draws, or what is said of very many."""


class _Analysis(Manifest):
    """What was asked of an analysis that stands beside the results, and the hash of its files."""

    request: dict[str, Any]
    files: dict[str, str]


class _Results(Manifest):
    """What every folder of results has."""

    parley: str
    hashes: dict[str, str] = {}
    environment: dict[str, Any] = {}
    citations: list[_Citation] | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)
    git: dict[str, Any] | None = None
    command: list[str] = []
    analyses: dict[str, _Analysis] = {}


class Run(_Results):
    """The manifest of `parley run`."""

    kind: Literal["run"]
    n: int = Field(ge=1)
    scenario: _Scenario
    engine: str = "auto"
    assumptions: _Ranges = []
    fates: _Ranges = []
    posterior: _Posterior | None = None
    party_class: str | None = None
    target: dict[str, Any] | None = None
    files: list[str] = []


class _Changed(Manifest):
    any: int = Field(ge=0)
    outcome: int = Field(ge=0)
    of: int = Field(ge=0)


class Comparison(_Results):
    """The manifest of `parley compare --out`."""

    kind: Literal["comparison"]
    title: str = ""
    n: int = Field(ge=1)
    scenarios: list[_Variant] = Field(min_length=1)
    engine: str = "auto"
    changed: dict[str, _Changed] = {}
    files: list[str] = []


class _Failure(Manifest):
    point: int = Field(ge=0)
    error: str


class _Tables(Manifest):
    points: int = Field(ge=0)
    runs: int = Field(ge=0)
    failed_points: list[int]
    failures: list[_Failure]


class _AskedScenario(Manifest):
    title: str
    baskets: dict[str, _Basket] = {}
    outcomes: list[_Rung] | None = None


class _Asked(Manifest):
    scenario: _AskedScenario
    experiment: dict[str, Any]


class Sweep(_Results):
    """The manifest of `parley sweep`; `files` holds the hash of every table."""

    kind: Literal["sweep"]
    title: str = ""
    question: str = ""
    request: _Asked = Field(alias="asked")
    tables: _Tables
    files: dict[str, str]
    hash: str
    complete: bool
    source: str = ""
    source_files: dict[str, str] = {}
    sessions: list[dict[str, Any]] = []


class Calibration(_Results):
    """The manifest of `parley calibrate`."""

    kind: Literal["calibration"]
    title: str = ""
    fit: dict[str, Any] = {}
    inputs: dict[str, str] = {}


class Validation(_Results):
    """The manifest of `parley validate`."""

    kind: Literal["validation"]
    title: str = ""


class Analysis(_Results):
    """The manifest of `parley analyse --out`."""

    kind: Literal["analysis"]
    title: str = ""


class Export(_Results):
    """The manifest of `parley export`."""

    kind: Literal["export"]
    title: str = ""


SCHEMAS: dict[str, type[Manifest]] = {
    "run": Run,
    "comparison": Comparison,
    "sweep": Sweep,
    "calibration": Calibration,
    "validation": Validation,
    "analysis": Analysis,
    "export": Export,
}
