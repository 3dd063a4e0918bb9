"""Foreign keys, indexes and unique constraints of models, with what stands beside their columns."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constants import constant_at, definition_of, text_in
from bugcatalog_ls.facts.constraint_names import constraint_name
from bugcatalog_ls.facts.constraints import Constraints, declared, of_columns
from bugcatalog_ls.facts.declarative import ancestors, metadata_call
from bugcatalog_ls.facts.expressions import Call, Collection, Constant, Expression, Mapping, Operation, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.mapped_classes import is_mapped
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.facts.orm import LooseIndex, OrmClass, TableFact


@derived
def model_constraints(index: FactIndex, symbol: str) -> Constraints:
    """The constraints of a model's table that this model declares; names of the convention put in."""
    made = model(index, symbol)
    if made is None:
        return Constraints(known=False)
    columns = tuple(_with_targets(index, made, column) for column in made.columns)
    found = of_columns(made.key, columns)
    if any(not key.target for column in columns for key in column.foreign_keys):
        found = found.unknown()
    column_of = _finder(made)
    for path, value in _beside(index, symbol):
        found = found.with_all(_declared(index, made, value, path, column_of))
    for path, loose in index.get(LooseIndex, ""):
        if _is_of(index, path, loose.call, symbol):
            beside = declared(index, loose.call, path, column_of) if isinstance(loose.call, Call) else None
            found = found.with_all(beside) if beside is not None else found.unknown()
    if made.maybe or not made.complete:
        found = found.unknown()
    return _named(index, made, found)


@derived
def target_of(index: FactIndex, symbol: str, path: str) -> tuple[str, str] | None:
    """The table and column that an attribute of a model or table (`User.id`, `users.c.id`) means."""
    owner, _, attribute = symbol.rpartition(".")
    owner = owner.removesuffix(".c").removesuffix(".columns")
    if not owner or "(" in symbol:
        return None
    made = model(index, definition_of(index, owner, path))
    if made is None:
        return None
    found = next((each for each in made.columns if attribute == (each.attribute or each.name)), None)
    return (made.key, found.name) if found is not None else None


@derived
def checks_of(index: FactIndex, symbol: str) -> tuple[tuple[str, str], ...]:
    """The condition and the name of each `CheckConstraint` beside a model's columns, where they are known."""
    found: list[tuple[str, str]] = []
    for path, value in _beside(index, symbol):
        for each in value.items if isinstance(value, Collection) else ():
            if not isinstance(each, Call):
                continue
            called = library_name(index, each.function, path) or ""
            condition = each.keyword("sqltext", 0)
            if isinstance(condition, Call) and _last(condition) == "text":
                condition = condition.keyword("text", 0)
            written = text_in(index, condition, path)
            if called.rpartition(".")[2] == "CheckConstraint" and written:
                found.append((written, text_in(index, each.keyword("name", 1), path) or ""))
    return tuple(found)


def default_schema(index: FactIndex, metadata: str) -> str:
    """The schema that a metadata gives to tables that name none."""
    call = metadata_call(index, metadata)
    return (text_in(index, call[1].keyword("schema"), call[0]) or "") if call is not None else ""


def _with_targets(index: FactIndex, made: Model, column: Column) -> Column:
    """A column whose foreign keys name tables as the schema does."""
    if not column.foreign_keys:
        return column
    schema = default_schema(index, made.metadata)
    keys = []
    for key in column.foreign_keys:
        target = key.target
        if not target and key.symbol:
            found = target_of(index, key.symbol, column.path)
            target = f"{found[0]}.{found[1]}" if found is not None else ""
        elif schema and target.count(".") == 1:
            target = f"{schema}.{target}"
        keys.append(msgspec.structs.replace(key, target=target))
    return msgspec.structs.replace(column, foreign_keys=tuple(keys))


def _finder(made: Model) -> Callable[[str], str | None]:
    columns = {column.attribute or column.name: column.name for column in made.columns}
    return columns.get


