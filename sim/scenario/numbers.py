"""A number of a scenario: its value or range, and where it comes from.

YAML has five forms: `{value, source, locator}` (documented), `{assumed: [low, high]}` or
`{assumed: [low, mode, high]}` (a range, uniform or triangular), `{elicited: {expert: [5%, 50%, 95%]}}` (what experts
said, pooled), `{value, convention}` (a choice of the model, no claim about the world) and a bare number (`unsourced`:
allowed to users, refused in shipped scenarios by a test).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from numbers import Real
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from sim.scenario.experts import Judgement, find_ends, find_quantile, read_judgements
from sim.yamlio.scalars import UnusableScalar, parse_scalar, suggest_digits
from sim.yamlio.validation import describe_value

Provenance = Literal["documented", "assumed", "elicited", "convention", "derived", "set", "unsourced"]
FORMS = (
    "a number, {value, source, locator}, {assumed: [low, high]}, {assumed: [low, mode, high]}, "
    "{elicited: {expert: [5%, 50%, 95%]}} or {value, convention}"
)
_DAYS = {"d": 1, "day": 1, "w": 7, "week": 7, "month": 365 / 12, "y": 365, "year": 365}
_KEYS = {"value", "assumed", "elicited", "source", "locator", "why", "convention", "set"}


class Number(BaseModel):
    """A fixed value or a range with its provenance.

    Attributes
    ----------
    low, mode, high : float
        Ends of the range and its likeliest value (the middle of a uniform range, the median of a pool of experts); all
        equal for a fixed value.
    source, locator : str or None
        A documented number's source and the place in it.
    why : str or None
        The reason for a range or a convention.
    experts : tuple of Judgement
        What experts said, where the number is elicited.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float
    mode: float
    high: float
    shape: Literal["fixed", "uniform", "triangular", "elicited"]
    provenance: Provenance
    source: str | None = None
    locator: str | None = None
    why: str | None = None
    experts: tuple[Judgement, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def read(cls, raw: Any) -> Any:
        """Accept any of the four forms. Raises ValueError that says what is allowed."""
        if isinstance(raw, Number):
            return raw
        if _is_number(raw):
            return _fix(float(raw), "unsourced")
        if not isinstance(raw, dict):
            raise ValueError(f"expected {FORMS}, got {describe_value(raw)}{_suggest_number(raw)}")
        unknown = sorted(set(raw) - _KEYS)
        if unknown:
            raise ValueError(f"unknown key `{unknown[0]}` in a number; allowed: {', '.join(sorted(_KEYS - {'set'}))}")
        if "elicited" in raw:
            return _read_elicited(raw)
        return _read_range(raw) if "assumed" in raw else _read_value(raw)

    def within(self, low: float, high: float) -> Number:
        """Return an elicited number whose outer tails end at bounds; its median moves with them."""
        ends = max(self.low, low), min(self.high, high)
        if ends == (self.low, self.high):
            return self
        mode = find_quantile(self.experts, *ends, 0.5)
        return self.model_copy(update={"low": ends[0], "mode": mode, "high": ends[1]})

    def stated(self) -> tuple[float, float]:
        """Return the lowest and the highest value that the scenario states: ends of a range, values of experts."""
        if not self.experts:
            return self.low, self.high
        return min(j.values[0] for j in self.experts), max(j.values[2] for j in self.experts)

    def format_range(self) -> str:
        """Return the value, `low to high`, or `low / mode / high`."""
        if self.shape == "fixed":
            return f"{self.low:g}"
        if self.shape == "uniform":
            return f"{self.low:g} to {self.high:g}"
        return f"{self.low:g} / {self.mode:g} / {self.high:g}"


def _is_number(raw: Any) -> bool:
    return isinstance(raw, Real) and not isinstance(raw, bool) and math.isfinite(raw)


def _suggest_number(raw: Any) -> str:
    """Suggest how a percentage, a time, a number with a comma or in quotes is written; empty for all other values."""
    if isinstance(raw, list) and len(raw) in (2, 3) and all(map(_is_number, raw)):
        return f"; a range is written {{assumed: [{', '.join(f'{end:g}' for end in raw)}]}}"
    text = raw.strip() if isinstance(raw, str) else ""
    if re.fullmatch(r"[-+]?[0-9]+([.,][0-9]+)?\s*%", text):
        share = float(text.rstrip("% ").replace(",", ".")) / 100
        return f"; a percentage is written as a share: {share:g}"
    length = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]+?)s?", text.lower())
    if length and length[2] in _DAYS:
        about = "about " if _DAYS[length[2]] > 7 else ""
        return f"; a length of time is a number of days: {about}{round(float(length[1]) * _DAYS[length[2]])}"
    return suggest_digits(text) or (f"; remove the quotes: {text}" if _is_quoted(text) else "")


def _is_quoted(text: str) -> bool:
    """Whether a text would be a number without its quotes."""
    try:
        return bool(text) and _is_number(parse_scalar(text))
    except UnusableScalar:
        return False


def _suggest_ends(ends: Any) -> str:
    """Say which end of a range is not a number, and how the ends are written where commas split them."""
    if not isinstance(ends, list | tuple):
        dash = re.fullmatch(r"([0-9.]+) ?(?:-|–|to|\.\.) ?([0-9.]+)", str(ends).strip())
        return f"; write [{dash[1]}, {dash[2]}]" if dash else _suggest_number(ends)
    if len(ends) in (4, 6) and all(isinstance(end, int) for end in ends):
        if any(part == 0 or part >= 100 for part in ends[1::2]):
            return "; decimals have a point, and thousands have no comma"
        pairs = (f"{whole}.{part}" for whole, part in zip(ends[::2], ends[1::2], strict=True))
        return f"; decimals have a point: [{', '.join(pairs)}]"
    wrong = next((end for end in ends if not _is_number(end)), None)
    if wrong is None:
        return f"; got {len(ends)}"
    return f"; {describe_value(wrong)} is not a number{_suggest_number(wrong)}"


