"""The HTTP side of the house: webhooks, health, metrics, and the few pages that the main job needs."""
