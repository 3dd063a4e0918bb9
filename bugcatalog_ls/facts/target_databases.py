"""The databases that the workspace is for: by settings, URLs, `alembic.ini` and the drivers it depends on."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

from bugcatalog_ls.facts.alembic_environments import AlembicSettings
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.sql_engines import url_dialect
from bugcatalog_ls.facts.sql_guards import dialects_named
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.text.source import Source

_PACKAGES = {
    "postgresql": (
        "psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000", "aiopg",
        "psycopg2cffi", "psycopg-pool", "pgvector",
    ),
    "mysql": ("pymysql", "mysqlclient", "mysql-connector-python", "aiomysql", "asyncmy", "cymysql"),
    "mariadb": ("mariadb",),
    "sqlite": ("aiosqlite", "pysqlite3", "pysqlite3-binary", "apsw"),
    "mssql": ("pymssql", "aioodbc"),
    "oracle": ("cx-oracle", "oracledb"),
}  # fmt: skip
_DIALECT_OF = {package: dialect for dialect, packages in _PACKAGES.items() for package in packages}
_URL = re.compile(
    rb"\b((?:postgres(?:ql)?|mysql|mariadb|sqlite|mssql|oracle|cockroachdb)(?:\+\w+)?://)", re.IGNORECASE
)
_SCHEMES = ("postgres", "postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle", "cockroachdb")
_URL_WORDS = Words(*(name.encode() + sign for name in _SCHEMES for sign in (b"://", b"+")), any_case=True)
_ABOUT_URL = re.compile(
    r"url|uri|dsn|create_(?:async_)?engine|Database\(|connect|conn_?str|DATABASES", re.IGNORECASE
)
_NOT_A_TARGET = re.compile(
    r"startswith|replace\(|\bif\b|\bin \(|>>>|^\s*#|example|e\.g\.|removeprefix|\.scheme|assert",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"^\s*image:\s*[\"']?(?:[\w.\-]+/)*(postgres|postgis|pgvector|timescaledb|mysql|mariadb)\b", re.MULTILINE
)
_IMAGES = {
    "postgres": "postgresql",
    "postgis": "postgresql",
    "pgvector": "postgresql",
    "timescaledb": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
}
_DJANGO = re.compile(rb"django\.db\.backends\.(postgresql|mysql|sqlite3|oracle)")


class DatabaseFact(Fact, frozen=True):
    """A database that a file tells the workspace to be for. `how` is `url`, `image` or `driver`."""

    dialect: str
    how: str

    @property
    def key(self) -> str:
        return self.dialect


class TargetDatabases(Fact, frozen=True):
    """The dialects of the workspace. `is_one_of_each` tells that each engine has a database of its own, so
    that a text whose engine is not known may be for any of them."""

    dialects: frozenset[str]
    is_one_of_each: bool = False

    @property
    def key(self) -> str:
        return ""


@derived
def target_databases(index: FactIndex, settings: tuple[str, ...] = ()) -> TargetDatabases:
    """All databases that the workspace's SQL has to run on; none where nothing tells."""
    if settings:
        return TargetDatabases(frozenset(settings))
    by_how: dict[str, set[str]] = {}
    for dialect in index.keys(DatabaseFact):
        for _, fact in index.get(DatabaseFact, dialect):
            by_how.setdefault(fact.how, set()).add(dialect)
    for folder in index.keys(AlembicSettings):
        for path, section in index.get(AlembicSettings, folder):
            dialect = url_dialect(f"{section.dialect}://")
            if dialect and not is_test_path(path):
                by_how.setdefault("url", set()).add(dialect)
    engines = by_how.get("engine", set())
    found = {each for named in by_how.values() for each in named}
    if "mariadb" in found and "mysql" in found and "mysql" not in by_how.get("url", set()) | engines:
        # A driver of MySQL is how MariaDB is reached.
        found.discard("mysql")
    others = {each for how, named in by_how.items() if how != "engine" for each in named}
    return TargetDatabases(frozenset(found), len(engines) > 1 and not others - engines)


