"""How a drawn project is written: its models in one of three styles, its one revision, its `env.py`."""

from __future__ import annotations

from drifting_projects import Field, Project, Table, Tables

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .
"""

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine

from models import OWNER

target_metadata = TARGET
engine = create_engine(context.config.get_main_option("sqlalchemy.url") or os.environ["DRIFT_URL"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, render_as_batch=BATCH)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
"""

FIRST = '''\
"""Create it all.

Revision ID: 1a2b3c4d5e6f
Revises:
Create Date: 2024-05-01 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


revision = "1a2b3c4d5e6f"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''

NAMING = (
    '{"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", '
    '"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"}'
)


def files(project: Project, url: str) -> dict[str, str]:
    """All files by path; `url` is where the database is, in SQLAlchemy's words."""
    said = url.replace("%", "%%") if project.says_dialect else ""
    batch = project.batch or url.startswith("sqlite")
    return {
        "alembic.ini": INI + (f"sqlalchemy.url = {said}\n" if said else ""),
        "migrations/env.py": _env(project.style, batch),
        "migrations/versions/1a2b3c4d5e6f_create_it_all.py": _revision(project),
        "models.py": models(project, project.after),
    }


def models(project: Project, tables: Tables) -> str:
    naming = f"metadata = sa.MetaData(naming_convention={NAMING})" if project.naming else ""
    lines = [
        "import datetime",
        "import decimal",
        "import enum",
        "import uuid",
        "from typing import Any, Optional",
    ]
    lines += ["", "import sqlalchemy as sa"]
    match project.style:
        case "mapped":
            lines += ["from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column", "", ""]
            lines += ["class Base(DeclarativeBase):", f"    {naming or 'pass'}"]
        case "column":
            lines += ["from sqlalchemy.orm import declarative_base", "", naming]
            lines += [f"Base = declarative_base({'metadata=metadata' if naming else ''})"]
        case _:
            lines += ["", naming or "metadata = sa.MetaData()"]
    for table in tables.values():
        for field in table.fields:
            if field.labels:
                lines += ["", "", f"class {field.name.title()}(enum.Enum):"]
                lines += [f'    {label} = "{label.lower()}"' for label in field.labels]
    for table in tables.values():
        lines += ["", "", *_model(project.style, table)]
    return "\n".join(lines) + "\n"


def _env(style: str, batch: bool) -> str:
    owner, target = ("metadata", "metadata") if style == "table" else ("Base", "Base.metadata")
    return ENV.replace("OWNER", owner).replace("TARGET", target).replace("BATCH", str(batch))


def _model(style: str, table: Table) -> list[str]:
    beside = [
        f"sa.UniqueConstraint({_listed(each)}, name={_unique_name(table, each)!r})" for each in table.uniques
    ]
    beside += [f"sa.Index({_index_name(table, each)!r}, {_listed(each)})" for each in table.indexes]
    if style == "table":
        lines = [f"{table.name} = sa.Table(", f'    "{table.name}",', "    metadata,"]
        lines += [f"    {_column(each, 'sa.Column', each.name)}," for each in table.fields]
        return [*lines, *(f"    {each}," for each in beside), ")"]
    lines = [f"class {table.name.title()[:-1]}(Base):", f'    __tablename__ = "{table.name}"']
    if beside:
        lines.append(f"    __table_args__ = ({', '.join(beside)},)")
    lines.append("")
    for each in table.fields:
        if style == "column":
            lines.append(f"    {each.name} = {_column(each, 'sa.Column')}")
        else:
            python = _python(each)
            hint = f"Optional[{python}]" if each.nullable else python
            lines.append(f"    {each.name}: Mapped[{hint}] = {_column(each, 'mapped_column', mapped=True)}")
    return lines


def _column(field: Field, function: str, name: str = "", mapped: bool = False) -> str:
    kind = f"sa.Enum({field.name.title()})" if field.labels else field.type
    given = [f'"{name}"'] if name else []
    given.append(kind)
    if field.key is not None:
        ondelete = f', ondelete="{field.key.ondelete}"' if field.key.ondelete else ""
        given.append(f'sa.ForeignKey("{field.key.table}.id"{ondelete})')
    if field.name == "id":
        given.append("primary_key=True")
    elif not mapped and not field.nullable:
        given.append("nullable=False")
    if field.default:
        given.append(f"server_default={field.default}")
    given += [f"{word}=True" for word in ("index", "unique") if getattr(field, word)]
    return f"{function}({', '.join(given)})"


def _python(field: Field) -> str:
    if field.labels:
        return field.name.title()
    return {
        "Integer": "int", "BigInteger": "int", "SmallInteger": "int", "String": "str", "Text": "str",
        "Boolean": "bool", "DateTime": "datetime.datetime", "Date": "datetime.date",
        "Time": "datetime.time", "Float": "float", "Numeric": "decimal.Decimal", "LargeBinary": "bytes",
        "JSON": "Any", "Uuid": "uuid.UUID",
    }[field.type.removeprefix("sa.").partition("(")[0]]  # fmt: skip


def _revision(project: Project) -> str:
    up: list[str] = []
    for table in project.before.values():
        up += ["    op.create_table(", f'        "{table.name}",']
        behind: list[str] = []
        for field in table.fields:
            kind = field.type
            if field.labels:
                listed = ", ".join(f'"{label}"' for label in field.labels)
                kind = f'sa.Enum({listed}, name="{field.name}")'
            default = f", server_default={field.default}" if field.default else ""
            up.append(f'        sa.Column("{field.name}", {kind}{default}, nullable={field.nullable}),')
            if field.key is not None:
                name = f', name="fk_{table.name}_{field.name}_{field.key.table}"' if project.naming else ""
                ondelete = f', ondelete="{field.key.ondelete}"' if field.key.ondelete else ""
                behind.append(
                    f'        sa.ForeignKeyConstraint(["{field.name}"], '
                    f'["{field.key.table}.id"]{name}{ondelete}),'
                )
            if field.unique and not field.index:
                name = f', name="uq_{table.name}_{field.name}"' if project.naming else ""
                behind.append(f'        sa.UniqueConstraint("{field.name}"{name}),')
        behind += [
            f"        sa.UniqueConstraint({_listed(each)}, name={_unique_name(table, each)!r}),"
            for each in table.uniques
        ]
        up += [*behind, '        sa.PrimaryKeyConstraint("id"),', "    )"]
        for field in table.fields:
            if field.index:
                name = f"ix_{table.name}_{field.name}"
                up.append(
                    f'    op.create_index("{name}", "{table.name}", ["{field.name}"], unique={field.unique})'
                )
        for each in table.indexes:
            up.append(f'    op.create_index({_index_name(table, each)!r}, "{table.name}", [{_listed(each)}])')
    down = [f'    op.drop_table("{name}")' for name in reversed(project.before)]
    for table in project.before.values():
        for field in table.fields:
            if field.labels:
                down.append(f'    sa.Enum(name="{field.name}").drop(op.get_bind(), checkfirst=True)')
    return FIRST.format(up="\n".join(up), down="\n".join(down))


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{each}"' for each in columns)


def _unique_name(table: Table, columns: tuple[str, ...]) -> str:
    return f"uq_{table.name}_{'_'.join(columns)}"


def _index_name(table: Table, columns: tuple[str, ...]) -> str:
    return f"ix_{table.name}_{'_'.join(columns)}"
