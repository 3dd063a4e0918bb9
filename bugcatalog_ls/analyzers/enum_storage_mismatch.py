"""BC701: enum columns whose labels are not the database's, and strings that are none of their labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.drift_steps import step_for
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.sql_changes import more_labels
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constants import enum_members, text_in
from bugcatalog_ls.facts.drift import Drift
from bugcatalog_ls.facts.enum_texts import ComparedText, text_given
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.mapped_names import models_told_of
from bugcatalog_ls.facts.migration_graph import dialect_of
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.model_schemas import SQL_FILES, schemas_of, table_in
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.facts.orm import OrmClass, TableFact
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.facts.sql_labels import SqlLabel
from bugcatalog_ls.facts.stored_labels import labels_of
from bugcatalog_ls.facts.target_databases import target_databases
from bugcatalog_ls.syntax.edits import add_argument, add_keyword, insert_at, remove_keyword, replace_node
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, walk
from bugcatalog_ls.text.spans import TextEdit

_VALUES = "lambda e: [m.value for m in e]"
_MYSQL = ("mysql", "mariadb")


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    reported: set[str] = set()
    for symbol in models_told_of(ctx.index, ctx.path):
        made = model(ctx.index, symbol)
        for column in made.columns if made is not None else ():
            # What a mixin declares is found there, for the first class that takes it over.
            if column.type.name != "ENUM" or column.path != ctx.path or column.anchor in reported:
                continue
            for finding in _stored(ctx, made, column) if made is not None else ():
                reported.add(finding.anchor)
                yield finding
    for text in ctx.index.in_file(ctx.path, ComparedText):
        yield from _compared(ctx, text)
    for label in ctx.index.in_file(ctx.path, SqlLabel):
        yield from _in_sql(ctx, label)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    made = model(ctx.index, finding.data.get("model", ""))
    column = made.column(finding.data.get("column", "")) if made is not None else None
    if made is None or column is None:
        return
    kind = finding.data["kind"]
    if kind == "members":
        names = finding.data["environments"].split(",")
        steps = []
        for name in names:
            table = table_in(ctx.index, name, made.key)
            found = table.column(column.name) if table is not None else None
            if found is not None and name == SQL_FILES:
                change = more_labels(ctx, made.key, found.column, column.type.labels or ())
                if change is not None:
                    title = f"Let {made.key}.{column.name} hold what the enum has"
                    yield ctx.fix(title, "suggested", change.edits, creates=change.creates)
            elif found is not None:
                drift = Drift("labels", (column.name,), column, found.column)
                steps.append(step_for(ctx.index, made, drift, name))
        if steps:
            yield from revision_fix(ctx, names, steps)
        return
    call = _enum_call(ctx)
    if kind == "values":
        edits = (
            add_keyword(ctx.file, call, "values_callable", _VALUES)
            if call is not None
            else _with_enum(ctx, column)
        )
        yield ctx.fix("Store the members' values", "suggested", edits)
    elif kind == "names" and call is not None:
        yield ctx.fix(
            "Store the members' names", "suggested", remove_keyword(ctx.file, call, "values_callable")
        )
    if call is not None and kind in ("names", "unverified"):
        edits = add_keyword(ctx.file, call, "native_enum", "False")
        yield ctx.fix("Keep the labels in a VARCHAR", "suggested", edits)


ANALYZER = Analyzer(
    join=_join, joins=(OrmClass, TableFact, ComparedText, SqlLabel), fix=_fix, writes_revisions=True
)


def _stored(ctx: JoinContext, made: Model, column: Column) -> Iterator[Finding]:
    """An enum column beside the labels that the database's type holds."""
    wanted = column.type
    data = {"model": made.symbol, "column": column.name}
    name = f"{made.key}.{column.name}"
    n_known = 0
    lacking: list[str] = []
    message, kind = "", ""
    related: list[Related] = []
    for environment in schemas_of(ctx.index, made.metadata):
        table = table_in(ctx.index, environment, made.key)
        found = table.column(column.name) if table is not None else None
        if table is None or found is None or found.column.type.name != "ENUM":
            continue
        there = found.column.type
        if there.labels is None or wanted.labels is None or not there.native or not found.certain:
            continue
        n_known += 1
        if set(there.labels) == set(wanted.labels):
            continue
        kind, message = _mismatch(ctx.index, column, there.labels, name)
        lacking.append(environment)
        if found.revision:
            related.append(ctx.related(found.revision, REVISION_ANCHOR, f"the revision that brings {name}"))
    # Of several databases one may keep an enum as text, whatever its labels.
    if lacking and len(lacking) == n_known:
        yield ctx.find(
            column.anchor,
            message,
            data=data | {"kind": kind, "environments": ",".join(lacking)},
            related=related,
        )
    elif not n_known and wanted.by_value and wanted.native and _is_mysql(ctx, made):
        message = f"{name} expects its members' values, and what MySQL holds is not known"
        yield ctx.find(column.anchor, message, variant="unverified", data=data | {"kind": "unverified"})


