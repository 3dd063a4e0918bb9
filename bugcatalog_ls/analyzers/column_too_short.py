"""BC704: columns that are shorter than what the schema, requests, defaults or code have for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.drift_steps import keys_using
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.length_edits import lengthened
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.schema_steps import alter_type
from bugcatalog_ls.analysis.sql_changes import longer_column
from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constants import text_in
from bugcatalog_ls.facts.drift import drifts
from bugcatalog_ls.facts.enum_texts import ComparedText, text_given
from bugcatalog_ls.facts.expressions import Call, Constant, Expression
from bugcatalog_ls.facts.field_limits import described_model, max_length
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.made_texts import made_length
from bugcatalog_ls.facts.mapped_names import models_told_of
from bugcatalog_ls.facts.migration_graph import dialect_of
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.model_schemas import SQL_FILES, schemas_of, table_in
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.facts.orm import OrmClass, TableFact, column_anchor, table_column_anchor
from bugcatalog_ls.facts.schemas import is_field, schema
from bugcatalog_ls.facts.stored_texts import StoredText
from bugcatalog_ls.facts.typed_columns import typed

_TEXTS = ("VARCHAR", "NVARCHAR", "CHAR", "NCHAR")


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    yield from _beside_schema(ctx)
    for fact in ctx.index.in_file(ctx.path, OrmClass):
        made = model(ctx.index, fact.symbol)
        if made is not None and made.path == ctx.path:
            yield from _defaults(ctx, made, [(each.name, each.value) for each in fact.attributes])
        elif made is None and fact.bases:
            yield from _fields(ctx, fact)
    for table in ctx.index.in_file(ctx.path, TableFact):
        made, call = model(ctx.index, table.symbol), table.call
        if made is not None and isinstance(call, Call):
            arguments = [
                (table_column_anchor(table.symbol, i), each) for i, each in enumerate(call.arguments)
            ]
            yield from _defaults(ctx, made, arguments)
    for text in ctx.index.in_file(ctx.path, StoredText):
        yield from _stored(ctx, text)
    # What an attribute is assigned is among the stored texts.
    stored = {each.anchor.partition(" ")[2] for each in ctx.index.in_file(ctx.path, StoredText)}
    for given in ctx.index.in_file(ctx.path, ComparedText):
        if given.assigned and given.anchor.removeprefix("enum text ") not in stored:
            yield from _given(ctx, given)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    made = model(ctx.index, finding.data.get("model", ""))
    column = made.column(finding.data.get("column", "")) if made is not None else None
    length = int(finding.data.get("length", "0"))
    if made is None or column is None or not length:
        return
    # A column that takes its type from the one it points to has nothing to edit.
    is_own = bool(column.type.name) and column.type.length != length
    edits = lengthened(ctx, column, length) if is_own else []
    if edits is None:
        return
    wanted = _wide(typed(ctx.index, made, column), length)
    names: list[str] = []
    steps: list[Step | None] = []
    for name in schemas_of(ctx.index, made.metadata):
        table = table_in(ctx.index, name, made.key)
        there = table.column(column.name) if table is not None and table.known else None
        if there is not None and (there.column.type.length or length) < length:
            names.append(name)
            using = keys_using(ctx.index, made, column.name, name)
            dialect = dialect_of(ctx.index, name)
            steps.append(alter_type(made.key, wanted, there.column, using, dialect=dialect))
    title = f"Lengthen {made.key}.{column.name} to {length}"
    if names == [SQL_FILES]:
        table = table_in(ctx.index, SQL_FILES, made.key)
        there = table.column(column.name) if table is not None else None
        change = longer_column(ctx, made.key, there.column, length) if there is not None else None
        if change is not None:
            yield ctx.fix(title, "suggested", [*edits, *change.edits], creates=change.creates)
    elif names:
        yield from revision_fix(ctx, names, steps, edits=edits, title=title)
    elif edits:
        yield ctx.fix(title, "suggested", edits)


ANALYZER = Analyzer(
    join=_join, joins=(OrmClass, TableFact, StoredText, ComparedText), fix=_fix, writes_revisions=True
)


def _beside_schema(ctx: JoinContext) -> Iterator[Finding]:
    """Columns of another length than the schema's."""
    reported: set[str] = set()
    for symbol in models_told_of(ctx.index, ctx.path):
        made = model(ctx.index, symbol)
        for finding in _beside_one(ctx, made) if made is not None else ():
            # What a mixin declares is found there, for the first class that takes it over.
            if finding.anchor not in reported:
                reported.add(finding.anchor)
                yield finding


