"""Calls while migrations are replayed: Alembic's operations, the inspector, SQL, what is built in."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from bugcatalog_ls.facts.columns import Column, column, library_name, source_of, type_of
from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import Attribute, Call, Constant, Expression, Name, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    RenameTable,
)
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Inspector,
    Maybe,
    Operations,
    Pattern,
    Term,
    TypeValue,
    Unknowable,
    Value,
    closed,
    contains,
    is_type,
    joined,
    truth,
)
from bugcatalog_ls.facts.scripts import Statement

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay import Replay

_Keywords = dict[str, Value]

_EXECUTES = ("execute", "exec_driver_sql", "scalar", "scalars")
_CHANGING = (
    "op", "execute", "exec_driver_sql", "create", "drop", "create_all", "drop_all", "create_table",
    "drop_table", "rename_table", "add_column", "drop_column", "alter_column", "batch_alter_table",
)  # fmt: skip
_HARMLESS = frozenset(
    {
        "f", "create_index", "drop_index", "create_foreign_key", "create_unique_constraint",
        "create_primary_key", "create_check_constraint", "create_exclude_constraint", "drop_constraint",
        "create_table_comment", "drop_table_comment", "bulk_insert", "inline_literal", "get_context",
        "get_bind", "configure", "sync_enum_values", "create_entity", "replace_entity", "drop_entity",
        "create_extension", "flush",
    }
)  # fmt: skip
_QUERIES = frozenset(
    {
        "query", "select", "insert", "update", "delete", "exists", "union", "union_all", "values", "where",
        "CreateSequence", "CreateIndex", "DropIndex", "CreateSchema", "DropSchema", "AddConstraint",
        "DropConstraint", "func", "DropSequence",
    }
)  # fmt: skip


_A_QUERY = Term(Name("select", "sqlalchemy.select"))


def run_operation(
    replay: Replay, op: Operations, name: str, arguments: list[Value], keywords: _Keywords | None
) -> Value:
    """An operation of `op` or of a `batch_op`."""
    if op.is_context:
        # The migration context: what it says of dialect and mode is not known.
        return UNKNOWN
    if name == "get_bind":
        return Connection()
    if name in ("get_context", "impl"):
        return Operations(is_context=True)
    if name == "f":
        return arguments[0] if arguments else UNKNOWN
    if name == "execute":
        replay.execute(arguments[0] if arguments else (keywords or {}).get("sqltext", UNKNOWN))
        return None
    if name in _HARMLESS:
        return None
    handler = _HANDLERS.get(name)
    if handler is None:
        replay.touch(op.table, f"the operation {name} of a plug-in")
        return UNKNOWN
    given = _Given(op, arguments, keywords)
    return handler(replay, given)


class _Given:
    """The arguments of an operation; that of a batch lacks the table's name in front."""

    def __init__(self, op: Operations, arguments: list[Value], keywords: _Keywords | None) -> None:
        self.op = op
        self.known = keywords is not None and REST not in arguments
        self.arguments = list(arguments)
        self.keywords = dict(keywords or {})
        if op.is_batch:
            self.arguments.insert(0, op.table if op.table is not None else UNKNOWN)

    def get(self, position: int, name: str, default: Value = None) -> Value:
        if name in self.keywords:
            return self.keywords[name]
        return self.arguments[position] if position < len(self.arguments) else default

    def table(self, name: str = "table_name", position: int = 0) -> str | None:
        """The table as `[schema.]name`; None where it is not known."""
        written = self.get(position, name, UNKNOWN)
        schema = self.keywords.get("schema")
        if self.op.is_batch and position == 0:
            return self.op.table
        if isinstance(written, Term):
            return None
        if not isinstance(written, str):
            return None
        return f"{schema}.{written}" if isinstance(schema, str) and schema not in ("", "public") else written


def _create_table(replay: Replay, given: _Given) -> Value:
    table = given.table()
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
        return UNKNOWN
    columns, known = _columns(replay, given.arguments[1:])
    known = known and given.known
    if not known:
        replay.apply(CreateTable(table, tuple(columns), False))
        replay.touch(table, "columns that are not known before it runs")
    else:
        exists = given.keywords.get("if_not_exists") is True
        replay.apply(CreateTable(table, tuple(columns), True, exists))
    return Term(Call(Name("Table", "sqlalchemy.Table"), (Constant(table),)))


