"""Builds the house from its settings: the one place that knows every room."""
