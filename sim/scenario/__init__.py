"""Scenarios: schema, loading, checks, derivation from documents, and the arrays of a run."""
