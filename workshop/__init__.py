"""The workshop: where people change the YAML of a business, see what it does, and put it in force."""
