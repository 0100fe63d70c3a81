"""What several stacks are composed of: a few resources each, with the settings they need."""
