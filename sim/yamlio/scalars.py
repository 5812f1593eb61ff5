"""Single values of a YAML file, by YAML 1.2's core schema (YAML 1.2.2, section 10.3) with ISO dates added."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import TypeAlias

MAX_INTEGER = 2**63 - 1
"""The largest whole number: an array of 64-bit integers holds no larger one."""

Scalar: TypeAlias = str | int | float | bool | datetime.date | None

_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Besides what YAML refuses: the exotic line ends (U+0085, U+2028, U+2029), after which editors disagree on
# line numbers, and a byte order mark inside the text, which cannot be seen.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class UnusableScalar(Exception):
    """A scalar that cannot be used. The builder of the tree adds file, line and key."""


def parse_scalar(text: str) -> Scalar:
    """Return the value of an unquoted scalar. `yes`, `on` and `1_000` are text; `010` is ten.

    Raises
    ------
    UnusableScalar
        An infinite number, not a number, a whole number past MAX_INTEGER, or a date that no calendar has.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _parse_integer(text)
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        number = float(text) if _FLOAT.fullmatch(text) else math.nan
        if not math.isfinite(number):
            raise UnusableScalar(f"`{shorten(text)}` is not a finite number; a finite one is needed")
        return number
    if _DATE.fullmatch(text):
        return _parse_date(text)
    return text


def _parse_integer(text: str) -> int:
    # The digits are counted first: Python refuses to convert thousands of them with an error of its own.
    number = int(text, 0 if text[:2] in ("0o", "0x") else 10) if len(text) <= 40 else MAX_INTEGER + 1
    if abs(number) > MAX_INTEGER:
        raise UnusableScalar(f"the whole number `{shorten(text)}` is too large; at most {MAX_INTEGER} is allowed")
    return number


def _parse_date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UnusableScalar(f"`{text}` is not a date of the calendar; dates are written YYYY-MM-DD") from None


def name_kind(value: Scalar) -> str:
    """Name the kind of a value that is not text, as messages do."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "a date" if isinstance(value, datetime.date) else "a number"


def suggest_digits(text: str) -> str:
    """Suggest how a number with a comma, or with a mark between thousands, is written; empty for all other texts."""
    if re.fullmatch(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})(,[0-9]{3})*", text):
        decimal = f", {text.replace(',', '.')} for a decimal" if text.count(",") == 1 else ""
        return f"; write {text.replace(',', '')} for a whole number{decimal}"
    if re.fullmatch(r"[-+]?[0-9]{1,3}([_ ',][0-9]{3})+(\.[0-9]+)?", text):
        digits = text.translate(str.maketrans("", "", "_ ',"))
        return f"; write {digits}, without marks between thousands"
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return f"; decimals have a point: {text.replace(',', '.')}"
    return ""


def name_character(character: str) -> str:
    """Name a character that cannot be printed."""
    return f"the character U+{ord(character):04X}"


def shorten(text: str, limit: int = 60) -> str:
    """Return text for a message: on one line, and cut after `limit` characters."""
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"
