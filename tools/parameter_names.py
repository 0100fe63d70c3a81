"""Names of server parameters by engine family, from servers that run here.

``.venv/bin/python tools/parameter_names.py > src/rdsproxy_templates/aws/parameters.json``. RDS
publishes its own lists only through its API; these tell a parameter of the one family from one of
the other, and know nothing of parameters that RDS adds.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from rdsproxy_local.servers.mariadb import MariaDB
from rdsproxy_local.servers.postgresql import PostgreSQL


def names() -> dict[str, object]:
    """The names, with date and source."""
    with PostgreSQL() as postgresql, MariaDB() as mariadb:
        of_postgresql = sorted(
            name for name, _ in postgresql.rows("SELECT name, context FROM pg_settings")
        )
        of_mysql = sorted(row[0].lower() for row in mariadb.rows("SHOW VARIABLES"))
        versions = [one.rows("SELECT version()")[0][0].split()[:2] for one in (postgresql, mariadb)]
    return {
        "read": datetime.now(UTC).date().isoformat(),
        "source": [
            f"pg_settings of {' '.join(versions[0])}",
            f"SHOW VARIABLES of {' '.join(versions[1])}",
        ],
        "POSTGRESQL": [name.lower() for name in of_postgresql],
        "MYSQL": of_mysql,
    }


if __name__ == "__main__":
    print(json.dumps(names(), indent=1))
