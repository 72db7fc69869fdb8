"""The JSON API under /api/v1: what the console's own pages call, and what programs of a business may."""
