"""The schema that revisions leave behind: operations, DDL, helpers, loops, guards, branches, the unknown."""

# Snippets of migrations are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.facts.ddl import HOLE, ddl_operations
from bugcatalog_ls.facts.operations import Touch
from bugcatalog_ls.facts.schema_replay import environments_of, replayed, table_of
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.testing.checks import project_of, split_fixture
from bugcatalog_ls.text.source import Source

_HEAD = "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'r1'\ndown_revision = None\n"


def _replay(body: str, more: str = "") -> dict[str, Table]:
    """The tables that the body of one `upgrade` leaves; further files as a fixture."""
    indented = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    files = split_fixture(more) if more else {}
    files["migrations/versions/r1.py"] = f"{_HEAD}\ndef upgrade():\n{indented}\n"
    return replayed(project_of("", files, None).index, "migrations/versions").tables


def _shown(tables: dict[str, Table]) -> str:
    """Tables with their columns; `?` behind what is uncertain, `…` where there may be more."""
    lines = []
    for name, table in sorted(tables.items()):
        columns = [f"{key}{'' if column.certain else '?'}" for key, column in table.columns.items()]
        more = [] if table.known else ["…"]
        lines.append(f"{name}{'' if table.certain else '?'}: {', '.join([*columns, *more])}")
    return "\n".join(lines)


