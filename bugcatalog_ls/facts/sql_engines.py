"""Which database code talks to: by its driver, by the URL of its engine, by the names around it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    is_docstring,
    string_value,
    text_of,
    unparenthesised,
)

OTHER = "other"
"""A database of which nothing here is known."""

_DRIVERS = {
    "sqlite": ("sqlite3", "aiosqlite", "apsw", "pysqlite3", "pysqlcipher3"),
    "postgresql": ("psycopg", "psycopg2", "asyncpg", "pg8000", "psycopg_pool", "psycopg2cffi", "aiopg",
    "psycopg_binary"),
    "mysql": ("pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql", "cymysql"),
    "oracle": ("cx_Oracle", "oracledb"),
    "mssql": ("pymssql",),
    OTHER: (
        "cassandra", "clickhouse_driver", "clickhouse_connect", "google", "duckdb", "snowflake",
        "databricks", "pyspark",
        "trino", "pyhive", "neo4j", "redshift_connector", "influxdb", "vertica_python", "teradatasql",
        "prestodb", "impala",
        "asynch", "chdb", "pinotdb", "scylla", "pandasql", "datafusion", "polars", "awswrangler", "boto3",
        "ibis",
    ),
}  # fmt: skip
DIALECT_OF_MODULE = {module: dialect for dialect, modules in _DRIVERS.items() for module in modules}

_URL_NAMES = {
    "sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql",
    "mariadb": "mariadb",
    "mssql": "mssql", "oracle": "oracle", "cockroachdb": "postgresql", "postgis": "postgresql",
    "asyncpg": "postgresql",
}  # fmt: skip
_URL = re.compile(r"^\s*([a-z][a-z0-9]*)(?:\+\w+)?://", re.IGNORECASE)
_MAKERS = frozenset(
    {
        "create_engine",
        "create_async_engine",
        "Database",
        "create_pool",
        "connect",
        "Databases",
        "engine_from_config",
    }
)
_PASSING = frozenset(
    {
        "connect", "begin", "execution_options", "Session", "sessionmaker", "scoped_session",
        "AsyncSession", "async_sessionmaker",
        "raw_connection", "cursor", "session", "acquire", "transaction", "async_scoped_session",
        "get_bind", "connection", "closing",
    }
)  # fmt: skip
_DEPTH = 8


class EngineFact(Fact, frozen=True):
    """An engine bound to a name of a module, with the dialect of its URL (empty where not known)."""

    symbol: str
    dialect: str

    @property
    def key(self) -> str:
        return self.symbol


def url_dialect(text: str) -> str:
    """The dialect that a database URL names; empty where it is none."""
    match = _URL.match(text)
    return _URL_NAMES.get(match[1].lower(), "") if match else ""


def engine_of(file: PyFile, node: Node | None) -> tuple[str, str]:
    """The database behind a connection, session or cursor: its dialect, and the symbol of its engine.

    Both empty where nothing is known; the dialect empty where the engine is some module's.
    """
    return _engine(file, node, _DEPTH)


def _engine(file: PyFile, node: Node | None, depth: int) -> tuple[str, str]:
    if node is None or depth <= 0:
        return "", ""
    node = unparenthesised(node)
    if node.type == "await" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type in ("identifier", "attribute"):
        symbol = file.symbol(node)
        found = _of_symbol(symbol)
        if found:
            return found, ""
        if node.type == "identifier":
            for binding in file.names.bindings(node):
                if binding.kind in ("assign", "with", "walrus") and binding.value is not None:
                    reached = _engine(file, binding.value, depth - 1)
                    if reached != ("", ""):
                        if not reached[0] and reached[1] == "" and symbol:
                            return "", symbol
                        return reached
                if binding.kind in ("import", "from") and symbol and "." in symbol:
                    return "", symbol
        return "", ""
    if node.type == "call":
        function = callee_of(node)
        name = text_of(function).rpartition(".")[2] if function is not None else ""
        found = _of_symbol(file.callee(node))
        if found:
            return found, ""
        arguments = arguments_of(node)
        if name in _MAKERS and (arguments.positional or arguments.keywords):
            url = arguments.positional[0] if arguments.positional else None
            for key in ("url", "dsn", "sqlalchemy_url"):
                url = url if url is not None else arguments.keywords.get(key)
            dialect = _url_in(file, url)
            if dialect:
                return dialect, ""
        if name in _PASSING and function is not None:
            owner = function.child_by_field_name("object")
            for part in (owner, arguments.keywords.get("bind"), *arguments.positional[:1]):
                reached = _engine(file, part, depth - 1)
                if reached != ("", ""):
                    return reached
    return "", ""


def _of_symbol(symbol: str | None) -> str:
    if not symbol or "." not in symbol:
        return ""
    first = symbol.split(".", 1)[0]
    return DIALECT_OF_MODULE.get(first, "")


def _url_in(file: PyFile, node: Node | None) -> str:
    """The dialect of a URL that is written where an engine is made; f-strings count by their beginning."""
    if node is None:
        return ""
    if node.type == "identifier":
        values = [each.value for each in file.names.bindings(node) if each.value is not None]
        found = {_url_in(file, value) for value in values if value.type in ("string", "concatenated_string")}
        return found.pop() if len(found) == 1 else ""
    text = string_value(node)
    if text is None and node.type == "string":
        text = "".join(text_of(child) for child in node.named_children[:1] if child.type == "string_content")
        text = text or text_of(node).lstrip("rRfFbB").strip("'\"")
    return url_dialect(text) if text else ""


def imported_drivers(file: PyFile) -> set[str]:
    """The dialects of the drivers that a file imports."""
    found: set[str] = set()
    for bindings in file.scopes.module.bindings.values():
        for binding in bindings:
            if binding.kind in ("import", "from"):
                dialect = DIALECT_OF_MODULE.get(binding.target.split(".", 1)[0])
                if dialect:
                    found.add(dialect)
    return found


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
        r"influx|cratedb|questdb|singlestore|memsql|kylin|impala|netezza|h2db|hana|gauss|kingbase|gsheets",
        re.IGNORECASE,
    ),
}
_GUARD = re.compile(r"dialect|engine\.name|drivername|db_?type|backend|is_pg|db_?engine", re.IGNORECASE)


def dialects_named(text: str) -> set[str]:
    """The dialects that a name or a condition speaks of."""
    return {dialect for dialect, words in _WORDS.items() if words.search(text)}


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
        if parent.type in ("block", "module") and _is_behind_exit(parent, inner):
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


def _is_behind_exit(block: Node, inner: Node) -> bool:
    """Whether a test of the dialect that leaves the block stands before the statement."""
    for statement in block.named_children:
        if statement.start_byte >= inner.start_byte:
            return False
        if statement.type != "if_statement":
            continue
        condition, body = (
            statement.child_by_field_name("condition"),
            statement.child_by_field_name("consequence"),
        )
        if condition is None or body is None or not body.named_children:
            continue
        if body.named_children[-1].type in ("return_statement", "raise_statement", "continue_statement") or (
            body.named_children[-1].type == "pass_statement"
        ):
            text = text_of(condition)
            if dialects_named(text) or _GUARD.search(text):
                return True
    return False


def _collect(file: PyFile, facts: Facts) -> None:
    for name, bindings in file.scopes.module.bindings.items():
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].value.type not in ("call", "await"):
            continue
        data = bindings[0].value.text or b""
        if (
            b"create_engine" in data
            or b"create_async_engine" in data
            or b"Database(" in data
            or b"sessionmaker" in data
        ):
            dialect, _ = engine_of(file, bindings[0].value)
            facts.add(EngineFact(f"{file.module}.{name}", dialect))


VOCABULARY = Vocabulary(
    _collect, literals=(b"create_engine", b"create_async_engine", b"Database(", b"sessionmaker(")
)