def _collect(file: PyFile, facts: Facts) -> None:
    if (
        is_test_path(file.path)
        or dialects_named(file.path)
        or re.search(r"(?:^|/)(?:docs?|examples?|scripts?|benchmarks?)/", file.path)
    ):
        return
    told: set[tuple[str, str]] = set()
    data = file.source.data
    if b"down_revision" in data:
        return
    for backend in _DJANGO.finditer(data):
        told.add((backend[1].decode().replace("sqlite3", "sqlite"), "url"))
    for match in _URL.finditer(data) if file.holds(_URL_WORDS) else ():
        node = file.root.named_descendant_for_byte_range(match.start(), match.end())
        # What stands in the middle of a text is told to somebody, and no database's URL.
        if node is None or node.type != "string_content" or node.start_byte != match.start():
            continue
        start = data.rfind(b"\n", 0, match.start()) + 1
        line = data[start : data.find(b"\n", match.start())].decode("utf-8", "replace")
        before = data[start : match.start()].decode("utf-8", "replace")
        # An argument may stand on a line of its own.
        above = data[max(start - 160, 0) : start].decode("utf-8", "replace").rstrip().rpartition("\n")[2]
        if _NOT_A_TARGET.search(line):
            continue
        if _ABOUT_URL.search(before) or (above.endswith("(") and _ABOUT_URL.search(above)):
            how = "engine" if "create_" in before or "create_" in above else "url"
            told.add((url_dialect(match[1].decode()), how))
    for dialect, how in sorted(told):
        if dialect:
            facts.add(DatabaseFact(dialect, how))


def _read(path: str, source: Source, facts: Facts) -> None:
    name = path.rpartition("/")[2]
    if is_test_path(path) or re.search(
        r"test|dev|lint|docs?\b|ci\b", name.replace("docker", ""), re.IGNORECASE
    ):
        return
    told: set[tuple[str, str]] = set()
    if name == "pyproject.toml":
        told |= {(each, "driver") for each in _drivers(_of_project(source))}
    elif name.startswith("requirements") or name == "Pipfile":
        told |= {(each, "driver") for each in _drivers(source.text.splitlines())}
    else:
        lines = [line for line in source.text.splitlines() if not line.lstrip().startswith("#")]
        told |= {
            (url_dialect(match[1].decode()), "url")
            for line in lines
            for match in _URL.finditer(line.encode())
        }
        told |= {(_IMAGES[match[1]], "image") for match in _IMAGE.finditer(source.text)}
    for dialect, how in sorted(told):
        if dialect:
            facts.add(DatabaseFact(dialect, how))


VOCABULARY = Vocabulary(
    _collect,
    literals=(b"postgresql", b"postgres:", b"mysql", b"mariadb", b"sqlite", b"django.db.backends"),
    read=_read,
    names=(
        "pyproject.toml",
        "requirements*.txt",
        ".env",
        ".env.*",
        "docker-compose*.yml",
        "docker-compose*.yaml",
        "compose*.yml",
        "compose*.yaml",
        "Pipfile",
    ),
)


def _drivers(requirements: list[str]) -> set[str]:
    found: set[str] = set()
    for each in requirements:
        match = re.match(r"\s*[\"']?([A-Za-z0-9][\w.\-]*)\s*(\[[^\]]*\])?", each)
        if match is None:
            continue
        package = re.sub(r"[-_.]+", "-", match[1]).lower()
        if package in _DIALECT_OF:
            found.add(_DIALECT_OF[package])
        if package in ("sqlalchemy", "databases", "tortoise-orm") and match[2]:
            found |= {
                dialect
                for name, dialect in _DIALECT_OF.items()
                if re.search(rf"[\[,\s]{name}[\],\s]", match[2])
            }
            found |= dialects_named(match[2]) & {"postgresql", "mysql"}
    return found


def _of_project(source: Source) -> list[str]:
    """What a project needs itself: neither its extras nor the tools of its developers."""
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        data = toml.loads(source.text)
    except ValueError:
        return []
    project, tool = _table(data, "project"), _table(data, "tool")
    listed = [each for each in project.get("dependencies") or () if isinstance(each, str)]
    needed = _table(_table(tool, "poetry"), "dependencies")
    listed += [
        name for name, given in needed.items() if not (isinstance(given, dict) and given.get("optional"))
    ]
    return listed


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}