CREATE = 'op.create_table("t", sa.Column("a", sa.Integer()), sa.Column("b", sa.String(5)))\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CREATE + 'op.drop_column("t", "b")', "t: a"),
        (CREATE + 'op.rename_table("t", "u")\nop.add_column("u", sa.Column("c", sa.Text()))', "u: a, b, c"),
        (CREATE + 'op.alter_column("t", "b", new_column_name="z", nullable=False)', "t: a, z"),
        (CREATE + 'op.drop_table("t")', ""),
        ('op.create_table("t", sa.Column("a", sa.Integer()), schema="audit")', "audit.t: a"),
        (
            CREATE + 'with op.batch_alter_table("t", schema=None) as batch:\n'
            '    batch.add_column(sa.Column("c", sa.Text()))\n    batch.drop_column("a")\n'
            '    batch.alter_column("b", new_column_name="d")\n    batch.create_index("ix", ["c"])',
            "t: d, c",
        ),
        (
            CREATE + 'op.execute("ALTER TABLE t ADD COLUMN c INTEGER NOT NULL DEFAULT 0, DROP COLUMN a")',
            "t: b, c",
        ),
        (CREATE + 'op.execute(sa.text("ALTER TABLE t RENAME COLUMN a TO z"))', "t: z, b"),
        (
            'op.execute("""CREATE TABLE IF NOT EXISTS s (id SERIAL PRIMARY KEY, n TEXT);\n'
            'CREATE INDEX ix ON s (n); UPDATE s SET n = \'ALTER TABLE s\'""")',
            "s: id, n",
        ),
        ('op.get_bind().exec_driver_sql("CREATE TABLE x (a int)")', "x: a"),
        # Loops, f-strings, comprehensions, dictionaries.
        ('for name in ("a", "b"):\n    op.create_table(f"t_{name}", sa.Column("id", sa.Integer()))', "t_a: id\nt_b: id"),
        (
            'new = {"t": ["x", "y"]}\n' + CREATE + "for table, columns in new.items():\n"
            "    for column in columns:\n        op.add_column(table, sa.Column(column, sa.Text()))",
            "t: a, b, x, y",
        ),
        (
            'columns = [sa.Column(n, sa.Text()) for n in ("p", "q")]\nop.create_table("t", sa.Column("id", sa.Integer()), *columns)',
            "t: id, p, q",
        ),
        # Guards that the replayed state answers.
        (
            CREATE + "columns = [c['name'] for c in sa.inspect(op.get_bind()).get_columns('t')]\n"
            "if 'a' not in columns:\n    op.add_column('t', sa.Column('a2', sa.Text()))\n"
            "if 'c' not in columns:\n    op.add_column('t', sa.Column('c', sa.Text()))",
            "t: a, b, c",
        ),
        (
            "inspector = sa.inspect(op.get_bind())\nif not inspector.has_table('t'):\n    " + CREATE + "else:\n"
            "    op.drop_table('t')",
            "t: a, b",
        ),
        ("if 't' in sa.inspect(op.get_bind()).get_table_names():\n    return\n" + CREATE, "t: a, b"),
        # What is not known before it runs.
        (
            CREATE + "if op.get_bind().dialect.name == 'postgresql':\n    op.add_column('t', sa.Column('c', sa.Text()))",
            "t: a, b, c?",
        ),
        (
            CREATE + "if op.get_bind().dialect.name == 'sqlite':\n    op.add_column('t', sa.Column('c', sa.Text()))\n"
            "else:\n    op.execute('ALTER TABLE t ADD COLUMN c text')",
            "t: a, b, c",
        ),
        (CREATE + "if context():\n    return\nop.drop_column('t', 'a')", "t: a?, b"),
        (CREATE + "for row in op.get_bind().execute('SELECT 1'):\n    op.drop_column('t', row[0])", "t: a, b, …"),
        (CREATE + "op.execute(open('x.sql').read())", "t: a, b, …"),
        (CREATE + "op.execute(open('x.sql').read())\nop.create_table('u', sa.Column('a', sa.Text()))", "t: a, b, …\nu: a"),
        (CREATE + 'op.execute("DO $$ BEGIN ALTER TABLE t ADD COLUMN c int; END $$")', "t: a, b, …"),
        ('op.add_column("elsewhere", sa.Column("c", sa.Text()))', "elsewhere?: c, …"),
        (CREATE + "op.my_plugin('t')", "t: a, b, …"),
        (CREATE + "name = compute()\nop.execute(f'UPDATE t SET a = {name}')", "t: a, b"),
        (CREATE + "try:\n    op.drop_constraint('c', 't')\nexcept Exception:\n    pass", "t: a, b"),
        (CREATE + "sa.Enum('a', name='e').create(op.get_bind())", "t: a, b"),
        # Tables that are there stay as they are.
        (CREATE + "meta.create_all(op.get_bind())", "t: a, b"),
        ("op.add_column('t', sa.Column('a', sa.Text()))\nmeta.create_all(op.get_bind())", "t?: a, …"),
        (CREATE + "meta.drop_all(op.get_bind())", "t: a, b, …"),
        ("t = sa.Table('t', sa.MetaData(), sa.Column('a', sa.Text()))\nt.create(op.get_bind())", "t: a"),
    ],
)  # fmt: skip
def test_one_revision(body: str, expected: str) -> None:
    assert _shown(_replay(body)) == expected


def test_a_column_that_is_not_named_may_be_any_of_the_table() -> None:
    columns = _replay(CREATE + 'op.alter_column("t", NAMES.get(1), nullable=False)')["t"].columns
    assert [(name, each.column.nullable, each.column.type.length) for name, each in columns.items()] == [
        ("a", None, None),
        ("b", None, None),
    ]


def test_helpers_of_other_files_and_methods() -> None:
    helpers = """
        #- app/helpers.py
        import sqlalchemy as sa
        from alembic import op

        NAMES = ("x", "y")

        def stamps(*extra):
            return [sa.Column(name, sa.DateTime()) for name in ("made", *extra)]

        def missing(table, column):
            inspector = sa.inspect(op.get_bind())
            return not any(each["name"] == column for each in inspector.get_columns(table))

        def add(table, *columns, **options):
            with op.batch_alter_table(table) as batch:
                for column in columns:
                    if missing(table, column.name):
                        batch.add_column(column)

        class Mover:
            table = "t"

            @classmethod
            def run(cls, name):
                op.add_column(cls.table, sa.Column(name, sa.Text()))
    """
    body = (
        "from app.helpers import NAMES, Mover, add, stamps\n" + CREATE + "add('t', *stamps('changed'), "
        "sa.Column('a', sa.Text()))\nMover.run('m')\nfor name in NAMES:\n    Mover.run(name)"
    )
    assert _shown(_replay(body, helpers)) == "t: a, b, made, changed, m, x, y"


