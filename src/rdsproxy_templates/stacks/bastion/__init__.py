"""The instance through which laptops reach a database."""
