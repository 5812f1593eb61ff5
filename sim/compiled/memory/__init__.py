"""The memory of a run, and all that touches the private side of Numba and LLVM."""
