"""The Store: a narrow document store with two backends, field encryption, and the product's collections."""
