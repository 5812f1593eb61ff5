"""Validation that leaves one case out: what the model says of talks whose record it has not seen, against baselines."""
