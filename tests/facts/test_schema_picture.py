"""The two pictures of a schema, constraints and enum labels included: of migrations and of models."""

# Snippets of migrations are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.facts.schema_picture import PicturedTable, migrations_picture, models_picture
from bugcatalog_ls.facts.schema_replay import all_metadata
from bugcatalog_ls.testing.checks import project_of, split_fixture

_HEAD = "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'r1'\ndown_revision = None\n"


def _migrated(body: str, dialect: str = "") -> dict[str, PicturedTable]:
    indented = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    files = {"migrations/versions/r1.py": f"{_HEAD}\ndef upgrade():\n{indented}\n"}
    return migrations_picture(project_of("", files, None).index, "migrations/versions", dialect).tables


def _modelled(fixture: str) -> dict[str, PicturedTable]:
    index = project_of("", split_fixture(fixture), None).index
    (metadata,) = all_metadata(index)
    return models_picture(index, metadata).tables


def _shown(tables: dict[str, PicturedTable]) -> str:
    """Constraints, one a line; `…` where there may be others."""
    lines = []
    for name, table in sorted(tables.items()):
        for key in table.foreign_keys:
            there = f"{key.table}({', '.join(key.referred)})"
            lines.append(f"{name}({', '.join(key.columns)}) -> {there} {key.ondelete} {key.name}".rstrip())
        for index in table.indexes:
            kind = "unique index" if index.unique else "index"
            lines.append(f"{name}: {kind} {index.name}({', '.join(index.columns)})")
        lines.extend(f"{name}: unique {each.name}({', '.join(each.columns)})" for each in table.uniques)
        if not table.constraints_known:
            lines.append(f"{name}: …")
    return "\n".join(lines)


CREATE = (
    'op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("a", sa.String(5), index=True),'
    ' sa.Column("b", sa.Integer(), sa.ForeignKey("u.id", ondelete="cascade")), sa.UniqueConstraint("a", "b", name="uq"))\n'
)
FOREIGN = "t(b) -> u(id) CASCADE"
INDEX = "t: index ix_t_a(a)"
UNIQUE = "t: unique uq(a, b)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CREATE, [FOREIGN, INDEX, UNIQUE]),
        (CREATE + 'op.drop_index("ix_t_a", table_name="t")', [FOREIGN, UNIQUE]),
        (CREATE + 'op.drop_index("ix_t_a")', [FOREIGN, UNIQUE]),
        (CREATE + 'op.drop_constraint("uq", "t", type_="unique")', [FOREIGN, INDEX]),
        # The database gave it its name.
        (CREATE + 'op.drop_constraint("t_b_fkey", "t", type_="foreignkey")', [INDEX, UNIQUE]),
        (CREATE + 'op.drop_constraint("other", "t", type_="foreignkey")', [FOREIGN, INDEX, UNIQUE, "t: …"]),
        (CREATE + 'op.drop_column("t", "b")', [INDEX]),
        (CREATE + 'op.alter_column("t", "a", new_column_name="z")', [FOREIGN, "t: index ix_t_a(z)", "t: unique uq(z, b)"]),
        (CREATE + 'op.rename_table("u", "v")', [FOREIGN.replace("u(", "v("), INDEX, UNIQUE]),
        (
            CREATE + 'with op.batch_alter_table("t") as batch_op:\n'
            '    batch_op.create_index(batch_op.f("ix_t_b"), ["b"], unique=True)\n'
            '    batch_op.create_foreign_key("fk", "w", ["a"], ["x"], ondelete="SET NULL")\n'
            '    batch_op.drop_constraint("uq", type_="unique")',
            [FOREIGN, "t(a) -> w(x) SET NULL fk", INDEX, "t: unique index ix_t_b(b)"],
        ),
        (
            CREATE + 'op.create_foreign_key("fk", "t", "w", ["a"], ["x"], source_schema="s", referent_schema="r")',
            ["s.t(a) -> r.w(x)  fk", FOREIGN, INDEX, UNIQUE],
        ),
        (CREATE + 'op.execute("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a, lower(b))")', [FOREIGN, INDEX, "t: unique index i(a, )", UNIQUE]),
        (CREATE + 'op.execute("DROP INDEX IF EXISTS ix_t_a")', [FOREIGN, UNIQUE]),
        (CREATE + 'op.execute("ALTER TABLE t DROP CONSTRAINT uq")', [FOREIGN, INDEX]),
        (
            CREATE + 'op.execute("ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES w (x) ON DELETE SET NULL")',
            [FOREIGN, "t(a) -> w(x) SET NULL fk", INDEX, UNIQUE],
        ),
        (
            'op.execute("CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES u (id) ON DELETE CASCADE, b text UNIQUE,'
            ' CONSTRAINT c FOREIGN KEY (b) REFERENCES w (x), CONSTRAINT d UNIQUE (a, b))")',
            ["t(a) -> u(id) CASCADE", "t(b) -> w(x)  c", "t: unique (b)", "t: unique d(a, b)"],
        ),
        (CREATE + "for name in names():\n    op.drop_constraint(name, 't', type_='unique')", [FOREIGN, INDEX, UNIQUE, "t: …"]),
    ],
)  # fmt: skip
def test_constraints_of_migrations(body: str, expected: list[str]) -> None:
    shown = [line for line in _shown(_migrated(body)).split("\n") if line != "s.t: …"]
    assert sorted(shown) == sorted(expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ("A", "B")),
        ("op.execute(\"ALTER TYPE color ADD VALUE IF NOT EXISTS 'C'\")", ("A", "B", "C")),
        ("op.execute(\"ALTER TYPE color RENAME VALUE 'A' TO 'a'\")", ("a", "B")),
        ('op.sync_enum_values("public", "color", ["X"], [])', ("X",)),
        ("op.execute(\"ALTER TYPE color RENAME TO old\")\nop.execute(\"CREATE TYPE color AS ENUM ('N')\")\n"
         "op.alter_column('t', 'c', type_=sa.Enum('N', name='color'))", ("N",)),
        ("op.execute('DO $$ BEGIN ALTER TYPE color SET SCHEMA s; END $$')", None),
        ("op.execute(f\"ALTER TYPE color ADD VALUE '{label()}'\")", None),
    ],
)  # fmt: skip
def test_labels_of_enum_types(body: str, expected: tuple[str, ...] | None) -> None:
    create = 'op.create_table("t", sa.Column("c", sa.Enum("A", "B", name="color")))\n'
    assert _migrated(create + body)["t"].columns["c"].enum == expected


