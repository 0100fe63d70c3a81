"""Databases, proxies, secrets and users."""
