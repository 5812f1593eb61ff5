"""
Ranges and solutions
====================

Each party's range on every issue, from its demand (tick) to its reservation value, with the textbook solutions of the
bargaining problem. No simulation is needed: the ranges are those of the scenario, at the middle of every assumption.
"""

import numpy as np

import sim
from sim.analysis.study import analyse
from sim.figures.solutions import plot_frontier, plot_ranges, plot_utilities

studies = analyse(sim.load("river-border"), n=200, seed=1).studies

# %%
# Ranges on the issues of a basket
# --------------------------------

study = next(study for study in studies if study.game.name == "river")
game = study.game
packages = {point.name: point.package for point in study.points}
axes = plot_ranges(game.issues, game.demand, game.reservation, salience=game.salience, packages=packages)

# %%
# Utility of every party at each solution
# ---------------------------------------

utilities = {point.name: point.utility for point in study.points}
axes = plot_utilities(game.parties, game.floor, utilities)

# %%
# The Pareto frontier of two parties
# ----------------------------------

study = next(study for study in studies if len(study.game.parties) == 2)
game = study.game
corners = np.array([game.utilities(package) for package in study.corners])
axes = plot_frontier(game.parties, corners, game.floor, {point.name: point.utility for point in study.points})
