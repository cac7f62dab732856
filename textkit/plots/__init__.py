"""Plots: each draws one table, on the ax it is given or a new figure, and returns the Axes."""
