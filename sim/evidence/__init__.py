"""Dated facts with their sources: documents, positions, acts, and the record of a case that holds them."""
