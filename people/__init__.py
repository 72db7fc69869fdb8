"""Who works with the console: people, their roles in a business, how they sign in, and what they did."""
