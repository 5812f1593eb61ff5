"""Calibration: the record of past talks, and how far it narrows the parameters of the model."""
