"""Advertising. So far: reading where a visitor came from."""
