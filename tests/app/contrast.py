"""Contrast of two colours, as WCAG 2.2 defines it."""

from __future__ import annotations

from sim.app.charts import compute_luminance


def compute_contrast(one: str, two: str) -> float:
    """Compute the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((compute_luminance(one), compute_luminance(two)))
    return (high + 0.05) / (low + 0.05)
