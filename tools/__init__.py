"""Chores of the repository: pinning, the browser, screenshots."""
