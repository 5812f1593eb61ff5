"""Titles of measures in words, shared by tables, figures and reports."""

from __future__ import annotations

LATENT_OFFERS = "by offers they would make that day"
"""What marks a latent closed share: each party's offer is the one it would make, on baskets barred or not."""
