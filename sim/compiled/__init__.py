"""The compiled engine: the same nine phases over arrays, calling the same rules as the agents."""
