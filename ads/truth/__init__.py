"""What the server itself measured of its ads: from the page to the conversation, the booking and verified money."""
