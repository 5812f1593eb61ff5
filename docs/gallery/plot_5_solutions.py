"""
Ranges and solutions
====================

Each party's range on every issue, from its demand (tick) to its reservation value, with the textbook solutions of the
bargaining problem. No simulation is needed: the ranges are those of the scenario, at the middle of every assumption.
A circle marks the Nash solution, a square Kalai-Smorodinsky, a triangle the egalitarian one, a diamond the utilitarian.
"""

import numpy as np

import sim
from sim.analysis.study import analyse
from sim.figures import solutions as figures

studies = analyse(sim.load("river-border"), n=200, seed=1).studies

# %%
# Ranges on the issues of a basket
# --------------------------------

study = next(study for study in studies if study.game.name == "river")
game = study.game
packages = {point.name: point.package for point in study.points}
axes = figures.plot_ranges(
    game.issues,
    game.demand,
    game.reservation,
    salience=game.salience,
    packages=packages,
)

# %%
# Utility of every party at each solution
# ---------------------------------------

utilities = {point.name: point.utility for point in study.points}
axes = figures.plot_utilities(game.parties, game.floor, utilities)

# %%
# The Pareto frontier of two parties
# ----------------------------------

study = next(study for study in studies if study.corners)
game = study.game
corners = np.array([game.utilities(corner) for corner in study.corners])
utilities = {point.name: point.utility for point in study.points}
axes = figures.plot_frontier(game.parties, corners, game.floor, utilities)

# %%
# Clauses that each party could live with
# ---------------------------------------
#
# In the share of draws of the assumed ranges at the start of the talks; a column is a party, the last one all of them.

from sim.analysis.clauses import assess_clauses  # noqa: E402
from sim.figures.clauses import plot_clauses  # noqa: E402

result = assess_clauses(sim.load("river-border"), n=200, seed=1)
river = [clause for clause in result.clauses if clause.basket == "river"]
parties = list(dict.fromkeys(clause.party for clause in river))
options = [(clause.issue, clause.option) for clause in river[:: len(parties)]]
shares = np.array([clause.floors / clause.n for clause in river]).reshape(len(options), len(parties))
axes = plot_clauses(options, parties, shares)
