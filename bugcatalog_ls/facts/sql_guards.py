"""Which databases a piece of code is written for: by the tests that it stands behind, and by names."""

from __future__ import annotations

import re
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.facts.sql_engines import OTHER
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, is_docstring, text_of

_WORDS = {
    "sqlite": re.compile(r"sqlite", re.IGNORECASE),
    "postgresql": re.compile(
        r"postgre|psycopg|asyncpg|pgsql|(?:^|[^a-z])pg(?:$|[^a-z])|pgvector|timescale|cockroach|(?:^|[^a-z])psql",
        re.IGNORECASE,
    ),
    "mysql": re.compile(r"mysql|mariadb", re.IGNORECASE),
    "mssql": re.compile(r"mssql|sql_?server|sqlserver|tsql|pyodbc", re.IGNORECASE),
    "oracle": re.compile(r"oracle", re.IGNORECASE),
    OTHER: re.compile(
        r"clickhouse|bigquery|snowflake|redshift|databricks|duckdb|presto|trino|hive|spark|athena|cassandra|kusto|druid|"
        r"doris|starrocks|oceanbase|dremio|exasol|vertica|teradata|db2|firebird|sybase|couchbase|opensearch|elastic|tidb|"
        r"neo4j|cypher|memgraph|falkordb|kuzu|arangodb|nebula_?graph|tugraph|"
        r"influx|cratedb|questdb|singlestore|memsql|kylin|impala|netezza|h2db|hana|gauss|kingbase|gsheets",
        re.IGNORECASE,
    ),
}
_GUARD = re.compile(r"dialect|engine\.name|drivername|db_?type|backend|is_pg|db_?engine", re.IGNORECASE)


@lru_cache(maxsize=1024)
def dialects_named(text: str) -> frozenset[str]:
    """The dialects that a name or a condition speaks of."""
    return frozenset(dialect for dialect, words in _WORDS.items() if words.search(text))


def dialects_around(file: PyFile, node: Node, depth: int = 3) -> set[str] | None:
    """The dialects that the code around a node is meant for: by the conditions that it stands behind,
    a dictionary's key, the names and first lines of its functions, classes and file, and by those who
    call it. None where nothing tells; an empty set where some dialect is meant, and nobody knows which."""
    named: set[str] = set()
    function: Node | None = None
    inner: Node = node
    for parent in ancestors(node):
        condition = _condition(parent, inner)
        if condition is not None and (dialects_named(condition) or _GUARD.search(condition)):
            return set()
        if parent.type in ("function_definition", "class_definition"):
            name = parent.child_by_field_name("name")
            named |= dialects_named(text_of(name)) if name is not None else set()
            named |= dialects_named(_docstring(parent))
            function = function or (parent if parent.type == "function_definition" else None)
        if parent.type in ("block", "module") and _is_behind_exit(file, parent, inner):
            return set()
        if parent.type == "assignment" and (left := parent.child_by_field_name("left")) is not None:
            named |= dialects_named(text_of(left))
        inner = parent
    of_path = dialects_named(file.path)
    if len(of_path) > 1:
        return set()
    named |= of_path
    if not named and function is not None and depth:
        return _around_callers(file, function, depth)
    return named or None


def _around_callers(file: PyFile, function: Node, depth: int) -> set[str] | None:
    """What all calls of a function in its own file stand behind."""
    name = function.child_by_field_name("name")
    calls = file.calls_named(text_of(name)) if name is not None else []
    calls = [call for call in calls if not (function.start_byte <= call.start_byte < function.end_byte)]
    found = [dialects_around(file, call, depth - 1) for call in calls[:6]]
    if not found or any(each is None for each in found):
        return None
    return set().union(*(each for each in found if each is not None)) if all(found) else set()


def _docstring(definition: Node) -> str:
    body = definition.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_children else None
    return text_of(first) if first is not None and is_docstring(first) else ""


def _condition(parent: Node, inner: Node) -> str | None:
    """What has to hold for `inner` to be reached in `parent`."""
    if parent.type in ("if_statement", "elif_clause", "while_statement"):
        condition = parent.child_by_field_name("condition")
        if condition is None or inner.id == condition.id:
            return None
        if inner.type in ("else_clause", "elif_clause") and parent.type == "if_statement":
            conditions = [
                condition,
                *(
                    each.child_by_field_name("condition")
                    for each in parent.children
                    if each.type == "elif_clause"
                ),
            ]
            return " ".join(text_of(each) for each in conditions if each is not None)
        return text_of(condition)
    if parent.type == "conditional_expression" and len(parent.named_children) == 3:
        return text_of(parent.named_children[1])
    if parent.type == "case_clause":
        match = parent.parent.parent if parent.parent is not None else None
        subject = match.child_by_field_name("subject") if match is not None else None
        patterns = [text_of(child) for child in parent.named_children if child.type == "case_pattern"]
        return " ".join([*patterns, text_of(subject) if subject is not None else ""])
    if (
        parent.type == "pair"
        and (key := parent.child_by_field_name("key")) is not None
        and key.id != inner.id
    ):
        return text_of(key)
    if parent.type == "call" and inner.type == "argument_list":
        keywords = [text_of(child) for child in inner.named_children if child.type == "keyword_argument"]
        return next((each for each in keywords if each.startswith(("dialect", "bind"))), None)
    return None


def _is_behind_exit(file: PyFile, block: Node, inner: Node) -> bool:
    """Whether a test of the dialect that leaves the block stands before the statement."""
    exits = file.once(_known_exits)
    if block.id not in exits:
        leaving = (each.start_byte for each in block.named_children if _is_exit(each))
        exits[block.id] = next(leaving, None)
    exit_at = exits[block.id]
    return exit_at is not None and exit_at < inner.start_byte


def _known_exits(file: PyFile) -> dict[int, int | None]:
    """Where the first test of the dialect that leaves a block begins, by block."""
    return {}


def _is_exit(statement: Node) -> bool:
    if statement.type != "if_statement":
        return False
    condition = statement.child_by_field_name("condition")
    body = statement.child_by_field_name("consequence")
    if condition is None or body is None or not body.named_children:
        return False
    leaving = ("return_statement", "raise_statement", "continue_statement", "pass_statement")
    if body.named_children[-1].type not in leaving:
        return False
    text = text_of(condition)
    return bool(dialects_named(text)) or _GUARD.search(text) is not None
