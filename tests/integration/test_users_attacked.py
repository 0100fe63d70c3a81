"""PostgreSQL 14 to 17: a declared user gains no right of the master or of another user."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from database_users import ALL, PASSWORD, READS, Place, server_or_skip

import dialect_postgresql
from rdsproxy_client import engine
from rdsproxy_local.servers.postgresql import PostgreSQL

VERSIONS = (14, 15, 16, 17)
CREATES = {"Privileges": ["CREATE"], "On": "{}.*"}
READS_ALL = {"Privileges": ["SELECT"], "On": "{}.*"}
INSERTS = {"Privileges": ["SELECT", "INSERT"], "On": "{}.numbered"}

STATEMENTS = (
    "CREATE TABLE public.took (who text)",
    "GRANT INSERT ON public.took TO PUBLIC",
    """CREATE FUNCTION public.payload() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
        IF current_user::pg_catalog.text <> 'app' THEN
            INSERT INTO public.took VALUES (current_user);
            EXECUTE 'ALTER ROLE app CREATEROLE CREATEDB';
        END IF;
        RETURN 'SELECT 1'; END $$""",
    # Each function that the master may call, once for every kind of argument.
    """DO $$ DECLARE called text; one text; two text; BEGIN
        FOREACH called IN ARRAY ARRAY['format', 'quote_ident', 'quote_literal', 'aclexplode',
            'acldefault', 'pg_has_role', 'pg_get_userbyid', 'has_schema_privilege', 'set_config',
            'current_setting', 'string_to_array', 'pg_terminate_backend', 'text', 'regclass',
            'pg_stat_clear_snapshot', 'pg_try_advisory_lock', 'concat', 'version'] LOOP
            FOREACH one IN ARRAY ARRAY['text', 'name', 'oid', 'bigint', '"char"', 'aclitem[]'] LOOP
                EXECUTE pg_catalog.format('CREATE FUNCTION public.%I(%s) RETURNS text
                    LANGUAGE sql AS ''SELECT public.payload()''', called, one);
                FOREACH two IN ARRAY ARRAY['text', 'name'] LOOP
                    EXECUTE pg_catalog.format('CREATE FUNCTION public.%I(%s, %s) RETURNS text
                        LANGUAGE sql AS ''SELECT public.payload()''', called, one, two);
                    EXECUTE pg_catalog.format('CREATE FUNCTION public.%I(%s, %s, %s) RETURNS text
                        LANGUAGE sql AS ''SELECT public.payload()''', called, one, two, two);
                END LOOP;
            END LOOP;
        END LOOP; END $$""",
    # Each operator, with better matches than pg_catalog's.
    """DO $$ DECLARE one text; two text; what text; BEGIN
        FOREACH one IN ARRAY ARRAY['name', 'varchar', 'text', 'oid'] LOOP
            FOREACH two IN ARRAY ARRAY['name', 'varchar', 'text', 'oid'] LOOP
                EXECUTE pg_catalog.format('CREATE FUNCTION public.compared(%s, %s) RETURNS boolean
                    LANGUAGE sql AS ''SELECT public.payload() IS NOT NULL''', one, two);
                FOREACH what IN ARRAY ARRAY['=', '<>', '||', '~', '>='] LOOP
                    EXECUTE pg_catalog.format('CREATE OPERATOR public.%s (LEFTARG = %s,
                        RIGHTARG = %s, FUNCTION = public.compared)', what, one, two);
                END LOOP;
            END LOOP;
        END LOOP; END $$""",
    # Types and relations that are named as the catalog's.
    """DO $$ DECLARE named text; BEGIN
        FOREACH named IN ARRAY ARRAY['regclass', 'regprocedure', 'regtype', 'integer'] LOOP
            EXECUTE pg_catalog.format('CREATE DOMAIN public.%I AS text
                CHECK (public.payload() IS NOT NULL)', named);
        END LOOP;
        FOREACH named IN ARRAY ARRAY['pg_roles', 'pg_class', 'pg_namespace', 'pg_proc',
            'pg_settings', 'pg_auth_members', 'pg_default_acl', 'pg_stat_activity', 'users',
            'rdsproxy_templates_users', 'visits'] LOOP
            EXECUTE pg_catalog.format('CREATE VIEW public.%I AS SELECT public.payload() AS name,
                public.payload() AS owner, public.payload() AS rolname, 1 AS oid', named);
            EXECUTE pg_catalog.format('GRANT ALL ON public.%I TO PUBLIC', named);
        END LOOP; END $$""",
    # What runs whenever somebody writes, and what others make of what it creates.
    "CREATE TABLE public.mine (id int, t text DEFAULT public.payload())",
    """CREATE FUNCTION public.fires() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM public.payload(); RETURN NEW; END $$""",
    """CREATE TRIGGER fires BEFORE INSERT OR UPDATE ON public.mine
        FOR EACH ROW EXECUTE FUNCTION public.fires()""",
    "CREATE RULE also AS ON INSERT TO public.mine DO ALSO SELECT public.payload()",
    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO PUBLIC",
    # Names that are SQL where nobody quotes them.
    """CREATE TABLE public."x; SELECT public.payload(); --%s %% $$ ' "" " (id serial)""",
    """CREATE FUNCTION public."y(); SELECT public.payload(); --'"() RETURNS int LANGUAGE sql
        SECURITY DEFINER AS 'SELECT 1'""",
    """CREATE TYPE public."z; SELECT public.payload()" AS ENUM ('a')""",
    """GRANT ALL ON public."x; SELECT public.payload(); --%s %% $$ ' "" " TO reports""",
    """GRANT ALL ON TYPE public."z; SELECT public.payload()" TO reports""",
    # The settings of its own sessions are no one else's.
    "ALTER ROLE CURRENT_USER SET search_path TO public, pg_catalog",
)

REFUSED = (
    """CREATE EVENT TRIGGER fires ON ddl_command_end EXECUTE FUNCTION public.fires()""",
    "CREATE CAST (text AS int) WITHOUT FUNCTION",
    "SELECT name FROM rdsproxy_templates.users",
    "INSERT INTO rdsproxy_templates.users VALUES ('reports', 'mine')",
    "CREATE TABLE rdsproxy_templates.other (id int)",
    "SET ROLE master",
    "GRANT master TO app",
    "ALTER ROLE app CREATEROLE",
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(version, marks=pytest.mark.xdist_group(f"users attacked {version}"))
        for version in VERSIONS
    ],
)
def running(request, aws, tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    server = server_or_skip(PostgreSQL.of(request.param))
    with Place("POSTGRESQL", aws, folder, server) as place:
        place.major = request.param
        place.server.rows("CREATE TABLE public.secret AS SELECT 's3cret' AS word")
        place.server.rows("ALTER TABLE public.secret OWNER TO master")
        yield place


@pytest.fixture
def place(running, monkeypatch):
    prepare(running, monkeypatch)
    yield running
    reset(running)


def prepare(place, monkeypatch):
    """Give this process the environment of the function."""
    for name, value in place.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("session.PAUSES", (0.01, 0.05, 0.2))
    engine.tls.cache_clear()


def reset(place):
    """Delete every role except RDS's own, with everything it owns."""
    roles = place.server.rows(
        "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN"
        " ('master', 'proxy', 'postgres', 'rds_iam', 'rds_superuser')"
    )
    for (role,) in roles:
        place.server.rows(f"DROP OWNED BY {role} CASCADE")
    for (role,) in roles:
        place.server.rows(f"DROP ROLE {role}")
    place.server.rows("DROP SCHEMA IF EXISTS rdsproxy_templates CASCADE")


def attacked(place):
    """Two users, of which `app` has left everything that it can think of."""
    assert "failure" not in place.apply(grants=(ALL,))
    assert "failure" not in place.apply(name="reports", grants=(READS_ALL,), LogicalResourceId="R")
    for statement in STATEMENTS:
        place.as_user(statement)


def gained(place):
    """Other users that executed the traps of `app`, and the rights that `app` has gained."""
    took = {who for (who,) in place.server.rows("SELECT who FROM public.took")}
    special = place.server.rows(
        "SELECT rolname FROM pg_roles WHERE (rolcreaterole OR rolcreatedb OR rolsuper)"
        " AND rolname NOT IN ('master', 'proxy', 'postgres')"
    )
    members = place.server.rows(
        "SELECT 1 FROM pg_auth_members WHERE roleid IN ('master'::regrole,"
        " 'rds_superuser'::regrole) AND member <> 'master'::regrole"
    )
    return took, special, members


NOTHING = (set(), [], [])


class TestNames:
    """Objects that a user leaves in `public` are not executed by the master."""

    def test_no_change_of_any_user_executes_traps_that_one_left(self, place):
        attacked(place)
        told = {"LogicalResourceId": "R"}

        for step in (
            lambda: place.apply("Update", grants=(ALL,)),
            lambda: place.apply("Update", "reports", grants=(ALL,), **told),
            lambda: place.apply("Update", "reports", grants=(READS_ALL,), **told),
            lambda: place.apply(name="third", login="iam", LogicalResourceId="T"),
            lambda: place.apply("Update", "third", grants=(), LogicalResourceId="T"),
            place.make_tables,
            lambda: place.delete("third", LogicalResourceId="T"),
            lambda: place.delete("reports", **told),
            place.delete,
            lambda: place.apply(grants=(ALL,)),
            lambda: place.apply(name="reports", grants=(READS_ALL,), **told),
        ):
            said = step()
            assert "failure" not in said, said
            assert gained(place) == NOTHING

    def test_no_change_executes_traps_while_the_user_goes_on(self, place):
        attacked(place)
        ended = []

        def go_on():
            with place.side.client(place.server, "app", PASSWORD) as execute:
                for _ in range(200):
                    if ended:
                        return
                    with suppress(*place.side.errors):
                        execute("DROP FUNCTION IF EXISTS public.format(text, name, name)")
                        execute(
                            "CREATE FUNCTION public.format(text, name, name) RETURNS text"
                            " LANGUAGE sql AS 'SELECT public.payload()'"
                        )

        with ThreadPoolExecutor(1) as pool:
            going = pool.submit(go_on)
            for _ in range(3):
                said = place.apply("Update", "reports", grants=(ALL,), LogicalResourceId="R")
                assert "failure" not in said, said
            ended.append(True)
            going.result()
        assert gained(place) == NOTHING

    def test_traps_would_be_executed_with_public_in_the_search_path(self, place, monkeypatch):
        """Proof that the test above tests something."""
        attacked(place)
        before = ("SET search_path TO public", *dialect_postgresql.SESSION[1:])
        monkeypatch.setattr(dialect_postgresql, "SESSION", before)
        place.apply("Update", "reports", grants=(READS_ALL,), LogicalResourceId="R")

        took = place.server.rows("SELECT count(*) FROM public.took")
        assert took != [(0,)]

    def test_actions_reserved_to_the_master_are_refused(self, place):
        place.apply(grants=(ALL,))
        place.as_user(
            "CREATE FUNCTION public.fires() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"
        )

        for statement in REFUSED:
            assert not place.may(statement), statement
        place.as_user("DROP FUNCTION public.fires()")

    def test_added_role_attributes_are_removed_by_the_next_update(self, place):
        place.apply()
        place.server.rows("ALTER ROLE app CREATEROLE CREATEDB")
        place.apply("Update")

        assert place.server.rows(
            "SELECT rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'app'"
        ) == [(False, False)]

    def test_marks_in_a_schema_of_somebody_else_are_not_read(self, place):
        for statement in (
            "DROP SCHEMA IF EXISTS rdsproxy_templates CASCADE",
            "CREATE ROLE stranger",
            "CREATE SCHEMA rdsproxy_templates AUTHORIZATION stranger",
            "CREATE VIEW rdsproxy_templates.users AS SELECT 'app' AS name, 'me' AS owner",
            "GRANT ALL ON SCHEMA rdsproxy_templates TO PUBLIC",
        ):
            place.server.rows(statement)
        said = place.apply()
        place.server.rows("DROP SCHEMA rdsproxy_templates CASCADE")
        place.server.rows("DROP ROLE stranger")

        assert "is not reserved for the master" in said["failure"]
        assert "failure" not in place.apply()


def leave_behind(place):
    """Drop two users that left objects; `reports` is still there."""
    told = {"LogicalResourceId": "R"}
    for one in (
        place.apply(grants=(CREATES,)),
        place.apply(name="reports", grants=(READS,), **told),
        place.apply(name="other", grants=(CREATES,), LogicalResourceId="O"),
    ):
        assert "failure" not in one, one
    place.as_user("CREATE TABLE public.others AS SELECT 'private' AS word", "other")
    for statement in (
        """CREATE FUNCTION public.helper(what text) RETURNS text LANGUAGE plpgsql
            SECURITY DEFINER AS $$ DECLARE said text; BEGIN
                EXECUTE what INTO said; RETURN said; END $$""",
        "CREATE VIEW public.peek AS SELECT word FROM public.secret",
        "CREATE VIEW public.peek_at_others AS SELECT word FROM public.others",
        "CREATE TABLE public.kept AS SELECT 7 AS id",
        "GRANT ALL ON public.peek, public.peek_at_others, public.kept TO PUBLIC",
    ):
        place.as_user(statement)
    assert place.as_user("SELECT public.helper('SELECT current_user')", "reports") == [("app",)]
    assert not place.may("SELECT * FROM public.peek", "reports")
    for said in (place.delete(), place.delete("other", LogicalResourceId="O")):
        assert "failure" not in said, said


@pytest.fixture(scope="class")
def left(running):
    """What dropped users left, to be looked at by all tests of a class."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        prepare(running, monkeypatch)
        leave_behind(running)
        yield running
        reset(running)


class TestLeftBehind:
    """Objects of a dropped user can do no more than before."""

    def test_belongs_to_a_role_without_rights_that_cannot_log_in(self, left):
        owners = left.server.rows(
            "SELECT DISTINCT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb,"
            " (SELECT count(*) FROM pg_auth_members WHERE member = pg_roles.oid), rolpassword"
            " FROM pg_roles JOIN pg_class ON relowner = pg_roles.oid"
            " WHERE relname IN ('kept', 'peek', 'others')"
        )

        assert len(owners) == 2
        for name, *facts in owners:
            assert name.startswith("rdsproxy_templates_dropped_")
            assert facts[:3] == [False, False, 0]

    def test_security_definer_functions_can_be_called_by_nobody(self, left):
        assert not left.may("SELECT public.helper('SELECT 1')", "reports")

    @pytest.mark.parametrize("view", ["peek", "peek_at_others"])
    def test_views_that_were_refused_stay_refused(self, left, view):
        assert not left.may(f"SELECT * FROM public.{view}", "reports")

    def test_rows_stay_and_keep_their_readers(self, left):
        assert left.as_user("SELECT id FROM public.kept", "reports") == [(7,)]


class TestNextOwner:
    """Users that come after a dropped one."""

    def test_inherits_nothing_of_the_one_before(self, place):
        leave_behind(place)
        assert "failure" not in place.apply(grants=(CREATES,))

        assert not place.may("DROP TABLE public.kept")
        assert not place.may("SELECT public.helper('SELECT 1')")

    def test_reads_what_was_left_if_it_may_read_every_table(self, place):
        leave_behind(place)
        said = place.apply("Update", "reports", grants=(READS_ALL,), LogicalResourceId="R")
        assert "failure" not in said, said

        assert place.as_user("SELECT word FROM public.others", "reports") == [("private",)]

    def test_nothing_is_left_of_a_user_that_owns_nothing(self, place):
        place.apply(grants=(ALL,))
        place.delete()

        assert place.server.rows("SELECT 1 FROM pg_roles WHERE rolname ~ 'dropped'") == []


class TestOpenSessions:
    def test_end_with_the_user(self, place):
        place.apply()
        client = place.side.client(place.server, "app", PASSWORD)
        said = None
        with suppress(*place.side.errors, OSError), client as execute:
            said = place.delete()
            assert not execute("SELECT 1")
        assert said == {"physical_id": "POSTGRESQL/app", "data": {}}


class TestDefaults:
    """A user who may read every table reads later ones of other users, whichever came first."""

    @pytest.mark.parametrize("order", [("app", "reports"), ("reports", "app")])
    def test_tables_that_another_user_creates_later_are_granted(self, place, order):
        grants = {"app": (ALL,), "reports": (READS_ALL,)}
        for name in order:
            said = place.apply(name=name, grants=grants[name], LogicalResourceId=name)
            assert "failure" not in said, said
        place.as_user("CREATE TABLE public.later (id int)")

        assert place.may("SELECT * FROM public.later", "reports")
        assert not place.may("INSERT INTO public.later VALUES (1)", "reports")

        for name in order:
            assert "failure" not in place.delete(name, LogicalResourceId=name)
        place.server.rows("DROP TABLE public.later")

    def test_they_end_with_the_grant(self, place):
        place.apply(grants=(ALL,))
        place.apply(name="reports", grants=(READS_ALL,), LogicalResourceId="R")
        place.apply("Update", "reports", grants=(READS,), LogicalResourceId="R")
        place.as_user("CREATE TABLE public.later (id int)")

        assert not place.may("SELECT * FROM public.later", "reports")
        place.server.rows("DROP TABLE public.later")

    @pytest.mark.parametrize(
        "column", ["id serial", "id bigint GENERATED ALWAYS AS IDENTITY", "id bigserial"]
    )
    def test_a_user_who_inserts_into_one_table_may_use_its_sequence(self, place, column):
        place.server.rows(f"CREATE TABLE public.numbered ({column}, word text)")
        place.server.rows("ALTER TABLE public.numbered OWNER TO master")
        place.apply(grants=(INSERTS,))
        may = place.may("INSERT INTO public.numbered (word) VALUES ('a')")
        place.server.rows("DROP TABLE public.numbered")

        assert may


class TestMaster:
    def test_is_a_member_of_no_user_but_to_administer_it(self, place):
        place.apply(login="iam")
        place.apply(name="second", LogicalResourceId="Other")
        place.apply("Update", "second", grants=(READS,), LogicalResourceId="Other")

        assert place.server.rows(place.side.memberships) == []

    def test_stays_no_member_where_the_server_grants_new_roles_to_their_creator(self, place):
        if place.major >= 16:
            place.server.rows("ALTER ROLE master SET createrole_self_grant TO 'set, inherit'")
        place.apply(login="iam")
        place.server.rows("ALTER ROLE master RESET ALL")

        assert place.server.rows(place.side.memberships) == []

    def test_logs_in_whatever_a_user_for_iam_would_change(self, place):
        """From PostgreSQL 16 on refused: RDS may count members that only administer as members."""
        rules = place.server.folder / "data" / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"local all +iam_user reject\n{before}")
        try:
            place.server.rows("SELECT pg_reload_conf()")
            said = place.apply(name="iam_user", login="iam")
        finally:
            rules.write_text(before)
            place.server.rows("SELECT pg_reload_conf()")

        if place.major < 16:
            assert "failure" not in said
        else:
            assert "would let the master in by IAM only" in said["failure"]
            assert place.server.rows(
                "SELECT pg_has_role('iam_user', 'rds_iam', 'MEMBER'), rolcanlogin"
                " FROM pg_roles WHERE rolname = 'iam_user'"
            ) == [(False, False)]


class TestExactly:
    """A user holds what is declared, and nothing that somebody added."""

    def test_rights_on_columns_databases_schemas_types_and_roles_are_taken_away(self, place):
        place.apply(grants=(READS,))
        for statement in (
            "CREATE SCHEMA extra AUTHORIZATION master",
            "CREATE ROLE readers",
            "CREATE TYPE public.mood AS ENUM ('good')",
            "ALTER TYPE public.mood OWNER TO master",
            "GRANT CREATE, TEMP ON DATABASE app TO app",
            "GRANT UPDATE (id) ON public.items TO app",
            "GRANT CREATE ON SCHEMA extra TO app",
            "GRANT USAGE ON TYPE public.mood TO app",
        ):
            place.server.rows(statement)
        if place.major >= 16:
            place.server.rows("GRANT readers TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        place.server.rows("GRANT readers TO app")
        said = place.apply("Update", grants=(READS,))
        held = place.server.rows(
            "SELECT has_database_privilege('app', 'app', 'CREATE'),"
            " has_column_privilege('app', 'public.items', 'id', 'UPDATE'),"
            " has_schema_privilege('app', 'extra', 'CREATE'),"
            " (SELECT count(*) FROM pg_type CROSS JOIN aclexplode(typacl) WHERE"
            " grantee = 'app'::regrole), pg_has_role('app', 'readers', 'MEMBER')"
        )
        for statement in (
            "DROP SCHEMA extra", "DROP ROLE readers", "DROP TYPE public.mood",
        ):  # fmt: skip
            place.server.rows(statement)

        assert "failure" not in said, said
        assert held == [(False, False, False, 0, place.major >= 16 and held[0][4])]

    def test_a_user_may_connect_where_not_everybody_may(self, place):
        place.server.rows("REVOKE CONNECT ON DATABASE app FROM PUBLIC")
        place.server.rows("GRANT CONNECT ON DATABASE app TO master")
        said = [place.apply(), place.apply("Update")]
        may = place.may("SELECT 1")
        gone = place.delete()
        place.server.rows("GRANT CONNECT, TEMP ON DATABASE app TO PUBLIC")

        assert [one.get("failure") for one in (*said, gone)] == [None] * 3
        assert may
        assert place.server.rows("SELECT 1 FROM pg_roles WHERE rolname ~ 'dropped'") == []

    def test_tables_of_others_and_foreign_tables_cause_no_failure(self, place):
        for statement in (
            "CREATE ROLE stranger",
            "CREATE TABLE public.strange (id int)",
            "ALTER TABLE public.strange OWNER TO stranger",
            "CREATE FOREIGN DATA WRAPPER nowhere",
            "CREATE SERVER far FOREIGN DATA WRAPPER nowhere",
            "CREATE FOREIGN TABLE public.far_away (id int) SERVER far",
        ):
            place.server.rows(statement)
        said = [
            place.apply(grants=(ALL,)),
            place.apply("Update", grants=(READS_ALL,)),
            place.delete(),
        ]
        for statement in (
            "DROP FOREIGN DATA WRAPPER nowhere CASCADE",
            "DROP TABLE public.strange",
            "DROP ROLE stranger",
        ):
            place.server.rows(statement)

        assert [one.get("failure") for one in said] == [None] * 3

    def test_objects_in_other_databases_do_not_prevent_a_deletion(self, place):
        place.apply()
        place.as_user("SELECT lo_create(0)")
        place.server.rows("CREATE DATABASE elsewhere OWNER app")
        said = place.delete()
        users = place.users
        place.server.rows("DROP DATABASE elsewhere")

        assert "failure" not in said, said
        assert users == set()
