"""The resources that stacks are composed of, and their settings."""
