"""Calibration: the record of talks that took place, and what it does and does not say of the parameters."""
