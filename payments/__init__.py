"""Taking money: intents, their verification, and the providers that carry them out."""
