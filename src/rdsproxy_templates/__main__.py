"""The command, run by ``python -m rdsproxy_templates``."""

from .cli import main

if __name__ == "__main__":
    main()
