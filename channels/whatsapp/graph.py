"""Where Meta's Graph API is, and which version of it we speak; apart from the client, so that settings need no HTTP."""

GRAPH_API_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
