"""Tells a platform what the server measured of its own ads, so that the platform learns from the truth."""
