"""Pages of the shipped experiments, written from tables of effects: words of direction and all numbers come from there.

A page is a Jinja template in `experiments/pages/`; its table of effects lies beside the page, in
`docs/experiments/results/`. `python -m experiments.pages` writes all pages anew from these tables.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sim.core.atomic import write_file
from sim.core.errors import ParleyError

if TYPE_CHECKING:
    import pandas as pd

PAGES = Path(__file__).resolve().parents[1] / "docs" / "experiments"
TEMPLATES = Path(__file__).resolve().parent / "templates"
_WIDTH = 125
"""Characters of a line."""
_COLUMNS = ("case", "contrast", "measure", "level", "kind", "runs", "changed", "n")
_NUMBERS = ("first", "second", "difference", "low", "high", "p_holm")

HEADINGS = {
    "closed_d60": "closed, day 60",
    "closed_d90": "day 90",
    "closed": "day 365",
    "latent_closed_d60": "latent, day 60",
    "latent_closed_d90": "latent, day 90",
    "latent_closed": "latent, day 365",
    "outcome_at_least=humanitarian": "humanitarian or more",
    "outcome_at_least=ceasefire": "ceasefire or more",
    "rounds_held": "rounds",
    "days_in_abeyance": "days in abeyance",
}
MAIN = ("closed_d60", "closed_d90", "closed", "latent_closed", "outcome_at_least=ceasefire", "rounds_held")
"""Measures of the table of a page."""


def write_effects(name: str, effects: pd.DataFrame) -> Path:
    """Write the table of effects that the page of an experiment rests on.

    Parameters
    ----------
    name : str
        Name of the experiment.
    effects : pd.DataFrame
        As `collect_effects` returns it.

    Returns
    -------
    Path
        The file, in CSV.
    """
    path = PAGES / "results" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    write_file(path, effects[[*_COLUMNS, *_NUMBERS]].to_csv(index=False, float_format="%.5g", lineterminator="\n"))
    return path


def read_effects(name: str) -> pd.DataFrame:
    """Read the table of effects of an experiment. Raises ParleyError where it was not run."""
    import pandas as pd

    path = PAGES / "results" / f"{name}.csv"
    if not path.is_file():
        raise ParleyError(f"{path} is missing; `python experiments/run_{name.replace('-', '_')}.py` makes it")
    return pd.read_csv(path, keep_default_na=False, na_values={number: [""] for number in _NUMBERS})


def write_numbers(name: str, numbers: Mapping[str, Any]) -> Path:
    """Write further numbers of a page: plain data by name, in JSON."""
    path = PAGES / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    write_file(path, json.dumps(numbers, indent=1) + "\n")
    return path


def read_numbers(name: str) -> dict[str, Any]:
    """Read the further numbers of a page; empty where it has none."""
    path = PAGES / "results" / f"{name}.json"
    numbers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return numbers


def write_page(name: str) -> Path:
    """Write the page of an experiment from its template, its table of effects and its further numbers."""
    path, numbers = PAGES / f"{name}.md", read_numbers(name)
    effects = None if numbers and not (PAGES / "results" / f"{name}.csv").is_file() else read_effects(name)
    write_file(path, render_page(name, effects, numbers))
    return path


def render_page(name: str, effects: pd.DataFrame | None, numbers: Mapping[str, Any] | None = None) -> str:
    """Render the page of an experiment.

    Parameters
    ----------
    name : str
        Name of the experiment; its template is `experiments/templates/NAME.md`.
    effects : pd.DataFrame or None
        Table of effects.
    numbers : mapping, optional
        Further numbers, which the template reads by name.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    words = PageWords(effects) if effects is not None else None
    functions = list_functions(words) if words else {}
    text = environment.get_template(f"{name}.md").render(**functions, **(numbers or {}))
    return _wrap_paragraphs(text)


