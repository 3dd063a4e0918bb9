"""Calls while migrations are replayed: the inspector, connections, texts, what is built in."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import Attribute, Call, Expression, Name, dotted
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Inspector,
    Maybe,
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

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay
from bugcatalog_ls.facts.replay_metadata import make_all
from bugcatalog_ls.facts.replay_operations import Keywords, create_or_drop
from bugcatalog_ls.facts.replay_sql import A_QUERY, EXECUTES, QUERIES


def call_method(
    replay: CallReplay, owner: Value, name: str, arguments: list[Value], keywords: Keywords | None
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
        if name in EXECUTES and given:
            replay.execute(given[0])
        elif name in ("create_all", "drop_all"):
            make_all(replay, name, None, keywords, replay.revision)
        elif name in ("create", "drop") and on_connection:
            replay.touch(None, f"{name} of what is not known before it runs")
    return A_QUERY if name in QUERIES else UNKNOWN


def _is_subset(small: Value, large: Value) -> Value:
    if not isinstance(small, (list, tuple)):
        return UNKNOWN
    answers = [contains(large, item) for item in small]
    if False in answers:
        return False
    return UNKNOWN if None in answers else True


def _construct_method(
    replay: CallReplay,
    value: Expression,
    name: str,
    arguments: list[Value],
    keywords: Keywords | None,
) -> Value:
    """A method of a construct: `table.create(bind)`, `sa.text(…).bindparams(…)`, `metadata.create_all()`."""
    if name in ("create_all", "drop_all"):
        make_all(replay, name, dotted(value), keywords, replay.revision)
        return None
    if name in ("create", "drop") and not isinstance(value, Name):
        create_or_drop(replay, value, name)
        return None
    if name in ("execute", "exec_driver_sql", "scalar") and arguments:
        replay.execute(arguments[0])
        return UNKNOWN
    if name == "Session":
        return Connection()
    if name in ("copy", "_copy") and isinstance(value, Call):
        # Columns that several tables share.
        return Term(value)
    made = tuple(closed(argument) for argument in arguments)
    return Term(
        Call(
            Attribute(value, name), made, tuple((key, closed(item)) for key, item in (keywords or {}).items())
        )
    )


def _inspect(replay: CallReplay, name: str, given: list[Value], keywords: Keywords) -> Value:
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


def _connection(replay: CallReplay, name: str, given: list[Value], keywords: Keywords) -> Value:
    if name in EXECUTES:
        replay.execute(given[0] if given else keywords.get("statement", UNKNOWN))
        return UNKNOWN
    if name == "query":
        return A_QUERY
    if name in ("connect", "begin", "connection", "get_bind", "execution_options", "begin_nested"):
        return Connection()
    return UNKNOWN


def _text_method(owner: str | Pattern, name: str, arguments: list[Value], keywords: Keywords | None) -> Value:
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


def _format(text: str, given: list[Value], keywords: Keywords) -> Value:
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


def call_builtin(name: str, arguments: list[Value], keywords: Keywords | None) -> Value:
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