def _columns(replay: Replay, values: list[Value]) -> tuple[list[Column], bool]:
    """Columns among the arguments of `create_table`, and whether these are all."""
    columns: list[Column] = []
    keys: set[str] = set()
    known = True
    for value in values:
        if value is None:
            continue
        call = value.value if isinstance(value, Term) and isinstance(value.value, Call) else None
        called = library_name(replay.index, call.function, replay.revision) if call is not None else None
        if call is None or called is None:
            known = False
        elif called in ("Column", "mapped_column"):
            made = column(replay.index, call, replay.revision)
            if made is None or not made.name or HOLE in made.name:
                known = False
            else:
                columns.append(made)
        elif called == "PrimaryKeyConstraint":
            keys.update(_texts(call.arguments))
        elif not called.endswith(("Constraint", "Index")):
            known = False
    return [
        msgspec.structs.replace(each, primary_key=True, nullable=False) if each.name in keys else each
        for each in columns
    ], known


def _texts(values: tuple[Expression, ...]) -> list[str]:
    constants = [each.value for each in values if isinstance(each, Constant)]
    return [value for value in constants if isinstance(value, str)]


def _drop_table(replay: Replay, given: _Given) -> Value:
    table = given.table()
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    else:
        replay.apply(DropTable(table))
    return None


def _rename_table(replay: Replay, given: _Given) -> Value:
    old, new = given.table("old_table_name"), given.table("new_table_name", 1)
    if old is None or new is None:
        replay.touch(None, "a table whose name is not known before it runs")
    else:
        replay.apply(RenameTable(old, new))
    return None


def _add_column(replay: Replay, given: _Given) -> Value:
    table = given.table()
    value = given.get(1, "column", UNKNOWN)
    call = value.value if isinstance(value, Term) and isinstance(value.value, Call) else None
    made = column(replay.index, call, replay.revision) if call is not None else None
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    elif made is None or not made.name or HOLE in made.name:
        replay.touch(table, "a column that is not known before it runs")
    else:
        exists = given.keywords.get("if_not_exists") is True
        replay.apply(AddColumn(table, made, exists))
    return None


def _drop_column(replay: Replay, given: _Given) -> Value:
    table, name = given.table(), given.get(1, "column_name", UNKNOWN)
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    elif not isinstance(name, str):
        replay.touch(table, "a column that is not known before it runs")
    else:
        replay.apply(DropColumn(table, name))
    return None


def _alter_column(replay: Replay, given: _Given) -> Value:
    table, name = given.table(), given.get(1, "column_name", UNKNOWN)
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
        return None
    new_name = given.keywords.get("new_column_name", given.keywords.get("name"))
    if isinstance(new_name, (Unknowable, Pattern, Term)) or (new_name and not isinstance(name, str)):
        replay.touch(table, "a column that is not known before it runs")
        return None
    if not isinstance(name, str) or not given.known:
        replay.apply(AlterColumn(table, ""))
        return None
    nullable = given.keywords.get("nullable")
    written = given.keywords.get("type_")
    replay.apply(
        AlterColumn(
            table,
            name,
            new_name if isinstance(new_name, str) and new_name != name else None,
            nullable if isinstance(nullable, bool) else None,
            _server_default(replay, given.keywords),
            type_of(replay.index, closed(written), replay.revision) if written is not None else None,
        )
    )
    return None


def _server_default(replay: Replay, keywords: _Keywords) -> str | None:
    if "server_default" not in keywords or keywords["server_default"] is False:
        return None
    if keywords["server_default"] is None:
        return ""
    return source_of(replay.index, closed(keywords["server_default"]), replay.revision)[0] or "?"


def _batch(replay: Replay, given: _Given) -> Value:
    return Operations(given.table(), True)


_HANDLERS: dict[str, Callable[[Replay, _Given], Value]] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "batch_alter_table": _batch,
}


def call_method(
    replay: Replay, owner: Value, name: str, arguments: list[Value], keywords: _Keywords | None
) -> Value:
    """A method of a value that is neither `op` nor of the workspace."""
    given = arguments
    match owner:
        case Inspector():
            return _inspect(replay, name, given, keywords or {})
        case Connection():
            return _connection(replay, name, given, keywords or {})
        case str() | Pattern():
            return _text_method(owner, name, arguments, keywords)
        case list() if name in ("append", "add") and given:
            owner.append(given[0])
            return None
        case list() if name in ("extend", "update") and given:
            owner.extend(given[0] if isinstance(given[0], (list, tuple)) else [UNKNOWN])
            return None
        case dict() if name in ("items", "keys", "values"):
            return {"items": list(owner.items()), "keys": list(owner), "values": list(owner.values())}[name]
        case dict() if name == "get" and given and isinstance(given[0], (str, int)):
            return owner.get(given[0], given[1] if len(given) > 1 else None)
        case list() | tuple() if name == "copy":
            return list(owner)
        case list() | tuple() if name in ("issubset", "issuperset") and given:
            return _is_subset(*((owner, given[0]) if name == "issubset" else (given[0], owner)))
        case Term(value=value):
            return _construct_method(replay, value, name, arguments, keywords)
    # A method that runs SQL on what may be a connection, or makes a statement of what may be a table.
    if isinstance(owner, Unknowable):
        on_connection = any(isinstance(each, Connection) for each in [*given, *(keywords or {}).values()])
        if name in _EXECUTES and given:
            replay.execute(given[0])
        elif name in ("create_all", "drop_all") or (name in ("create", "drop") and on_connection):
            replay.touch(None, f"{name} of what is not known before it runs")
    return _A_QUERY if name in _QUERIES else UNKNOWN


