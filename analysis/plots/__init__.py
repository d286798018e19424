"""Figures, one file a kind: a result frame in, an Axes out; they compute nothing."""
