"""Data: scenarios, cases with their documents and positions, papers. This package holds no code."""
