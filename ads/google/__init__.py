"""Google Ads over REST (search ads)."""