def _fix(value: float, provenance: Provenance, **more: Any) -> dict[str, Any]:
    return {"low": value, "mode": value, "high": value, "shape": "fixed", "provenance": provenance, **more}


def _read_range(raw: dict[str, Any]) -> dict[str, Any]:
    ends, why = raw["assumed"], raw.get("why")
    extra = sorted(set(raw) - {"assumed", "why"})
    if extra:
        raise ValueError(f"`{extra[0]}` does not go with `assumed`; an assumed number has a range and a `why`")
    if not isinstance(ends, list | tuple) or len(ends) not in (2, 3) or not all(map(_is_number, ends)):
        raise ValueError(f"`assumed` takes two or three numbers: [low, high] or [low, mode, high]{_suggest_ends(ends)}")
    ends = [float(end) for end in ends]
    if sorted(ends) != ends or ends[0] == ends[-1]:
        written = ", ".join(f"{end:g}" for end in ends)
        if ends[0] < ends[-1]:
            raise ValueError(f"the middle of [{written}] lies outside the range; the order is [low, mode, high]")
        raise ValueError(f"the range [{written}] is upside down or empty; give low before high")
    low, high = ends[0], ends[-1]
    mode = ends[1] if len(ends) == 3 else (low + high) / 2
    shape = "triangular" if len(ends) == 3 else "uniform"
    return {"low": low, "mode": mode, "high": high, "shape": shape, "provenance": "assumed", "why": why}


def _read_elicited(raw: dict[str, Any]) -> dict[str, Any]:
    """Read what experts said; the ends reach a tenth beyond it, until a bound of the scenario cuts them."""
    extra = sorted(set(raw) - {"elicited", "why"})
    if extra:
        raise ValueError(f"`{extra[0]}` does not go with `elicited`; an elicited number has experts and a `why`")
    experts = read_judgements(raw["elicited"])
    low, high = find_ends(experts)
    return {
        "low": low,
        "mode": find_quantile(experts, low, high, 0.5),
        "high": high,
        "shape": "elicited",
        "provenance": "elicited",
        "why": raw.get("why"),
        "experts": experts,
    }


def _read_value(raw: dict[str, Any]) -> dict[str, Any]:
    if not _is_number(raw.get("value")):
        got = f"{describe_value(raw.get('value'))} as the value{_suggest_number(raw.get('value'))}"
        raise ValueError(f"expected {FORMS}, got {got}")
    value = float(raw["value"])
    if "source" in raw and "convention" in raw:
        raise ValueError("a value rests on a `source` or is a `convention`, not both")
    if raw.get("set"):
        return _fix(value, "set", why=raw.get("why"))
    if "convention" in raw:
        if not raw["convention"]:
            raise ValueError("`convention` says why this is a choice of the model and no claim about the world")
        return _fix(value, "convention", why=str(raw["convention"]))
    if raw.get("source"):
        if not raw.get("locator"):
            raise ValueError(f"source `{raw['source']}` needs a `locator` (paragraph, page or row)")
        return _fix(value, "documented", source=str(raw["source"]), locator=str(raw["locator"]), why=raw.get("why"))
    raise ValueError("a value without `source` and `locator` or `convention`; else give it as `assumed` with a range")


def _bound(low: float, high: float, limits: str) -> AfterValidator:
    def check(number: Number) -> Number:
        first, last = number.stated()
        if first < low or last > high:
            wrong = first if first < low else last
            share = f"; a percentage is written as a share: {wrong / 100:g}" if high == 1 and 2 < wrong <= 100 else ""
            raise ValueError(f"{wrong:g} is out of bounds; allowed: {limits}{share}")
        return number.within(low, high) if number.experts else number

    return AfterValidator(check)


_INF = float("inf")
Unit = Annotated[Number, _bound(0, 1, "0 to 1")]
Signed = Annotated[Number, _bound(-1, 1, "-1 to 1")]
NonNegative = Annotated[Number, _bound(0, _INF, "0 or more")]
Positive = Annotated[Number, _bound(1e-6, _INF, "above 0")]


def _require_whole(low: int, high: int) -> AfterValidator:
    def check(number: Number) -> Number:
        if number.shape != "fixed" or number.low != int(number.low) or not low <= number.low <= high:
            raise ValueError(f"allowed: one whole number from {low} to {high}, no range")
        return number

    return AfterValidator(check)


Few = Annotated[Number, _require_whole(1, 200)]
Many = Annotated[Number, _require_whole(1, 5000)]
Any_ = Annotated[Number, _bound(-_INF, _INF, "any number")]


def make_convention(value: float, why: str) -> Number:
    """Return a number that is a choice of the model and makes no claim about the world."""
    return Number.model_validate({"value": value, "convention": why})


def iterate_numbers(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Number]]:
    """Yield path and number for every number below a pydantic model, in the order of definition."""
    if isinstance(model, Number):
        yield path, model
    elif isinstance(model, BaseModel):
        for name in type(model).model_fields:
            yield from iterate_numbers(getattr(model, name), (*path, name))
    elif isinstance(model, dict):
        for name, value in model.items():
            yield from iterate_numbers(value, (*path, str(name)))
