"""The words that ads are made of, as YAML data, one file for each kind of offer."""
