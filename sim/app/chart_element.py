"""Charts on the page, in the colours of the theme that the browser shows."""

from __future__ import annotations

from typing import Any

import streamlit as st
from altair.utils import schemapi

from sim.app.theme import DARK, darken


def skip_checks() -> None:
    """Turn off Altair's check of charts against its schema: it takes longer than making them, and the tests do it."""
    schemapi.disable_debug_mode()


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return bool(st.context.theme.type == "dark")


def choose_shade(colour: str) -> str:
    """Choose the shade of a colour of the charts in the theme that the browser shows."""
    return DARK[colour] if is_dark() else colour


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
