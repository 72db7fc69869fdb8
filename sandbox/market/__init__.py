"""A simulated ad market: people who see, click and buy, behind the simulated platforms and under the benchmarks.

Seedable and pure: the same worlds, seed and budgets give the same hours. Nothing here knows how AAIS decides.
"""
