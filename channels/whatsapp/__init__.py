"""WhatsApp Cloud API: the webhook's reading, and the Graph API's writing."""
