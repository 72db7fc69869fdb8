"""The daily report of a business's ads: what worked, what did not, what was done and why, and what is proposed."""