def _beside_one(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    for environment in schemas_of(ctx.index, made.metadata):
        for drift in drifts(ctx.index, made.symbol, environment):
            wanted, found = drift.wanted, drift.found
            column = made.column(drift.columns[0])
            if drift.aspect != "length" or wanted is None or found is None or column is None:
                continue
            if (column.path or made.path) != ctx.path:
                continue
            name = f"{made.key}.{column.name}"
            one, two = wanted.type.length, found.type.length
            message = f"{name} holds {one} characters in the model and {two} in the schema"
            table = table_in(ctx.index, environment, made.key)
            related = (
                [ctx.related(table.revision, REVISION_ANCHOR, f"the revision that creates {table.name}")]
                if table is not None and table.revision
                else []
            )
            data = _data(made, column, max(one or 0, two or 0))
            yield ctx.find(column.anchor or made.anchor, message, data=data, related=related)
        return


def _defaults(
    ctx: JoinContext, made: Model, declared: Iterable[tuple[str, Expression | None]]
) -> Iterator[Finding]:
    """Columns whose own default, or longest label, is longer than they are.

    `declared` are the expressions by the attribute's name, or by the anchor in a `Table`.
    """
    for name, value in declared:
        column = next((each for each in made.columns if name in (each.attribute, each.anchor)), None)
        if column is None or column.path != ctx.path:
            continue
        labels = column.type.labels if column.type.name == "ENUM" else None
        written = re.search(r"\blength=(\d+)", column.type.source)
        if labels and written is not None and max(map(len, labels)) > int(written[1]):
            longest = max(labels, key=len)
            message = (
                f"{made.key}.{column.name} holds {written[1]} characters, and {longest} has {len(longest)}"
            )
            yield ctx.find(column.anchor, message)
            continue
        limit = _limit(column)
        if limit is None or not isinstance(value, Call):
            continue
        for keyword in ("default", "server_default", "insert_default"):
            given = value.keyword(keyword)
            text = text_in(ctx.index, given, ctx.path) or _quoted(given)
            if text is not None and len(text) > limit:
                message = (
                    f"{made.key}.{column.name} holds {limit} characters, and its default has {len(text)}"
                )
                yield ctx.find(column.anchor, message, data=_data(made, column, len(text)))
                break


def _quoted(given: Expression | None) -> str | None:
    """The text of `text("'pending'")`."""
    first = given.arguments[0] if isinstance(given, Call) and len(given.arguments) == 1 else None
    if not isinstance(first, Constant) or not isinstance(first.value, str):
        return None
    found = re.fullmatch(r"'([^']*)'", first.value)
    return found[1] if found is not None else None


def _fields(ctx: JoinContext, fact: OrmClass) -> Iterator[Finding]:
    """Fields of schemas that allow more than their column holds."""
    made = model(ctx.index, described_model(ctx.index, fact.symbol))
    if made is None or schema(ctx.index, fact.symbol) is None:
        return
    for attribute in fact.attributes:
        column = next((each for each in made.columns if each.attribute == attribute.name), None)
        limit = _limit(column) if column is not None else None
        if column is None or limit is None or not is_field(attribute):
            continue
        allowed = max_length(ctx.index, attribute, ctx.path)
        if allowed is not None and allowed > limit:
            name = f"{made.key}.{column.name}"
            message = f"{fact.name}.{attribute.name} allows {allowed} characters, and {name} holds {limit}"
            related = [ctx.related(column.path, column.anchor, f"the column {name}")]
            anchor = column_anchor(fact.symbol, attribute.name)
            yield ctx.find(anchor, message, data=_data(made, column, allowed), related=related)


def _stored(ctx: JoinContext, text: StoredText) -> Iterator[Finding]:
    """Texts that code puts into a column that is too short for them."""
    made = _model_of(ctx.index, text.owner, ctx)
    column = _column_of(made, text.attribute)
    limit = _limit(column) if column is not None else None
    if made is None or column is None or limit is None:
        return
    length = text.length or (made_length(ctx.index, ctx.resolve(text.maker)) if text.maker else 0)
    for owner, attribute in text.parts:
        part = _column_of(_model_of(ctx.index, owner, ctx), attribute)
        if part is not None:
            length += 36 if part.type.name == "UUID" else _limit(part) or 0
    if length <= limit:
        return
    what = "this text can have" if text.is_composite else "this text has"
    message = f"{made.key}.{column.name} holds {limit} characters, and {what} {length}"
    related = [ctx.related(column.path, column.anchor, f"the column {made.key}.{column.name}")]
    yield ctx.find(text.anchor, message, data=_data(made, column, length), related=related)


def _given(ctx: JoinContext, given: ComparedText) -> Iterator[Finding]:
    """Texts that rows are made with or changed by."""
    made = _model_of(ctx.index, given.owner, ctx)
    column = _column_of(made, given.attribute)
    limit = _limit(column) if column is not None else None
    if made is None or column is None or limit is None or _is_cut(ctx.index, made):
        return
    text = text_given(ctx.index, given, ctx.resolve)
    if text is None or len(text) <= limit:
        return
    message = f"{made.key}.{column.name} holds {limit} characters, and this text has {len(text)}"
    related = [ctx.related(column.path, column.anchor, f"the column {made.key}.{column.name}")]
    yield ctx.find(given.anchor, message, data=_data(made, column, len(text)), related=related)


def _is_cut(index: FactIndex, made: Model) -> bool:
    """Whether validators of a model may shorten what it is given."""
    found = index.one(ClassFact, made.symbol)
    methods = [index.one(FunctionFact, f"{made.symbol}.{name}") for name in found[1].members] if found else []
    return any(
        (decorator or "").removesuffix("()").endswith("orm.validates")
        for method in methods
        if method is not None
        for decorator in method[1].decorators
    )


def _model_of(index: FactIndex, symbol: str, ctx: JoinContext) -> Model | None:
    return model(index, symbol) or model(index, ctx.resolve(symbol).removesuffix("()"))


def _column_of(made: Model | None, attribute: str) -> Column | None:
    return next((each for each in made.columns if each.attribute == attribute), None) if made else None


def _limit(column: Column) -> int | None:
    return column.type.length if column.type.name in _TEXTS else None


def _data(made: Model, column: Column, length: int) -> dict[str, str]:
    return {"model": made.symbol, "column": column.name, "length": str(length)}


# -- fixes -----------------------------------------------------------------------------------------------


def _wide(column: Column, length: int) -> Column:
    name = column.type.name
    made = ColumnType(name, length, source=f"sa.{'String' if name == 'VARCHAR' else name}(length={length})")
    return msgspec.structs.replace(column, type=made)