def _beside(index: FactIndex, symbol: str) -> list[tuple[str, Expression]]:
    """What says which constraints a class or table has: `__table_args__`, arguments of `Table`."""
    table = index.one(TableFact, symbol)
    if table is not None:
        return [(table[0], Collection("tuple", _of_table(table[1].call)))]
    for current in ancestors(index, symbol):
        # What a mapped class says of its table is not inherited.
        if current != symbol and is_mapped(index, current):
            continue
        found = index.one(OrmClass, current)
        if found is None:
            continue
        for name in ("__table_args__", "__table__"):
            attribute = found[1].attribute(name)
            if attribute is None or attribute.value is None:
                continue
            if name == "__table_args__":
                return [(found[0], attribute.value)]
            if isinstance(attribute.value, Call):
                return [(found[0], Collection("tuple", _of_table(attribute.value)))]
            written = dotted(attribute.value)
            return _beside(index, definition_of(index, written, found[0])) if written else []
    return []


def _of_table(call: Expression) -> tuple[Expression, ...]:
    if not isinstance(call, Call):
        return ()
    # Name and metadata are none; columns are read elsewhere.
    return tuple(
        each for each in call.arguments[1:] if isinstance(each, Call) and _last(each) not in _NEITHER
    )


_NEITHER = ("Column", "mapped_column", "MetaData")


def _declared(
    index: FactIndex,
    made: Model,
    value: Expression,
    path: str,
    column_of: Callable[[str], str | None],
    depth: int = 5,
) -> Constraints:
    match value:
        case Mapping() | Constant():
            return Constraints()
        case Collection(items=items):
            found = Constraints()
            for item in items:
                found = found.with_all(_declared(index, made, item, path, column_of, depth))
            return found
        case Operation(operator="+", operands=operands):
            return _declared(index, made, Collection("tuple", operands), path, column_of, depth)
        case Call():
            return _with_schema(index, made, declared(index, value, path, column_of)) or Constraints(
                known=False
            )
    symbol = dotted(value)
    if symbol and depth > 0:
        definition = definition_of(index, symbol, path)
        constant = constant_at(index, definition)
        if constant is not None:
            return _declared(index, made, constant[1], constant[0], column_of, depth - 1)
        owner, _, name = definition.rpartition(".")
        of_class = index.one(OrmClass, owner)
        attribute = of_class[1].attribute(name) if of_class is not None else None
        if of_class is not None and attribute is not None and attribute.value is not None:
            return _declared(index, made, attribute.value, of_class[0], column_of, depth - 1)
    return Constraints(known=False)


def _with_schema(index: FactIndex, made: Model, found: Constraints | None) -> Constraints | None:
    schema = default_schema(index, made.metadata)
    if found is None or not schema:
        return found
    keys = tuple(
        msgspec.structs.replace(key, table=f"{schema}.{key.table}") if "." not in key.table else key
        for key in found.foreign_keys
    )
    return msgspec.structs.replace(found, foreign_keys=keys)


def _is_of(index: FactIndex, path: str, call: Expression, symbol: str) -> bool:
    """Whether an index that stands by itself names columns of a model."""
    if not isinstance(call, Call):
        return False
    name = symbol.rpartition(".")[2]
    for argument in call.arguments[1:]:
        for written in _symbols(argument):
            owner = written.rpartition(".")[0].removesuffix(".c").removesuffix(".columns")
            if owner.rpartition(".")[2] == name and definition_of(index, owner, path) == symbol:
                return True
    return False


def _symbols(value: Expression) -> list[str]:
    found = [written] if (written := dotted(value)) is not None and "(" not in written else []
    if isinstance(value, Call):
        for inner in (value.function, *value.arguments):
            found.extend(_symbols(inner))
    elif not found and hasattr(value, "owner"):
        found.extend(_symbols(value.owner))
    return found


def _named(index: FactIndex, made: Model, found: Constraints) -> Constraints:
    """Constraints with the names that the metadata's convention gives them; indexes always have one."""
    indexes = tuple(
        msgspec.structs.replace(
            each, name=constraint_name(index, made.metadata, "ix", made.key, each.columns, written=each.name)
        )
        if not each.name or each.name == _plain_index(made.key, each.columns)
        else each
        for each in found.indexes
    )
    return msgspec.structs.replace(found, indexes=indexes)


def _plain_index(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table.replace('.', '_')}_{columns[0]}" if len(columns) == 1 else ""


def _last(call: Call) -> str:
    return (dotted(call.function) or "").rpartition(".")[2]