def test_a_revision_that_checks_too_much_costs_what_it_names() -> None:
    body = CREATE + "op.create_table('u', sa.Column('a', sa.Text()))\n"
    files = {
        "migrations/versions/r1.py": f"{_HEAD}\ndef upgrade():\n"
        + "".join(f"    {line}\n" for line in body.strip().split("\n")),
        "migrations/versions/r2.py": "from alembic import op\nimport sqlalchemy as sa\n"
        "revision = 'r2'\ndown_revision = 'r1'\n\ndef upgrade():\n    if 'a' in 'abc':\n"
        "        raise RuntimeError('t is wrong')\n    op.add_column('t', sa.Column('c', sa.Text()))\n",
    }
    schema = replayed(project_of("", files, None).index, "migrations/versions")
    assert _shown(schema.tables) == "t: a, b, c, …\nu: a"


def test_a_reader_of_one_table_sleeps_while_others_change() -> None:
    path = "migrations/versions/r1.py"
    text = (
        _HEAD
        + "\ndef upgrade():\n    op.create_table('t', sa.Column('a', sa.Text()))\n    op.create_table('u')\n"
    )
    project = project_of("", {path: text}, None)
    runs: list[int] = []

    def read() -> int:
        def compute() -> int:
            runs.append(1)
            return len(table_of(project.index, "migrations/versions", "t").columns)

        return project.index.join(("reader", "x"), compute)

    assert read() == 1
    project.set_text(path, Source(text.replace("create_table('u')", "create_table('v')")))
    assert read() == 1
    assert len(runs) == 1
    project.set_text(path, Source(text.replace("'a', sa", "'a', sa.Text()), sa.Column('b', sa")))
    assert read() == 2
    assert len(runs) == 2


def test_metadata_finds_its_environments() -> None:
    env = "from alembic import context\nfrom {0} import Base\ntarget_metadata = Base.metadata\ncontext.run_migrations()\n"
    files = {
        "one/env.py": env.format("a"),
        "two/env.py": env.format("b"),
        "one/versions/x.py": "revision = 'x'\ndown_revision = None\n",
        "two/versions/y.py": "revision = 'y'\ndown_revision = None\n",
    }
    for name in ("a", "b", "c"):
        files[f"{name}.py"] = (
            "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\nclass Base(DeclarativeBase):\n"
            "    pass\nclass M(Base):\n    __tablename__ = 'm'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
        )
    index = project_of("", files, None).index
    assert environments_of(index, "a.Base") == ("one/versions",)
    assert environments_of(index, "b.Base") == ("two/versions",)
    assert environments_of(index, "c.Base") == ()


@pytest.mark.parametrize(
    ("sql", "touched"),
    [
        (f"ALTER TABLE {HOLE} ADD x int", [None]),
        (f"ALTER TABLE t ADD COLUMN {HOLE} int", ["t"]),
        (f"UPDATE {HOLE} SET a = 1", []),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", []),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", []),
        ("CREATE TEMPORARY TABLE x (a int)", []),
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE ' || name; END $$", [None]),
        ("-- ALTER TABLE t DROP COLUMN a\nSELECT 1", []),
        ("EXEC sp_rename 't', 'u'", [None]),
    ],
)
def test_what_sql_may_touch(sql: str, touched: list[str | None]) -> None:
    assert [each.table for each in ddl_operations(sql) if isinstance(each, Touch)] == touched


def test_a_type_that_sql_names_is_the_enum_that_was_created() -> None:
    made = 'sa.Enum("x", "y", name="mood").create(op.get_bind())\n' + CREATE
    tables = _replay(made + 'op.execute("ALTER TABLE t ALTER COLUMN b TYPE mood USING b::mood")')
    found = tables["t"].columns["b"].column.type
    assert (found.name, found.labels, found.enum_name) == ("ENUM", ("x", "y"), "mood")
