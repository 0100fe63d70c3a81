"""The demo's statements in PostgreSQL's dialect."""

from __future__ import annotations

READY = """SELECT count(*) = 2 FROM pg_catalog.pg_tables
    WHERE schemaname = 'public' AND tablename IN ('items', 'visits')"""


def _created(table: str, columns: str) -> str:
    """Ignore that a concurrent session created the table: IF NOT EXISTS does not see it."""
    return f"""DO $$ BEGIN
        CREATE TABLE IF NOT EXISTS public.{table} ({columns});
    EXCEPTION WHEN unique_violation OR duplicate_table OR duplicate_object THEN NULL;
    END $$"""


CREATE = (
    _created("items", "id INT PRIMARY KEY, name VARCHAR(50) NOT NULL"),
    _created(
        "visits",
        """id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        visited_at TIMESTAMP(6) NOT NULL,
        request VARCHAR(64) NOT NULL UNIQUE""",
    ),
)
SEED = "INSERT INTO public.items (id, name) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING"
LOAD = "SELECT id, name FROM public.items WHERE id > %s ORDER BY id LIMIT %s"
INSERT_VISIT = (
    "INSERT INTO public.visits (visited_at, request)"
    " VALUES (clock_timestamp() AT TIME ZONE 'UTC', %s) ON CONFLICT (request) DO NOTHING"
)
LIST_VISITS = "SELECT id, visited_at FROM public.visits WHERE id < %s ORDER BY id DESC LIMIT %s"
LIST_USERS = "SELECT usename FROM pg_catalog.pg_user ORDER BY usename"
