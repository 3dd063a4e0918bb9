"""What migrations really build in SQLite, and how a static picture of them compares with it.

`built(...)` runs real Alembic in a process of its own; `compare(picture, truth)` counts columns.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from bugcatalog_ls.facts.schema_picture import Picture, PicturedColumn


@dataclass(frozen=True)
class Truth:
    """Columns by table, and those of them that were there before the first revision."""

    tables: dict[str, dict[str, dict[str, object]]]
    outside: frozenset[tuple[str, str]] = frozenset()


# Runs the revisions of a script location on an empty SQLite database and prints what SQLAlchemy reflects.
RUNNER = """
import importlib, json, sys
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

home, versions, prelude, url, naming, begin = sys.argv[1:7]
exec(begin)
bases = []
for item in filter(None, prelude.split(",")):
    module, _, name = item.partition(":")
    imported = importlib.import_module(module)
    if name:
        bases.append(getattr(imported, name))
config = Config()
config.set_main_option("script_location", home)
config.set_main_option("recursive_version_locations", "true")
if versions:
    config.set_main_option("version_locations", versions)
script = ScriptDirectory.from_config(config)
engine = sa.create_engine(url, poolclass=sa.pool.StaticPool)
for base in bases:
    base.metadata.create_all(engine)
# What is there before no revision makes.
outside = [
    (name, column["name"])
    for name in sa.inspect(engine).get_table_names()
    for column in sa.inspect(engine).get_columns(name)
]

target = None
if naming:
    module, _, name = naming.partition(":")
    target = sa.MetaData(naming_convention=getattr(importlib.import_module(module), name))

def upgrade(revision, context):
    return script._upgrade_revs("heads", revision)

with EnvironmentContext(config, script, fn=upgrade, destination_rev="heads") as context:
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
inspector = sa.inspect(engine)
tables = {}
for name in inspector.get_table_names():
    if name != "alembic_version":
        tables[name] = {
            column["name"]: {
                "type": type(column["type"]).__name__.upper(),
                "length": getattr(column["type"], "length", None),
                "nullable": column["nullable"],
            }
            for column in inspector.get_columns(name)
        }
print("TRUTH" + json.dumps({"tables": tables, "outside": outside}))
"""


@dataclass
class Comparison:
    """`differences` say what is not equal; those of tables that something opaque touches are `explained`."""

    n_columns: int = 0
    n_equal: int = 0
    n_outside: int = 0
    invented: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.n_equal / self.n_columns if self.n_columns else 1.0


def built(
    python: str,
    home: Path,
    *,
    folder: Path,
    versions: str = "",
    prelude: str = "",
    url: str = "sqlite://",
    naming: str = "",
    begin: str = "",
    environment: dict[str, str] | None = None,
) -> Truth:
    """What `alembic upgrade heads` builds, as SQLAlchemy reflects it; the revisions' imports must be there.

    `prelude` are modules to import first; of `module:Base` the tables are created first as well.
    `naming` is where the naming convention stands, as `module:NAME`; `begin` is code to run first.
    """
    done = subprocess.run(
        [python, "-c", RUNNER, str(home), versions, prelude, url, naming, begin],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.rpartition("TRUTH")[2])
    return Truth(found["tables"], frozenset((table, column) for table, column in found["outside"]))


def compare(picture: Picture, truth: Truth) -> Comparison:
    """Columns by name, family of type, length and nullability."""
    result = Comparison()
    opaque: set[str] = set()
    for part in picture.opaque:
        opaque |= set(truth.tables) if part.tables is None else set(part.tables)
    for name, table in picture.tables.items():
        if name not in truth.tables and table.certain:
            result.invented.append(name)
    for name, columns in sorted(truth.tables.items()):
        pictured = picture.tables.get(name)
        unequal = result.explained if name in opaque else result.differences
        for column, real in columns.items():
            found = pictured.columns.get(column) if pictured is not None else None
            if found is None and (name, column) in truth.outside:
                # Made before the history begins, and untouched by it.
                result.n_outside += 1
                continue
            result.n_columns += 1
            difference = _difference(found, real)
            if not difference:
                result.n_equal += 1
            else:
                unequal.append(f"{name}.{column}: {difference}")
        for column, found in (pictured.columns if pictured is not None else {}).items():
            if column not in columns and found.certain:
                unequal.append(f"{name}.{column}: invented")
    return result


def _difference(found: PicturedColumn | None, real: dict[str, object]) -> str:
    if found is None:
        return "missing"
    wanted = _family(str(real["type"]))
    # MariaDB keeps some types in others.
    if (found.type, real["type"]) in (("BOOLEAN", "TINYINT"), ("JSON", "LONGTEXT")):
        wanted = _family(found.type)
    if _family(found.type) != wanted:
        return f"type {found.type or '?'}, not {real['type']}"
    length = _length(found)
    if found.type == "UUID" and wanted == "string" and real["length"] in (32, 36):
        length = None
    if wanted == "string" and length is not None and length != real["length"]:
        return f"length {length}, not {real['length']}"
    # A primary key of SQLite may be reflected as nullable.
    if found.nullable != real["nullable"] and not found.primary_key:
        return f"nullable {found.nullable}, not {real['nullable']}"
    return ""


def _length(found: PicturedColumn) -> int | None:
    if found.type == "ENUM":
        return max(map(len, found.enum)) if found.enum else None
    return found.length


_FAMILIES = {
    "INTEGER": "integer", "BIGINT": "integer", "SMALLINT": "integer", "INT": "integer",
    "VARCHAR": "string", "CHAR": "string", "NVARCHAR": "string", "ENUM": "string", "UUID": "string",
    "TEXT": "text", "MEDIUMTEXT": "text", "LONGTEXT": "text", "CLOB": "text",
    "DATETIME": "time", "TIMESTAMP": "time", "INTERVAL": "time",
    "FLOAT": "float", "DOUBLE": "float", "REAL": "float", "DOUBLE_PRECISION": "float",
    "NUMERIC": "number", "DECIMAL": "number",
    "BLOB": "bytes", "BINARY": "bytes", "VARBINARY": "bytes", "MEDIUMBLOB": "bytes", "LONGBLOB": "bytes",
    "JSON": "json", "JSONB": "json",
}  # fmt: skip


def _family(name: str) -> str:
    return _FAMILIES.get(name, name)
