"""Diagnosis of what is deployed: proxies, their targets, and the functions before them."""
