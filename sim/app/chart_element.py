"""Charts on the page, in the colours of the theme that the browser shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st
from altair.utils import schemapi

from sim.app.theme import DARK, SHAPES, darken


def skip_checks() -> None:
    """Turn off Altair's check of charts against its schema: it takes longer than making them, and the tests do it."""
    schemapi.disable_debug_mode()


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return bool(st.context.theme.type == "dark")


def write_shade(colour: str) -> str:
    """Write a colour of the charts for HTML, where the browser chooses its shade in the theme that it shows."""
    return f"light-dark({colour},{DARK[colour]})"


def write_key(colours: Sequence[tuple[str, str]], lines: Sequence[str] = (), shapes: bool = False) -> str:
    """Write the legend of a chart as HTML, which wraps on a narrow screen, where a chart would cut it off.

    Parameters
    ----------
    colours : sequence of (str, str)
        Words and colour of every series.
    lines : sequence of str
        Words of a dashed and of a plain line; empty where all lines are plain.
    shapes : bool
        Whether the series have the `SHAPES` as marks, in this order, and not lines.

    Returns
    -------
    str
        A paragraph.
    """
    signs = list(SHAPES.values())
    marks = []
    for k, (words, colour) in enumerate(colours):
        shade, sign = write_shade(colour), signs[k % len(signs)]
        line = f'<i style="background:{shade}"></i>'
        marks.append((f'<b style="color:{shade}" aria-hidden="true">{sign}</b>' if shapes else line, words))
    marks += [(f'<i class="{look}"></i>', words) for look, words in zip(("dashed", "plain"), lines, strict=False)]
    return f'<p class="key">{"".join(f"<span>{mark}{escape(words)}</span>" for mark, words in marks)}</p>'


_WATCH = """
export default function({setTriggerValue}) {
  const dark = matchMedia("(prefers-color-scheme: dark)")
  // Streamlit changes its own theme first, and tells the server of it with the next run.
  const tell = () => setTimeout(() => setTriggerValue("theme", dark.matches ? "dark" : "light"), 100)
  dark.addEventListener("change", tell)
  return () => dark.removeEventListener("change", tell)
}
"""
_watch_theme = st.components.v2.component("parley_theme", js=_WATCH)


def follow_theme() -> None:
    """Run the page again when the system changes its theme: the colours of charts are chosen on the server."""
    with st.container(key="theme", height="content"):
        _watch_theme(key="theme_watch", on_theme_change=lambda: None)


def show_chart(chart: Any, key: str) -> None:
    """Show a chart of Altair, or its specification, as wide as its place.

    Parameters
    ----------
    chart : Chart or dict
        The chart in the colours of the light theme.
    key : str
        Key of the element.
    """
    spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    st.vega_lite_chart(None, darken(spec) if is_dark() else spec, key=key, theme=None, width="stretch")
