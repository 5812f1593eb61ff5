"""Carrying work over from and to the field's other tools: KTAB, GENIUS, NegMAS."""