def _is_subset(small: Value, large: Value) -> Value:
    if not isinstance(small, (list, tuple)):
        return UNKNOWN
    answers = [contains(large, item) for item in small]
    if False in answers:
        return False
    return UNKNOWN if None in answers else True


def _construct_method(
    replay: Replay,
    value: Expression,
    name: str,
    arguments: list[Value],
    keywords: _Keywords | None,
) -> Value:
    """A method of a construct: `table.create(bind)`, `sa.text(…).bindparams(…)`, `metadata.create_all()`."""
    if name in ("create_all", "drop_all"):
        replay.touch(None, f"{name} of a metadata")
        return None
    if name in ("create", "drop") and not isinstance(value, Name):
        _create_or_drop(replay, value, name)
        return None
    if name in ("execute", "exec_driver_sql", "scalar") and arguments:
        replay.execute(arguments[0])
        return UNKNOWN
    if name == "Session":
        return Connection()
    made = tuple(closed(argument) for argument in arguments)
    return Term(
        Call(
            Attribute(value, name), made, tuple((key, closed(item)) for key, item in (keywords or {}).items())
        )
    )


def _create_or_drop(replay: Replay, value: Expression, name: str) -> None:
    if isinstance(value, Attribute) and value.name == "__table__":
        replay.touch(None, f"a model's own {name}")
        return
    if not isinstance(value, Call):
        return
    called = library_name(replay.index, value.function, replay.revision)
    if called != "Table" or not value.arguments:
        return
    first = value.arguments[0]
    if not isinstance(first, Constant) or not isinstance(first.value, str) or HOLE in first.value:
        replay.touch(None, "a table whose name is not known before it runs")
        return
    schema = value.keyword("schema")
    table = first.value
    if isinstance(schema, Constant) and isinstance(schema.value, str):
        table = f"{schema.value}.{table}"
    if name == "drop":
        replay.apply(DropTable(table))
        return
    columns, known = _columns(replay, [Term(each) for each in value.arguments[2:]])
    replay.apply(CreateTable(table, tuple(columns), known))
    if not known:
        replay.touch(table, "columns that are not known before it runs")


def _inspect(replay: Replay, name: str, given: list[Value], keywords: _Keywords) -> Value:
    schema = replay.schema
    if name == "get_table_names":
        if not schema.complete:
            return UNKNOWN
        return [table.name if table.certain else Maybe(table.name) for table in schema.tables.values()]
    table_name = given[0] if given else keywords.get("table_name", UNKNOWN)
    if not isinstance(table_name, str):
        return UNKNOWN
    table = schema.table(table_name)
    if name == "has_table":
        if table is None:
            return False if schema.complete else UNKNOWN
        return True if table.certain else UNKNOWN
    if name == "get_columns":
        if table is None:
            # The real inspector raises for a table that is not there; unknown is safer.
            return [] if schema.complete else UNKNOWN
        if not table.known:
            return UNKNOWN
        return [
            {
                "name": column_name if each.certain else Maybe(column_name),
                "nullable": UNKNOWN if each.column.nullable is None else each.column.nullable,
                "type": TypeValue(each.column.type.name if each.certain else ""),
            }
            for column_name, each in table.columns.items()
        ]
    if name == "has_column":
        return UNKNOWN
    return UNKNOWN


def _connection(replay: Replay, name: str, given: list[Value], keywords: _Keywords) -> Value:
    if name in _EXECUTES:
        replay.execute(given[0] if given else keywords.get("statement", UNKNOWN))
        return UNKNOWN
    if name == "query":
        return _A_QUERY
    if name in ("connect", "begin", "connection", "get_bind", "execution_options", "begin_nested"):
        return Connection()
    return UNKNOWN


