"""The adoption of what was made by hand: read, described as a template, compared with settings."""