def list_functions(words: PageWords) -> dict[str, Callable[..., str]]:
    """List the functions that templates call, by name."""
    return {
        "effect": words.describe_effect,
        "effects": words.describe_cases,
        "signed": words.format_difference,
        "value": words.format_value,
        "changed": words.describe_changes,
        "expect": words.check_direction,
        "table": words.tabulate_effects,
    }


def _wrap_paragraphs(text: str) -> str:
    """Wrap the paragraphs of a page; headings, tables, figures and lists stay as they are."""
    wrapper = textwrap.TextWrapper(_WIDTH, break_long_words=False, break_on_hyphens=False)
    parts = [part.strip("\n") for part in re.split(r"\n{2,}", text)]
    plain = [part.startswith(("#", "|", "!", "- ", "`" * 3)) for part in parts]
    wrapped = (part if keep else wrapper.fill(part) for part, keep in zip(parts, plain, strict=True))
    return "\n\n".join(wrapped) + "\n"


class PageWords:
    """Sentences and tables of a page from a table of effects.

    Parameters
    ----------
    effects : pd.DataFrame
        Table of effects of all cases.
    """

    def __init__(self, effects: pd.DataFrame):
        self._effects = effects
        self.cases: list[str] = list(dict.fromkeys(effects["case"]))
        labels = effects["measure"].where(effects["level"] == "", effects["measure"] + "=" + effects["level"])
        keys = zip(effects["case"], effects["contrast"], labels, strict=True)
        self._rows: dict[tuple[str, str, str], dict[str, Any]] = dict(
            zip(keys, effects.to_dict("records"), strict=True)
        )

    def _find(self, case: str, contrast: str, measure: str) -> dict[str, Any]:
        """Return one row of the table. Raises ParleyError."""
        row = self._rows.get((case, contrast, measure))
        if row is None:
            raise ParleyError(f"the table of effects has no {measure} of `{contrast}` in {case}")
        return row

    def describe_effect(self, case: str, contrast: str, measure: str, subject: str) -> str:
        """Describe an effect: `raises SUBJECT by 3.1 points (2.3 to 3.9)`."""
        row = self._find(case, contrast, measure)
        if _is_zero(row):
            return f"changes nothing at all in {subject}"
        if row["low"] <= 0.0 <= row["high"]:
            return f"leaves {subject} where it was ({_format_signed(row)})"
        verb = "raises" if row["difference"] > 0 else "lowers"
        return f"{verb} {subject} by {_format_size(row, with_unit=True)}"

    def describe_cases(self, contrast: str, measure: str, subject: str) -> str:
        """Describe an effect in all cases: one verb where they agree in sign, signed numbers where they do not."""
        rows = [self._find(case, contrast, measure) for case in self.cases]
        signs = {math.copysign(1.0, row["difference"]) for row in rows}
        clear = all(not row["low"] <= 0.0 <= row["high"] for row in rows)
        if clear and len(signs) == 1:
            verb = "raises" if signs == {1.0} else "lowers"
            sizes = [f"{_format_size(row, with_unit=n == 0)} in `{row['case']}`" for n, row in enumerate(rows)]
            return f"{verb} {subject} by {_join(sizes)}"
        sizes = [f"{_format_signed(row, n == 0)} in `{row['case']}`" for n, row in enumerate(rows)]
        return f"changes {subject} by {_join(sizes)}"

    def format_difference(self, case: str, contrast: str, measure: str, with_unit: bool = True) -> str:
        """Format a difference with its sign and interval, and the words `points` and `95% interval` with its unit."""
        return _format_signed(self._find(case, contrast, measure), with_unit)

    def format_value(self, case: str, contrast: str, measure: str, which: str = "first") -> str:
        """Format the mean at the first or the second point of a contrast."""
        row = self._find(case, contrast, measure)
        return f"{100 * row[which]:.0f}%" if _is_percent(row) else f"{row[which]:.1f}"

    def check_direction(self, case: str, contrast: str, measure: str, sign: str) -> str:
        """Check a direction that the words of a page rest on; returns an empty text.

        Parameters
        ----------
        case, contrast, measure : str
            A row of the table of effects.
        sign : str
            `+`, `-`, or `0` where the interval holds 0.

        Raises
        ------
        ParleyError
            The row says otherwise, so the page must be rewritten.
        """
        row = self._find(case, contrast, measure)
        actual = "0" if row["low"] <= 0.0 <= row["high"] else "+" if row["difference"] > 0 else "-"
        if actual != sign:
            text = f"the page says {sign} of {measure} for `{contrast}` in {case}, the table {_format_signed(row)}"
            raise ParleyError(f"{text}; rewrite its template")
        return ""

    def describe_changes(self, contrast: str) -> str:
        """Describe in how many runs anything changed, case by case."""
        rows = [self._find(case, contrast, "closed") for case in self.cases]
        return _join([f"{row['changed']:,} of {row['runs']:,} runs in `{row['case']}`" for row in rows])

    def tabulate_effects(self, case: str, contrasts: Sequence[str] | None = None) -> str:
        """Tabulate the effects of one case: a row a contrast, a star where a difference survives Holm's correction."""
        own = self._effects[self._effects["case"] == case]
        names = list(contrasts or dict.fromkeys(own["contrast"]))
        head = ["change", *(HEADINGS[measure] for measure in MAIN), "runs changed"]
        lines = [head, ["---", *["---:"] * (len(head) - 1)]]
        for name in names:
            rows = [self._find(case, name, measure) for measure in MAIN]
            cells = [_format_cell(row) for row in rows]
            lines.append([name, *cells, f"{rows[0]['changed']:,} of {rows[0]['runs']:,}"])
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _is_zero(row: Mapping[str, Any]) -> bool:
    """Return whether a measure is the same in every run."""
    return not any(row[name] for name in ("difference", "low", "high"))


