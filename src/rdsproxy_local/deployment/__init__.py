"""Rendered templates brought into the local cloud: code built and uploaded, stacks deployed."""
