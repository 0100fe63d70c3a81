"""What a deployment is given, compared with the account before anything in it changes."""

from .comparison import given_problems

__all__ = ["given_problems"]
