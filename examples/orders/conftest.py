"""Make this folder importable: pytest adds that of each conftest.py to the path."""
