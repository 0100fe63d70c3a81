"""Bastion: the instance through which laptops reach a database."""
