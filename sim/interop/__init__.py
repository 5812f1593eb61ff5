"""Import from and export to other tools of the field: KTAB, GENIUS, NegMAS."""
