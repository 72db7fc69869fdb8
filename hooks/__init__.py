"""Outgoing webhooks: other programs are told what a flow, a lifecycle or a rule decided."""
