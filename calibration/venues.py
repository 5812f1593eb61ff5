"""Venues of a record matched with those of a scenario."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from calibration.baselines import OTHER


def match_venue(text: str, titles: Mapping[str, str]) -> str | None:
    """Match the record's venue with the scenario's, by id or title as whole words.

    Parameters
    ----------
    text : str
        The venue as the record writes it.
    titles : mapping
        Titles of the scenario's venues by id.

    Returns
    -------
    str or None
        The venue; `other` where none occurs in the text; None where the text is empty or names several.
    """
    venues = [v for v, title in titles.items() if _has_words(text, v) or _has_words(text, title)]
    if not text.strip() or len(venues) > 1:
        return None
    return venues[0] if venues else OTHER


def describe_match(text: str, titles: Mapping[str, str]) -> str | None:
    """Say that a venue counts as `other`, with the scenario's venue that may be meant; None where it does not."""
    if match_venue(text, titles) != OTHER:
        return None
    names = {name.casefold(): v for v, title in titles.items() for name in (v, title)}
    words = [part.strip().casefold() for part in (text, *re.split(r"[,;()]", text))]
    close = [near for word in words for near in difflib.get_close_matches(word, names, n=1, cutoff=0.8)]
    return f"venue `{text}` counts as `{OTHER}`" + (f" (did you mean `{names[close[0]]}`?)" if close else "")


def _has_words(text: str, words: str) -> bool:
    """Whether words occur in a text, not as parts of longer ones."""
    return re.search(rf"(?<!\w){re.escape(words.casefold())}(?!\w)", text.casefold()) is not None
