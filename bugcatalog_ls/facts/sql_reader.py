"""A parsed SQL statement read for the tables and columns that it names, scope by scope.

What it does not tell for sure (a table made by a function, a part that is put in at run time) yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bugcatalog_ls.facts.sql_references import STAND_IN, ColumnRef, TableRef, ValueCount
from bugcatalog_ls.facts.sql_system_names import PSEUDO, SYSTEM, SYSTEM_SCHEMAS

if TYPE_CHECKING:
    from sqlglot import exp


class _Source:
    """What a name of a FROM clause stands for: a table, or (`table` is None) something else."""

    __slots__ = ("table",)

    def __init__(self, table: str | None) -> None:
        self.table = table


class _Scope:
    """The sources of one query by alias, and the names that it gives to what it selects."""

    def __init__(self) -> None:
        self.sources: dict[str, _Source] = {}
        self.aliases: set[str] = set()
        self.is_open = False
        self.has_hidden_aliases = False


_Chain = tuple[_Scope, ...]


class SqlReader:
    """Gathers what trees of one text name; `is_open` tells that parts of the text were left out."""

    def __init__(self, text: str, dialect: str, is_open: bool) -> None:
        self.text = text
        self.dialect = dialect
        self.is_open = is_open
        self.tables: list[TableRef] = []
        self.columns: list[ColumnRef] = []
        self.counts: list[ValueCount] = []

    # -- statements ---------------------------------------------------------------------------------

    def visit(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        match node:
            case exp.Select():
                self._select(node, chain, ctes)
            case exp.SetOperation():
                ctes = self._with(node, chain, ctes)
                self.visit(node.this, chain, ctes)
                self.visit(node.expression, chain, ctes)
            case exp.Subquery():
                ctes = self._with(node, chain, ctes)
                self.visit(node.this, chain, ctes)
            case exp.Insert():
                self._insert(node, chain, ctes)
            case exp.Update():
                self._update(node, chain, ctes)
            case exp.Delete():
                self._delete(node, chain, ctes)
            case exp.Create():
                if isinstance(node.args.get("expression"), exp.Query):
                    self.visit(node.args["expression"], chain, ctes)
            case exp.Table():
                # A table that stands alone as an operand of a set operation or in parentheses.
                scope = _Scope()
                self._source(node, scope, chain, ctes)
            case exp.Merge() | exp.Alter() | exp.Drop() | exp.Pragma() | exp.Set() | exp.Use():
                return
            case exp.Column():
                self._column(node, chain)
            case exp.Kwarg() | exp.PropertyEQ():
                self.visit(node.expression, chain, ctes)
            case exp.Expression():
                for child in _children(node):
                    self.visit(child, chain, ctes)

    def _with(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> frozenset[str]:
        found = _argument(node, "with")
        if found is None:
            return ctes
        names = {each.alias.casefold() for each in found.expressions if each.alias}
        inner = ctes | names
        for each in found.expressions:
            self.visit(each.this, (), inner)
        return inner

    def _select(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> None:
        ctes = self._with(node, chain, ctes)
        scope = _Scope()
        source = _argument(node, "from")
        inner = (*chain, scope)
        joins = list(node.args.get("joins") or ())
        if source is not None:
            self._source(source.this, scope, chain, ctes)
        elif not joins:
            # Without a table of its own it can only speak of what is around it.
            pass
        for join in joins:
            self._source(join.this, scope, inner, ctes)
        for lateral in node.args.get("laterals") or ():
            scope.is_open = True
            self.visit(lateral.this, inner, ctes)
        for each in node.expressions:
            if each.alias:
                scope.aliases.add(each.alias.casefold())
            # What is put in may name its own parts.
            scope.has_hidden_aliases = scope.has_hidden_aliases or _has_stand_in(each)
        skipped = {"with", "with_", "from", "from_", "joins", "laterals", "windows", "locks"}
        for key, value in node.args.items():
            if key in skipped:
                continue
            hides, scope.is_open = (
                scope.is_open,
                scope.is_open
                or (scope.has_hidden_aliases and key in ("group", "having", "order", "qualify")),
            )
            for child in _listed(value):
                self.visit(child, inner, ctes)
            scope.is_open = hides
        for join in joins:
            if (condition := join.args.get("on")) is not None:
                self.visit(condition, inner, ctes)
        for window in node.args.get("windows") or ():
            self.visit(window, inner, ctes)

    def _insert(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        ctes = self._with(node, chain, ctes)
        target = node.this
        names: list[Any] = []
        if isinstance(target, exp.Schema):
            names = list(target.expressions)
            target = target.this
        scope = _Scope()
        self._source(target, scope, chain, ctes)
        table = next((each.table for each in scope.sources.values()), None)
        plain = [each for each in names if isinstance(each, exp.Identifier)]
        if table is not None:
            for name in plain:
                self._named(name, (table,), is_target=True)
        values = node.expression
        if isinstance(values, exp.Values):
            self._count(names, plain, values)
        if values is not None:
            self.visit(values, chain, ctes)
        conflict = node.args.get("conflict")
        if conflict is not None and table is not None:
            for key in conflict.args.get("conflict_keys") or ():
                inner = key.this if isinstance(key, exp.Ordered) else key
                inner = inner.this if isinstance(inner, exp.Column) else inner
                if isinstance(inner, exp.Identifier):
                    self._named(inner, (table,), is_target=True)
            self._assignments(conflict.expressions, table, (scope,), ctes)
            if (where := conflict.args.get("where")) is not None:
                scope.sources["excluded"] = _Source(table)
                self.visit(where, (scope,), ctes)
        returning = node.args.get("returning")
        if returning is not None:
            self.visit(returning, (scope,), ctes)

    def _count(self, names: list[Any], plain: list[Any], values: Any) -> None:
        from sqlglot import exp

        # Rows that are put in whole (`VALUES %s`) count by themselves.
        if not names or len(plain) != len(names) or re.search(r"\bVALUES\s*\?", self.text, re.IGNORECASE):
            return
        places = [_place(name) for name in plain]
        if None in places or any(STAND_IN in name.name for name in plain):
            return
        for row in values.expressions:
            if not isinstance(row, exp.Tuple) or _has_stand_in(row):
                continue
            if len(row.expressions) != len(names) and not self.is_open:
                first, last = places[0], places[-1]
                assert first is not None
                assert last is not None
                self.counts.append(ValueCount(len(names), len(row.expressions), first[0], last[1]))
                return

    def _update(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> None:
        ctes = self._with(node, chain, ctes)
        scope = _Scope()
        target = node.this
        self._source(target, scope, chain, ctes)
        table = next((each.table for each in scope.sources.values()), None)
        n_sources = len(scope.sources)
        source = _argument(node, "from")
        if source is not None:
            self._source(source.this, scope, chain, ctes)
            for join in _argument(node, "joins") or ():
                self._source(join.this, scope, chain, ctes)
        inner = (*chain, scope)
        if table is not None and n_sources == 1:
            self._assignments(node.expressions, table, inner, ctes)
        else:
            for each in node.expressions:
                self.visit(each, inner, ctes)
        for key in ("where", "returning", "order", "limit"):
            if (part := node.args.get(key)) is not None:
                self.visit(part, inner, ctes)

    def _assignments(self, assignments: list[Any], table: str, chain: _Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        if chain:
            chain[-1].sources.setdefault("excluded", _Source(table))
        for each in assignments or ():
            if isinstance(each, exp.EQ):
                left = each.this
                if isinstance(left, exp.Column) and not left.table and isinstance(left.this, exp.Identifier):
                    self._named(left.this, (table,), is_target=True)
                elif isinstance(left, exp.Identifier):
                    self._named(left, (table,), is_target=True)
                elif isinstance(left, exp.Column):
                    self.visit(left, chain, ctes)
                self.visit(each.expression, chain, ctes)
            else:
                self.visit(each, chain, ctes)

    def _delete(self, node: Any, chain: _Chain, ctes: frozenset[str]) -> None:
        ctes = self._with(node, chain, ctes)
        scope = _Scope()
        if node.args.get("tables"):
            scope.is_open = True
        self._source(node.this, scope, chain, ctes)
        for each in _listed(node.args.get("using")):
            self._source(each, scope, chain, ctes)
        inner = (*chain, scope)
        for key in ("where", "returning", "order", "limit"):
            if (part := node.args.get(key)) is not None:
                self.visit(part, inner, ctes)

    # -- sources ------------------------------------------------------------------------------------

    def _source(self, node: Any, scope: _Scope, chain: _Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            self._table(node, scope, ctes)
        else:
            alias = node.alias if isinstance(node, exp.Expression) else ""
            scope.sources[(alias or f"#{len(scope.sources)}").casefold()] = _Source(None)
            if isinstance(node, (exp.Subquery, exp.Query)):
                self.visit(node, chain, ctes)
        for join in node.args.get("joins") or () if isinstance(node, exp.Expression) else ():
            self._source(join.this, scope, chain, ctes)
            if (condition := join.args.get("on")) is not None:
                self.visit(condition, (*chain, scope), ctes)

    def _table(self, node: Any, scope: _Scope, ctes: frozenset[str]) -> None:
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
            scope.sources[alias] = _Source(None)
            return
        full = f"{schema}.{name}" if schema and schema.casefold() not in ("public", "main", "dbo") else name
        place = _place(node.this)
        if place is not None:
            self.tables.append(TableRef(full, *place))
        scope.sources[alias] = _Source(full)

    # -- columns --------------------------------------------------------------------------------------

    def _column(self, node: Any, chain: _Chain) -> None:
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
                        self._named(identifier, (table,))
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
            self._named(identifier, tuple(dict.fromkeys(tables)))

    def _is_double_quoted(self, identifier: Any) -> bool:
        place = _place(identifier)
        return place is None or self.text[place[0] : place[0] + 1] == '"'

    def _named(self, identifier: Any, tables: tuple[str, ...], *, is_target: bool = False) -> None:
        place = _place(identifier)
        name = identifier.name
        if place is None or STAND_IN in name or (name.casefold() in PSEUDO and not is_target) or not name:
            return
        self.columns.append(ColumnRef(name, tables, *place, is_target))


def _argument(node: Any, name: str) -> Any:
    """An argument whose name has an underscore behind it in newer releases of the parser."""
    return node.args.get(name) or node.args.get(f"{name}_")


def _listed(value: Any) -> list[Any]:
    if value is None or isinstance(value, (str, bool, int)):
        return []
    return list(value) if isinstance(value, list) else [value]


def _children(node: Any) -> Iterator[Any]:
    for value in node.args.values():
        yield from _listed(value)


def _place(identifier: exp.Identifier) -> tuple[int, int] | None:
    """Where a name stands in the text, its quotes included."""
    start, end = identifier.meta.get("start"), identifier.meta.get("end")
    return (start, end + 1) if isinstance(start, int) and isinstance(end, int) else None


def _has_stand_in(node: exp.Expression) -> bool:
    """Whether a hole of the text stands anywhere in a part of it."""
    # Asked of the parts as they were read: what can be read can't always be written again.
    return any(
        isinstance(value, str) and STAND_IN in value for part in node.walk() for value in part.args.values()
    )
