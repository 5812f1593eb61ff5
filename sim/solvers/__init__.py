"""Optimisation used by rules and analysis."""
