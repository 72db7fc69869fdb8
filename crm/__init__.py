"""Who a business knows and how it reaches them: orgs, contacts, leads, handoffs, attribution, routing."""
