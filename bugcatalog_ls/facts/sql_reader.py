"""A parsed SQL statement read for the tables and columns that it names: what it writes, and its queries."""

from __future__ import annotations

import re
from typing import Any

from bugcatalog_ls.facts.sql_queries import (
    Chain,
    QueryReader,
    SqlScope,
    SqlSource,
    argument_of,
    has_stand_in,
    listed,
    place_of,
)
from bugcatalog_ls.facts.sql_references import STAND_IN, ValueCount


class SqlReader(QueryReader):
    """Gathers what statements of one text name."""

    def visit(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        match node:
            case exp.Insert():
                self._insert(node, chain, ctes)
            case exp.Update():
                self._update(node, chain, ctes)
            case exp.Delete():
                self._delete(node, chain, ctes)
            case _:
                super().visit(node, chain, ctes)

    def _insert(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        ctes = self.read_with(node, chain, ctes)
        target = node.this
        names: list[Any] = []
        if isinstance(target, exp.Schema):
            names = list(target.expressions)
            target = target.this
        scope = SqlScope()
        self.read_source(target, scope, chain, ctes)
        table = next((each.table for each in scope.sources.values()), None)
        plain = [each for each in names if isinstance(each, exp.Identifier)]
        if table is not None:
            for name in plain:
                self.read_name(name, (table,), is_target=True)
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
                    self.read_name(inner, (table,), is_target=True)
            self._assignments(conflict.expressions, table, (scope,), ctes)
            if (where := conflict.args.get("where")) is not None:
                scope.sources["excluded"] = SqlSource(table)
                self.visit(where, (scope,), ctes)
        returning = node.args.get("returning")
        if returning is not None:
            self.visit(returning, (scope,), ctes)

    def _count(self, names: list[Any], plain: list[Any], values: Any) -> None:
        from sqlglot import exp

        # Rows that are put in whole (`VALUES %s`) count by themselves.
        if not names or len(plain) != len(names) or re.search(r"\bVALUES\s*\?", self.text, re.IGNORECASE):
            return
        places = [place_of(name) for name in plain]
        if None in places or any(STAND_IN in name.name for name in plain):
            return
        for row in values.expressions:
            if not isinstance(row, exp.Tuple) or has_stand_in(row):
                continue
            if len(row.expressions) != len(names) and not self.is_open:
                first, last = places[0], places[-1]
                assert first is not None
                assert last is not None
                self.counts.append(ValueCount(len(names), len(row.expressions), first[0], last[1]))
                return

    def _update(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        ctes = self.read_with(node, chain, ctes)
        scope = SqlScope()
        target = node.this
        self.read_source(target, scope, chain, ctes)
        table = next((each.table for each in scope.sources.values()), None)
        n_sources = len(scope.sources)
        source = argument_of(node, "from")
        if source is not None:
            self.read_source(source.this, scope, chain, ctes)
            for join in argument_of(node, "joins") or ():
                self.read_source(join.this, scope, chain, ctes)
        inner = (*chain, scope)
        if table is not None and n_sources == 1:
            self._assignments(node.expressions, table, inner, ctes)
        else:
            for each in node.expressions:
                self.visit(each, inner, ctes)
        for key in ("where", "returning", "order", "limit"):
            if (part := node.args.get(key)) is not None:
                self.visit(part, inner, ctes)

    def _assignments(self, assignments: list[Any], table: str, chain: Chain, ctes: frozenset[str]) -> None:
        from sqlglot import exp

        if chain:
            chain[-1].sources.setdefault("excluded", SqlSource(table))
        for each in assignments or ():
            if isinstance(each, exp.EQ):
                left = each.this
                if isinstance(left, exp.Column) and not left.table and isinstance(left.this, exp.Identifier):
                    self.read_name(left.this, (table,), is_target=True)
                elif isinstance(left, exp.Identifier):
                    self.read_name(left, (table,), is_target=True)
                elif isinstance(left, exp.Column):
                    self.visit(left, chain, ctes)
                self.visit(each.expression, chain, ctes)
            else:
                self.visit(each, chain, ctes)

    def _delete(self, node: Any, chain: Chain, ctes: frozenset[str]) -> None:
        ctes = self.read_with(node, chain, ctes)
        scope = SqlScope()
        if node.args.get("tables"):
            scope.is_open = True
        self.read_source(node.this, scope, chain, ctes)
        for each in listed(node.args.get("using")):
            self.read_source(each, scope, chain, ctes)
        inner = (*chain, scope)
        for key in ("where", "returning", "order", "limit"):
            if (part := node.args.get(key)) is not None:
                self.visit(part, inner, ctes)
