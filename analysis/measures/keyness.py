"""Keyness: what one group of documents says more, or less, than another."""

from analysis.measures.association import weighted_log_odds

__all__ = ["weighted_log_odds"]
