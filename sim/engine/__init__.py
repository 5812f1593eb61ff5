"""The compiled engine: the nine phases over arrays, calling the very rules that the agents call."""