def _text_method(
    owner: str | Pattern, name: str, arguments: list[Value], keywords: _Keywords | None
) -> Value:
    given = arguments
    text = owner if isinstance(owner, str) else owner.text
    if name in ("strip", "lower", "upper", "rstrip", "lstrip") and not given:
        return joined([getattr(text, name)()]) if HOLE not in text else Pattern(getattr(text, name)())
    if name == "join" and given and isinstance(given[0], (list, tuple)):
        parts: list[Value] = []
        for position, each in enumerate(given[0]):
            parts.extend([owner, each] if position else [each])
        return joined(parts)
    if name == "format":
        return _format(text, given, keywords or {})
    if not isinstance(owner, str) or not all(isinstance(each, str) for each in given):
        return UNKNOWN
    if name not in ("startswith", "endswith", "split", "replace", "removeprefix", "removesuffix"):
        return UNKNOWN
    try:
        result: Value = getattr(owner, name)(*given)
    except TypeError:
        return UNKNOWN
    return result


def _format(text: str, given: list[Value], keywords: _Keywords) -> Value:
    parts: list[Value] = []
    position = 0
    try:
        for literal, field_name, _, _ in string.Formatter().parse(text):
            parts.append(literal)
            if field_name is None:
                continue
            if field_name == "":
                parts.append(given[position] if position < len(given) else UNKNOWN)
                position += 1
            elif field_name.isdigit():
                parts.append(given[int(field_name)] if int(field_name) < len(given) else UNKNOWN)
            else:
                parts.append(keywords.get(field_name, UNKNOWN))
    except ValueError:
        return UNKNOWN
    return joined(parts)


def call_builtin(name: str, arguments: list[Value], keywords: _Keywords | None) -> Value:
    """A builtin function that guards and loops of migrations use."""
    given = arguments
    first = given[0] if given else None
    if REST in arguments:
        return UNKNOWN
    match name:
        case "list" | "set" | "tuple" | "sorted" | "frozenset":
            if not given:
                return []
            if isinstance(first, (list, tuple)):
                return list(first)
            return list(first) if isinstance(first, dict) else UNKNOWN
        case "dict":
            return dict(keywords or {}) if not given else UNKNOWN
        case "len" if isinstance(first, (list, tuple, dict, str)):
            if isinstance(first, (list, tuple)) and any(isinstance(item, Maybe) for item in first):
                return UNKNOWN
            return len(first)
        case "any" | "all" if isinstance(first, (list, tuple)):
            return _any_or_all(name, first)
        case "range" if all(isinstance(each, int) for each in given) and given:
            return list(range(*given))[:1000]
        case "enumerate" if isinstance(first, (list, tuple)):
            return [(position, item) for position, item in enumerate(first)]
        case "zip" if given and all(isinstance(each, (list, tuple)) for each in given):
            return [tuple(items) for items in zip(*given, strict=False)]
        case "reversed" if isinstance(first, (list, tuple)):
            return list(reversed(first))
        case "str" if isinstance(first, (str, int)):
            return str(first)
        case "bool":
            known = truth(first)
            return UNKNOWN if known is None else known
        case "print":
            return None
        case "isinstance" if isinstance(first, TypeValue) and len(given) == 2:
            answer = is_type(first, given[1])
            return UNKNOWN if answer is None else answer
    return UNKNOWN


def _any_or_all(name: str, items: list[Value] | tuple[Value, ...]) -> Value:
    answers = [truth(item) for item in items]
    decisive = name == "any"
    if decisive in answers:
        return decisive
    return UNKNOWN if None in answers else not decisive


def may_change_schema(body: tuple[Statement, ...]) -> bool:
    """Whether a function's own statements call anything that may change a schema, by its name."""
    written = msgspec.json.encode(body)
    return any(f'"name":"{name}"'.encode() in written for name in _CHANGING)


def text_of_clause(index: FactIndex, value: Value, path: str) -> str | None:
    """The SQL of a text, of `sa.text(…)` or of what is made from one; holes are `ddl.HOLE`."""
    if isinstance(value, str):
        return value
    if isinstance(value, Pattern):
        return value.text
    if not isinstance(value, Term) or not isinstance(value.value, Call):
        return None
    call = value.value
    if isinstance(call.function, Attribute) and isinstance(call.function.owner, Call):
        return text_of_clause(index, Term(call.function.owner), path)
    if library_name(index, call.function, path) in ("text", "DDL") and call.arguments:
        first = call.arguments[0]
        return first.value if isinstance(first, Constant) and isinstance(first.value, str) else HOLE
    return None


def is_query(index: FactIndex, value: Value, path: str) -> bool:
    """Whether what is executed reads or writes rows and changes no table."""
    if not isinstance(value, Term):
        return False
    current: Expression = value.value
    while True:
        if isinstance(current, Call):
            current = current.function
        elif isinstance(current, Attribute):
            if current.name in _QUERIES:
                return True
            current = current.owner
        elif isinstance(current, Name):
            return (dotted(current) or "").rpartition(".")[2] in _QUERIES
        else:
            return False
