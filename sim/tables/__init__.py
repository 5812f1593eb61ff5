"""Tables of runs and rounds, and their summaries."""
