"""FIT.yaml: record, scenarios and parameters of a fit, and how much work it may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calibration.records import STYLES, Round, load_rounds
from calibration.summaries import NUMBERS
from sim.core.errors import ParleyError, nearest
from sim.yamlio.reader import read


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Entry):
    """One scenario and what it is compared with: consecutive rounds of the record, or the crisis table."""

    kind: Literal["rounds", "crises"]
    scenario: str
    rounds: list[str] = []
    horizon: float | None = Field(default=None, gt=0)
    numbers: list[str] = []
    styles: dict[str, dict[str, Any]] = {}

    @model_validator(mode="after")
    def complete(self) -> Target:
        """Check what each kind needs. Raises ValueError."""
        if self.kind == "rounds" and not self.rounds:
            raise ValueError("a target of kind `rounds` names the rounds of the record it is held against")
        if self.kind == "crises" and set(self.styles) != set(STYLES):
            raise ValueError(
                f"a target of kind `crises` says under `styles` what each style changes: {', '.join(STYLES)}"
            )
        for name in self.numbers:
            if name not in NUMBERS:
                raise ValueError(
                    f"unknown summary `{name}`; allowed: {', '.join(NUMBERS)}{nearest(name, list(NUMBERS))}"
                )
        return self


class Smc(_Entry):
    """ABC-SMC: particles a generation, most generations, quantile of the next threshold, least acceptance rate."""

    population: int = Field(ge=20, le=100_000)
    generations: int = Field(ge=1, le=1000)
    quantile: float = Field(gt=0, lt=1, default=0.5)
    least_acceptance: float = Field(ge=0, lt=1, default=0.0)


class Reference(_Entry):
    """Size of the table of prior simulations that the checks share, and the share of it that a posterior keeps."""

    size: int = Field(ge=200, le=5_000_000)
    accept: float = Field(gt=0, le=0.5)


class Checks(_Entry):
    """How many simulated records the checks recover, and how many draws of each posterior they rank."""

    records: int = Field(ge=20, le=10_000)
    draws: int = Field(ge=9, le=9_999, default=99)


class Theories(_Entry):
    """Rival rules of concession, crossed with switches; each is a set of changes to every scenario of the fit.

    `references` are scored beside them, before the fit, and get no probability.
    """

    rules: dict[str, dict[str, Any]]
    switches: dict[str, dict[str, Any]] = {}
    references: dict[str, dict[str, Any]] = {}
    size: int = Field(ge=100, le=1_000_000)
    accept: float = Field(gt=0, le=0.5)


class FitFile(_Entry):
    """A validated fit file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    seed: int = Field(ge=0, le=2**63 - 1)
    targets: list[Target] = Field(min_length=1, max_length=7)
    parameters: dict[str, list[str]] = Field(min_length=1)
    smc: Smc
    reference: Reference
    checks: Checks
    theories: Theories | None = None


def fits_folder() -> Path:
    """Return the folder of the fits that come with the package."""
    return Path(__file__).parent / "fits"


def load_fit(name: str | Path) -> FitFile:
    """Load a fit by the name of a shipped one, or from a file.

    Raises
    ------
    ParleyError
        There is no such fit, or the file is wrong; the message names file, line and key.
    """
    path = Path(name)
    if not path.is_file():
        path = fits_folder() / f"{name}.yaml"
    if not path.is_file():
        shipped = sorted(p.stem for p in fits_folder().glob("*.yaml"))
        raise ParleyError(f"no fit file `{name}`; shipped: {', '.join(shipped)}{nearest(str(name), shipped)}")
    document = read(path)
    try:
        return FitFile.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise document.refuse(f"{message[0].lower()}{message[1:]}", first["loc"]) from None


def select_rounds(names: list[str]) -> list[Round]:
    """Select rounds of the record by name.

    Raises
    ------
    ParleyError
        A name is unknown, or the rounds are not consecutive.
    """
    rounds = load_rounds()
    ids = [r.id for r in rounds]
    for name in names:
        if name not in ids:
            raise ParleyError(f"no round `{name}` in the record; there are {', '.join(ids)}{nearest(name, ids)}")
    first = ids.index(names[0])
    if ids[first : first + len(names)] != names:
        raise ParleyError(f"rounds {', '.join(names)} are not consecutive in the record")
    return list(rounds[first : first + len(names)])
