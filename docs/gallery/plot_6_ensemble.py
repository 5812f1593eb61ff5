"""
An ensemble in a notebook
=========================

``run_ensemble`` returns an object that draws its own figures. Every plot takes ``ax`` and ``title`` and returns the
axes, so that it can be changed further.
"""

import matplotlib.pyplot as plt

import sim

ensemble = sim.run_ensemble("river-border", n=1000, seed=1)
print(ensemble)

# %%
# How the talks end
# -----------------

axes = ensemble.plot.outcomes()

# %%
# What was settled, and what stood in the way
# -------------------------------------------

axes = ensemble.plot.blocking()

# %%
# When the first agreements come
# ------------------------------

axes = ensemble.plot.days()

# %%
# Offers on an issue
# ------------------

axes = ensemble.plot.convergence(issue="crossing", title="Control of the crossing")

# %%
# Terms of all issues
# -------------------

axes = ensemble.plot.terms(title="Terms that stand at the end")

# %%
# Terms of one issue against its labels
# -------------------------------------

axes = ensemble.plot.terms("crossing")

# %%
# What each party gains
# ---------------------

axes = ensemble.plot.utilities()

# %%
# Two plots side by side
# ----------------------

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
ensemble.plot.convergence(ax=left, title="Everything")
ensemble.plot.convergence("exchange", ax=right, title="Exchange of crews")
