"""TikTok's Business API."""
