"""BC709: tables and columns in raw SQL that the known schema lacks, and rows of a wrong length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.added_columns import (
    added_column_files,
    column_in_model,
    is_of_models_only,
)
from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Applicability, Finding, Fix, Related
from bugcatalog_ls.facts.sql_schema import (
    KnownTable,
    is_unknown_table,
    known_table,
    nearest_name,
    table_names,
)
from bugcatalog_ls.facts.sql_texts import SqlExecuted, SqlName, SqlText
from bugcatalog_ls.text.spans import Span, TextEdit


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test or not ctx.path.endswith((".py", ".pyi")):
        return
    for text in ctx.index.in_file(ctx.path, SqlText):
        if text.in_revision or (text.constant and not ctx.index.get(SqlExecuted, text.constant)):
            continue
        if not (text.tables or text.counts):
            continue
        unknown: dict[str, None] = {}
        for table in text.tables:
            if table.name not in unknown and is_unknown_table(ctx.index, table.name, ctx.path):
                unknown[table.name] = None
                yield _table(ctx, table)
        yield from _columns(ctx, text)
        for count in text.counts:
            values = "value" if count.n_values == 1 else "values"
            columns = "column" if count.n_columns == 1 else "columns"
            message = f"{count.n_values} {values} for {count.n_columns} {columns}"
            yield ctx.find(count.anchor, message, data={"kind": "count"})


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    name, near = finding.data.get("name", ""), finding.data.get("nearest", "")
    written = ctx.file.source.slice(ctx.span)
    if near and _unquoted(written).casefold() == name.casefold():
        quote = written[:1] if not (written[:1].isalnum() or written[:1] == "_") else ""
        closing = {"[": "]"}.get(quote, quote)
        new = f"{quote}{near}{closing}" if quote else near
        edits = [TextEdit(span, new) for span in _again(ctx, written)]
        yield ctx.fix(f"Change to the nearest name, {near}", "suggested", edits)
    if finding.data.get("kind") == "column":
        yield from _adding(ctx, finding, is_sure=not near)


ANALYZER = Analyzer(join=_join, fix=_fix, joins=(SqlText,), from_absence=True, writes_revisions=True)


def _again(ctx: FixContext, written: str) -> Iterator[Span]:
    """Where the text has the name behind the same qualifier: one finding stands for all of them."""
    text, data = ctx.node_of("string"), ctx.file.source.data
    yield ctx.span
    if text is None:
        return
    qualifier = re.search(rb"[\w\"`]+\.$", data[text.start_byte : ctx.span.start])
    before = re.escape(qualifier.group()) if qualifier is not None else b""
    # Not a parameter, a value, or the column of another table.
    name = rb"(?<![\w.:'%($])" + before + b"(" + re.escape(written.encode()) + rb")(?![\w'(])"
    for found in re.finditer(name, data[text.start_byte : text.end_byte]):
        start, end = (text.start_byte + at for at in found.span(1))
        if start != ctx.span.start:
            yield Span(start, end)


def _table(ctx: JoinContext, table: SqlName) -> Finding:
    plain = table.name.rpartition(".")[2]
    near = nearest_name(plain, table_names(ctx.index))
    hint = f"; the nearest name is {near}" if near else ""
    data = {"kind": "table", "name": plain, "nearest": near}
    return ctx.find(table.anchor, f"the schema has no table {table.name}{hint}", data=data)


def _columns(ctx: JoinContext, text: SqlText) -> Iterator[Finding]:
    told: set[tuple[str, tuple[str, ...]]] = set()
    for column in text.columns:
        key = (column.name.casefold(), column.tables)
        if key in told:
            continue
        tables: list[KnownTable] = []
        for name in column.tables:
            table = known_table(ctx.index, name, ctx.path)
            if table is None:
                break
            tables.append(table)
        else:
            if not any(table.has(column.name) for table in tables):
                told.add(key)
                yield _column(ctx, column, tables)


def _column(ctx: JoinContext, column: SqlName, tables: list[KnownTable]) -> Finding:
    near = nearest_name(column.name, dict.fromkeys(each for table in tables for each in table.columns))
    hint = f"; the nearest name is {near}" if near else ""
    if len(tables) == 1:
        message = f"the table {tables[0].name} has no column {column.name}{hint}"
    else:
        names = [table.name for table in tables]
        message = (
            f"none of the tables {', '.join(names[:-1])} and {names[-1]} has a column {column.name}{hint}"
        )
    data = {
        "kind": "column",
        "name": column.name,
        "nearest": near,
        "table": tables[0].name if len(tables) == 1 else "",
        "environment": tables[0].environment,
        "model": tables[0].model,
        "path": tables[0].path,
    }
    return ctx.find(column.anchor, message, related=_made(ctx, tables), data=data)


def _made(ctx: JoinContext, tables: list[KnownTable]) -> Iterator[Related]:
    for table in tables:
        if table.path and table.anchor:
            yield ctx.related(table.path, table.anchor, f"what makes the table {table.name}")


def _adding(ctx: FixContext, finding: Finding, *, is_sure: bool) -> Iterator[Fix]:
    """The migration, or the `ALTER TABLE` file, that adds the column."""
    table, name = finding.data.get("table", ""), finding.data.get("name", "")
    if not table or not re.fullmatch(r"\w+", name):
        return
    if is_of_models_only(ctx, finding.data):
        edits = column_in_model(ctx, finding.data["model"], name)
        if edits is not None:
            yield ctx.fix(f"Add the column {name} to the model of {table}", "suggested", edits)
        return
    added = added_column_files(ctx, table, name, finding.data)
    if added is None:
        return
    new, steps = added
    applicability: Applicability = "safe" if is_sure else "suggested"
    yield ctx.fix(f"Add the missing column {table}.{name}", applicability, [], creates=new, steps=steps)


def _unquoted(written: str) -> str:
    return written.strip('"`[]\\')
