"""The command ``rdsproxy-templates``: one module for each subcommand."""

from .commands import command, main

__all__ = ["command", "main"]
