"""Functions and the APIs in front of them."""
