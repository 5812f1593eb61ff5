"""The phases of the reference engine that are longer than a few lines: incidence, meeting, agreement, closing."""
