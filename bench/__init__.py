"""Figures, each measured beside its peers."""