def test_a_dialect_that_is_given_goes_one_way() -> None:
    body = (
        'op.create_table("t", sa.Column("a", sa.Integer()))\n'
        'if op.get_bind().dialect.name == "postgresql":\n    op.drop_column("t", "a")'
    )
    assert list(_migrated(body, "sqlite")["t"].columns) == ["a"]
    assert list(_migrated(body, "postgresql")["t"].columns) == []
    assert not _migrated(body)["t"].columns["a"].certain


def test_constraints_of_models() -> None:
    tables = _modelled("""
        #- models.py
        from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, UniqueConstraint
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            metadata = MetaData(naming_convention={"ix": "idx_%(table_name)s_%(column_0_name)s"})

        class Owned:
            owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str] = mapped_column("mail", String(50), unique=True)
            boss_id: Mapped[int] = mapped_column(ForeignKey(id))
            __table_args__ = (Index("ix_mail", email.desc()), {"comment": "x"})

        class Post(Owned, Base):
            __tablename__ = "posts"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id = mapped_column(ForeignKey(User.id))
            a: Mapped[int]
            b: Mapped[int]
            __table_args__ = (
                UniqueConstraint("a", "b", name="uq_ab"),
                ForeignKeyConstraint(["a", "b"], ["pairs.x", "pairs.y"], ondelete="cascade"),
            )

        Index("ix_loose", Post.a, unique=True)
        link = Table("link", Base.metadata, Column("user_id", ForeignKey(User.id)), Column("post_id", ForeignKey("posts.id")), Index("ix_l", "user_id", "post_id"))
    """)
    assert _shown(tables).split("\n") == [
        "link(user_id) -> users(id)",
        "link(post_id) -> posts(id)",
        "link: index ix_l(user_id, post_id)",
        "posts(owner_id) -> users(id) SET NULL",
        "posts(user_id) -> users(id)",
        "posts(a, b) -> pairs(x, y) CASCADE",
        "posts: index idx_posts_owner_id(owner_id)",
        "posts: unique index ix_loose(a)",
        "posts: unique uq_ab(a, b)",
        "users(boss_id) -> users(id)",
        "users: index ix_mail(mail)",
        "users: unique (mail)",
    ]
