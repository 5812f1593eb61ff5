"""
How the talks ended
===================

"""
import matplotlib.pyplot as plt
from matplotlib import pyplot
plt.plot([0,1],[0,1])