def _is_percent(row: Mapping[str, Any]) -> bool:
    """Return whether a measure is a share: of runs, or of the distance."""
    return bool(row["kind"] == "share" or "closed" in row["measure"])


def _scale(row: Mapping[str, Any]) -> list[float]:
    """Return difference and interval, shares in percentage points."""
    factor = 100.0 if _is_percent(row) else 1.0
    return [factor * row[name] for name in ("difference", "low", "high")]


def _format_size(row: Mapping[str, Any], with_unit: bool = False) -> str:
    """Format the size of a difference without its sign."""
    difference, low, high = _scale(row)
    ends = sorted((abs(low), abs(high)))
    unit = " points" if with_unit and _is_percent(row) else ""
    interval = "95% interval " if with_unit else ""
    return f"{abs(difference):.1f}{unit} ({interval}{ends[0]:.1f} to {ends[1]:.1f})"


def _format_signed(row: Mapping[str, Any], with_unit: bool = True) -> str:
    """Format a difference with its sign and interval."""
    difference, low, high = (_format_number(value) for value in _scale(row))
    unit = " points" if with_unit and _is_percent(row) else ""
    interval = "95% interval " if with_unit else ""
    return f"{difference}{unit} ({interval}{low} to {high})"


def _format_number(value: float) -> str:
    """Format a number with its sign; what rounds to zero has none."""
    text = f"{value:+z.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def _format_cell(row: Mapping[str, Any]) -> str:
    """Format a cell of the table; a star marks what survives Holm's correction."""
    if _is_zero(row):
        return "0"
    difference, low, high = (_format_number(value) for value in _scale(row))
    return f"{difference}{'*' if row['p_holm'] < 0.05 else ''} ({low} to {high})"


def _join(parts: Sequence[str]) -> str:
    """Join parts with commas and `and`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


if __name__ == "__main__":
    for page in sorted({file.stem for file in (PAGES / "results").iterdir()}):
        write_page(page)
