"""Dimensions of the bargaining core on which peers are compared. No peer waits for an import here."""

ISSUES = 6
OPTIONS = 5
TURNS = 20
"""Turns of each of the two parties."""
