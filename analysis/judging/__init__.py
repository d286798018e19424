"""Models that judge sentences; :mod:`analysis.judging.methods` is the way in."""
