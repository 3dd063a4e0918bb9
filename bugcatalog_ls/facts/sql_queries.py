"""A parsed SQL query read for the tables and columns that it names, scope by scope.

What it does not tell for sure (a table made by a function, a part that is put in at run time) yields nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bugcatalog_ls.facts.sql_references import STAND_IN, ColumnRef, TableRef, ValueCount
from bugcatalog_ls.facts.sql_system_names import PSEUDO, SYSTEM, SYSTEM_SCHEMAS

if TYPE_CHECKING:
    from sqlglot import exp


class SqlSource:
    """What a name of a FROM clause stands for: a table, or (`table` is None) something else."""

    __slots__ = ("table",)

    def __init__(self, table: str | None) -> None:
        self.table = table


class SqlScope:
    """The sources of one query by alias, and the names that it gives to what it selects."""

    def __init__(self) -> None:
        self.sources: dict[str, SqlSource] = {}
        self.aliases: set[str] = set()
        self.is_open = False
        self.has_hidden_aliases = False


Chain = tuple[SqlScope, ...]


class QueryReader:
    """Gathers what queries of one text name; `is_open` tells that parts of the text were left out."""

    def __init__(self, text: str, dialect: str, is_open: bool) -> None:
        self.text = text
        self.dialect = dialect
        self.is_open = is_open
        self.tables: list[TableRef] = []
        self.columns: list[ColumnRef] = []
        self.counts: list[ValueCount] = []

    # -- statements ---------------------------------------------------------------------------------

    def visit(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        match node:
            case exp.Select():
                self._select(node, chain, ctes)
            case exp.SetOperation():
                ctes = self.read_with(node, chain, ctes)
                self.visit(node.this, chain, ctes)
                self.visit(node.expression, chain, ctes)
            case exp.Subquery():
                ctes = self.read_with(node, chain, ctes)
                self.visit(node.this, chain, ctes)
            case exp.Create():
                if isinstance(node.args.get("expression"), exp.Query):
                    self.visit(node.args["expression"], chain, ctes)
            case exp.Table():
                # A table that stands alone as an operand of a set operation or in parentheses.
                scope = SqlScope()
                self.read_source(node, scope, chain, ctes)
            case exp.Merge() | exp.Alter() | exp.Drop() | exp.Pragma() | exp.Set() | exp.Use():
                return
            case exp.Column():
                self._column(node, chain)
            case exp.Kwarg() | exp.PropertyEQ():
                self.visit(node.expression, chain, ctes)
            case exp.Expression():
                for child in _children(node):
                    self.visit(child, chain, ctes)

    def read_with(self, node: Any, chain: Chain, ctes: frozenset[str]) -> frozenset[str]:
        found = argument_of(node, "with")
        if found is None:
            return ctes
        names = {each.alias.casefold() for each in found.expressions if each.alias}
        inner = ctes | names
        for each in found.expressions:
            self.visit(each.this, (), inner)
        return inner

    def _select(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        ctes = self.read_with(node, chain, ctes)
        scope = SqlScope()
        source = argument_of(node, "from")
        inner = (*chain, scope)
        joins = list(node.args.get("joins") or ())
        if source is not None:
            self.read_source(source.this, scope, chain, ctes)
        for join in joins:
            self.read_source(join.this, scope, inner, ctes)
        for lateral in node.args.get("laterals") or ():
            scope.is_open = True
            self.visit(lateral.this, inner, ctes)
        for each in node.expressions:
            if each.alias:
                scope.aliases.add(each.alias.casefold())
            # What is put in may name its own parts.
            scope.has_hidden_aliases = scope.has_hidden_aliases or has_stand_in(each)
        skipped = {"with", "with_", "from", "from_", "joins", "laterals", "windows", "locks"}
        for key, value in node.args.items():
            if key in skipped:
                continue
            hides, scope.is_open = (
                scope.is_open,
                scope.is_open
                or (scope.has_hidden_aliases and key in ("group", "having", "order", "qualify")),
            )
            for child in listed(value):
                self.visit(child, inner, ctes)
            scope.is_open = hides
        for join in joins:
            if (condition := join.args.get("on")) is not None:
                self.visit(condition, inner, ctes)
        for window in node.args.get("windows") or ():
            self.visit(window, inner, ctes)

    # -- sources ------------------------------------------------------------------------------------

    def read_source(self, node: Any, scope: SqlScope, chain: Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            self._table(node, scope, ctes)
        else:
            alias = node.alias if isinstance(node, exp.Expression) else ""
            scope.sources[(alias or f"#{len(scope.sources)}").casefold()] = SqlSource(None)
            if isinstance(node, (exp.Subquery, exp.Query)):
                self.visit(node, chain, ctes)
        for join in node.args.get("joins") or () if isinstance(node, exp.Expression) else ():
            self.read_source(join.this, scope, chain, ctes)
            if (condition := join.args.get("on")) is not None:
                self.visit(condition, (*chain, scope), ctes)

    def _table(self, node: Any, scope: SqlScope, ctes: frozenset[str]) -> None:
        name, schema = node.this.name, node.db
        alias = (node.alias or name).casefold()
        written = node.args.get("alias")
        if STAND_IN in (node.alias or ""):
            # What looks like an alias may be any clause.
            scope.is_open = True
            alias = name.casefold()
        is_unknown = (
            STAND_IN in name
            or STAND_IN in schema
            or bool(node.catalog)
            or (not schema and name.casefold() in ctes)
            or name.casefold() in SYSTEM
            or name.casefold().startswith(("pg_", "sqlite_"))
            or schema.casefold() in SYSTEM_SCHEMAS
        )
        if is_unknown or (written is not None and written.args.get("columns")):
            scope.sources[alias] = SqlSource(None)
            return
        full = f"{schema}.{name}" if schema and schema.casefold() not in ("public", "main", "dbo") else name
        place = place_of(node.this)
        if place is not None:
            self.tables.append(TableRef(full, *place))
        scope.sources[alias] = SqlSource(full)

    # -- columns --------------------------------------------------------------------------------------

    def _column(self, node: Any, chain: Chain) -> None:
        from sqlglot import exp

        identifier = node.this
        if not isinstance(identifier, exp.Identifier) or not chain:
            return
        qualifier = node.table.casefold()
        if qualifier:
            for scope in reversed(chain):
                if qualifier in scope.sources:
                    table = scope.sources[qualifier].table
                    if table is not None:
                        self.read_name(identifier, (table,))
                    return
            return
        name = identifier.name.casefold()
        if self.is_open or any(scope.is_open for scope in chain):
            return
        if any(name in scope.aliases for scope in chain):
            return
        if any(name in scope.sources for scope in chain):
            return
        if (
            identifier.args.get("quoted")
            and self.dialect != "postgresql"
            and self._is_double_quoted(identifier)
        ):
            # SQLite and MySQL take what is in double quotes for text.
            return
        tables: list[str] = []
        for scope in chain:
            for source in scope.sources.values():
                if source.table is None:
                    return
                tables.append(source.table)
        if tables:
            self.read_name(identifier, tuple(dict.fromkeys(tables)))

    def _is_double_quoted(self, identifier: Any) -> bool:
        place = place_of(identifier)
        return place is None or self.text[place[0] : place[0] + 1] == '"'

    def read_name(self, identifier: Any, tables: tuple[str, ...], *, is_target: bool = False) -> None:
        place = place_of(identifier)
        name = identifier.name
        if place is None or STAND_IN in name or (name.casefold() in PSEUDO and not is_target) or not name:
            return
        self.columns.append(ColumnRef(name, tables, *place, is_target))


def argument_of(node: Any, name: str) -> Any:
    """An argument whose name has an underscore behind it in newer releases of the parser."""
    return node.args.get(name) or node.args.get(f"{name}_")


def listed(value: Any) -> list[Any]:
    if value is None or isinstance(value, (str, bool, int)):
        return []
    return list(value) if isinstance(value, list) else [value]


def _children(node: Any) -> Iterator[Any]:
    for value in node.args.values():
        yield from listed(value)


def place_of(identifier: exp.Identifier) -> tuple[int, int] | None:
    """Where a name stands in the text, its quotes included."""
    start, end = identifier.meta.get("start"), identifier.meta.get("end")
    return (start, end + 1) if isinstance(start, int) and isinstance(end, int) else None


def has_stand_in(node: exp.Expression) -> bool:
    """Whether a hole of the text stands anywhere in a part of it."""
    # Asked of the parts as they were read: what can be read can't always be written again.
    return any(
        isinstance(value, str) and STAND_IN in value for part in node.walk() for value in part.args.values()
    )