def _mismatch(index: FactIndex, column: Column, stored: tuple[str, ...], name: str) -> tuple[str, str]:
    members = enum_members(index, column.type.enum) if column.type.enum else None
    found = class_at(index, column.type.enum) if column.type.enum else None
    path = found[0] if found is not None else ""
    names = {member for member, _ in members or ()}
    values = {text for _, value in members or () if (text := text_in(index, value, path)) is not None}
    n_names, n_values = len(names & set(stored)), len(values & set(stored))
    if not column.type.by_value and n_values > n_names:
        return "values", f"{name} writes the members' names, and the database holds their values"
    if column.type.by_value and n_names > n_values:
        return "names", f"{name} expects the members' values, and the database holds their names"
    labels = set(column.type.labels or ())
    missing, extra = sorted(labels - set(stored)), sorted(set(stored) - labels)
    if {label.casefold() for label in missing} == {label.casefold() for label in extra}:
        return "case", f"the database holds the labels of {name} in another case"
    if missing:
        return "members", f"the database cannot hold {', '.join(missing)} in {name}"
    return "extra", f"the database can hold {', '.join(extra)} in {name}, which the enum lacks"


def _is_mysql(ctx: JoinContext, made: Model) -> bool:
    named = [dialect_of(ctx.index, name) for name in schemas_of(ctx.index, made.metadata)]
    return any(
        dialect in _MYSQL for dialect in (*named, *target_databases(ctx.index, ctx.options.dialects).dialects)
    )


def _compared(ctx: JoinContext, text: ComparedText) -> Iterator[Finding]:
    """A raw string beside an enum column that is none of its labels."""
    made = model(ctx.index, text.owner) or model(ctx.index, ctx.resolve(text.owner).removesuffix("()"))
    column = next((each for each in made.columns if each.attribute == text.attribute), None) if made else None
    if made is None or column is None or column.type.name != "ENUM" or column.type.labels is None:
        return
    written = text_given(ctx.index, text, ctx.resolve)
    if written is None:
        return
    accepted = set(column.type.labels)
    if column.type.enum and (_is_text(ctx.index, column.type.enum) or not (text.of_class or text.assigned)):
        # A member that is a text itself equals its value.
        accepted |= _values(ctx.index, column.type.enum)
    if written in accepted:
        return
    name = f"{made.name}.{text.attribute}"
    listed = ", ".join(column.type.labels[:4]) + (" …" if len(column.type.labels) > 4 else "")
    related = [ctx.related(column.path, column.anchor, f"the column {made.key}.{column.name}")]
    yield ctx.find(
        text.anchor,
        f"{written} is none of the labels of {name} ({listed})",
        related=related,
        data={"kind": "text"},
    )


def _in_sql(ctx: JoinContext, label: SqlLabel) -> Iterator[Finding]:
    """A text in SQL beside an enum column that is none of its labels."""
    if len(label.tables) != 1:
        return
    labels = labels_of(ctx.index, label.tables[0], label.column)
    if not labels or label.text in labels:
        return
    # MySQL compares labels as it compares texts.
    is_mysql = any(each in _MYSQL for each in target_databases(ctx.index, ctx.options.dialects).dialects)
    if is_mysql and label.text.casefold() in {each.casefold() for each in labels}:
        return
    listed = ", ".join(labels[:4]) + (" …" if len(labels) > 4 else "")
    name = f"{label.tables[0]}.{label.column}"
    message = f"{label.text} is none of the labels of {name} ({listed})"
    yield ctx.find(label.anchor, message, data={"kind": "text"})


def _is_text(index: FactIndex, symbol: str) -> bool:
    return any(name in ("builtins.str", "enum.StrEnum") for name in mro(index, symbol)[0])


def _values(index: FactIndex, symbol: str) -> set[str]:
    found = class_at(index, symbol)
    members = enum_members(index, symbol) or ()
    path = found[0] if found is not None else ""
    return {text for _, value in members if (text := text_in(index, value, path)) is not None}


def _enum_call(ctx: FixContext) -> Node | None:
    # Of a `Table` the argument alone is the column's.
    statement = ctx.node if ctx.node.type == "call" else ctx.node_of("assignment")
    for node in walk(statement) if statement is not None else ():
        callee = callee_of(node) if node.type == "call" else None
        if callee is not None and (ctx.resolve(ctx.file.symbol(callee) or "")).rpartition(".")[2] in (
            "Enum",
            "ENUM",
        ):
            return node
    return None


def _with_enum(ctx: FixContext, column: Column) -> list[TextEdit]:
    """The type written out for a column that has only its annotation."""
    statement = ctx.node_of("assignment")
    annotation = statement.child_by_field_name("type") if statement is not None else None
    if statement is None or annotation is None:
        return []
    module, _, name = column.type.enum.rpartition(".")
    enum = ctx.imports().need("sqlalchemy", "Enum")
    member = name if module == ctx.file.module else ctx.imports().need(module, name)
    made = f"{enum}({member}, values_callable={_VALUES})"
    value = statement.child_by_field_name("right")
    is_mapped = re.search(r"\bMapped\[", text_of(annotation)) is not None
    if value is not None and value.type == "call":
        if is_mapped:
            return [] if arguments_of(value).positional else add_argument(ctx.file, value, made)
        return add_keyword(ctx.file, value, "sa_type", made)
    if is_mapped:
        function = ctx.imports().need("sqlalchemy.orm", "mapped_column")
        return [insert_at(statement.end_byte, f" = {function}({made})")] if value is None else []
    field = ctx.imports().need("sqlmodel", "Field")
    if value is None:
        return [insert_at(statement.end_byte, f" = {field}(sa_type={made})")]
    return replace_node(value, f"{field}(default={text_of(value)}, sa_type={made})")
