"""What is true of a business, read together from the rooms below; it changes nothing."""
