"""BC707: mapped attributes and pydantic fields that hide a name which their base class needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.attribute_renames import renamed_uses
from bugcatalog_ls.analysis.finding import Applicability, Edit, Finding, Fix
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.declarative import ancestors, root_of
from bugcatalog_ls.facts.expressions import Call
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.mapped_attributes import attribute_column
from bugcatalog_ls.facts.models import models
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass, column_anchor
from bugcatalog_ls.facts.reserved_names import (
    DECLARATIVE_NAMES,
    is_of_pydantic,
    protects_names,
    pydantic_release,
    shadows,
    warns_only,
)
from bugcatalog_ls.facts.schemas import is_field, is_table
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.nodes import arguments_of, body_of, is_docstring, string_value, text_of
from bugcatalog_ls.text.spans import TextEdit


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for fact in ctx.index.in_file(ctx.path, OrmClass):
        for attribute in fact.attributes:
            if attribute.name in DECLARATIVE_NAMES:
                yield from _mapped(ctx, fact, attribute)
        if not fact.bases or is_table(fact):
            continue
        named = [each for each in fact.attributes if _may_shadow(each.name) and is_field(each)]
        release = pydantic_release(ctx.index, fact.symbol) if named else 0
        for attribute in named if release else ():
            yield from _shadowing(ctx, fact, attribute, release)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    symbol, name = finding.data.get("class", ""), finding.data.get("name", "")
    found = ctx.index.one(OrmClass, symbol)
    identifier = ctx.node
    statement = ctx.node_of("assignment")
    if found is None or identifier.type != "identifier" or statement is None:
        return
    # Pydantic warns of all that begins as its own names do.
    new = f"{name.removeprefix('model_')}_"
    taken = {attribute.name for attribute in found[1].attributes}
    family = _family(ctx.index, symbol)
    if new in taken or any(_has(ctx.index, each, new) for each in family):
        return
    kind = finding.data.get("kind", "")
    made: list[TextEdit] | None
    applicability: Applicability = "suggested"
    if finding.variant == "shadowed":
        made = _aliased(ctx, statement, name, int(kind))
    elif kind == "sqlmodel":
        made = _renamed_field(ctx, statement, name)
    else:
        made = _renamed_column(ctx, statement, name)
        applicability = "safe"
    if made is None:
        return
    edits = [Edit(ctx.file.path, edit.span, edit.content) for edit in [*replace_node(identifier, new), *made]]
    # Constructors of pydantic models take the alias still.
    uses = renamed_uses(ctx, family, name, new, keywords=finding.variant != "shadowed")
    edits.extend(uses.edits)
    if not uses.complete or _is_read_by_schemas(ctx, name):
        applicability = "suggested"
    what = f"with the alias {name}" if finding.variant == "shadowed" else f"over the column {name}"
    yield ctx.fix(f"Rename the attribute to {new}, {what}", applicability, edits)


ANALYZER = Analyzer(join=_join, joins=(OrmClass,), fix=_fix)


def _may_shadow(name: str) -> bool:
    return name.startswith("model_") or name in _WORDS


_WORDS = frozenset(
    {
        "construct", "copy", "dict", "fields", "from_orm", "json", "parse_file", "parse_obj", "parse_raw",
        "schema", "schema_json", "update_forward_refs", "validate",
    }
)  # fmt: skip
_MAPPING_CALLS = frozenset(
    {"relationship", "synonym", "column_property", "composite", "deferred", "query_expression"}
)


def _mapped(ctx: JoinContext, fact: OrmClass, attribute: OrmAttribute) -> Iterator[Finding]:
    """A mapped attribute of a declarative class or of a mixin of one."""
    owner, kind = _declarative(ctx.index, fact.symbol)
    if not owner or (attribute.name == "query" and kind != "flask"):
        return
    if not _is_mapped(ctx.index, ctx.path, fact, attribute, kind):
        return
    where = "" if owner == fact.symbol else f", which {owner.rpartition('.')[2]} inherits,"
    message = f"{fact.name}.{attribute.name}{where} hides the {attribute.name} of the declarative base"
    if attribute.name == "metadata":
        message = f"{fact.name}.metadata{where} takes the name that declarative keeps its MetaData under"
    is_warning = attribute.name == "registry" or (attribute.name == "metadata" and warns_only(ctx.index))
    data = {"class": fact.symbol, "name": attribute.name, "kind": kind}
    anchor = column_anchor(fact.symbol, attribute.name)
    yield ctx.find(anchor, message, variant="warned" if is_warning else "", data=data)


def _declarative(index: FactIndex, symbol: str) -> tuple[str, str]:
    """The declarative class that a class is, or is a mixin of, and what makes it one."""
    root = root_of(index, symbol)
    if root is not None and root[1] != symbol:
        if root[0] != "sqlmodel" or _is_table_at(index, symbol):
            return symbol, root[0]
    elif root is not None:
        return symbol, root[0]
    for other in models(index):
        if symbol in ancestors(index, other) and other != symbol:
            of_other = root_of(index, other)
            if of_other is not None:
                return other, of_other[0]
    return "", ""


def _is_table_at(index: FactIndex, symbol: str) -> bool:
    found = index.one(OrmClass, symbol)
    return found is not None and is_table(found[1])


def _is_mapped(index: FactIndex, path: str, fact: OrmClass, attribute: OrmAttribute, kind: str) -> bool:
    if isinstance(attribute_column(index, path, fact, attribute, kind), Column):
        return True
    value = attribute.value
    called = library_name(index, value.function, path) if isinstance(value, Call) else None
    return called in _MAPPING_CALLS


def _shadowing(ctx: JoinContext, fact: OrmClass, attribute: OrmAttribute, release: int) -> Iterator[Finding]:
    name = attribute.name
    if not shadows(ctx.index, name, release):
        return
    if name.startswith("model_") and not protects_names(ctx.index, fact):
        return
    data = {"class": fact.symbol, "name": name, "kind": str(release)}
    message = f"the field {name} of {fact.name} hides BaseModel.{name}"
    if not is_of_pydantic(name):
        message = f"the field {name} of {fact.name} begins with what pydantic keeps for names of its own"
    yield ctx.find(column_anchor(fact.symbol, name), message, variant="shadowed", data=data)


def _family(index: FactIndex, symbol: str) -> tuple[str, ...]:
    """A class and all that inherit from it."""
    return tuple(
        each for each in sorted(index.keys(OrmClass)) if each == symbol or symbol in ancestors(index, each)
    )


def _is_read_by_schemas(ctx: FixContext, name: str) -> bool:
    """Whether pydantic models that are filled from the attributes of rows have a field of the name."""
    for symbol in sorted(ctx.index.keys(OrmClass)):
        found = ctx.index.one(OrmClass, symbol)
        if found is None or found[1].attribute(name) is None or is_table(found[1]):
            continue
        if not pydantic_release(ctx.index, symbol):
            continue
        owners = [ctx.index.one(OrmClass, each) for each in (symbol, *ancestors(ctx.index, symbol))]
        texts = [ctx.read(owner[0]) or "" for owner in owners if owner is not None]
        if any("from_attributes" in text or "orm_mode" in text for text in texts):
            return True
    return False


def _has(index: FactIndex, symbol: str, name: str) -> bool:
    found = index.one(OrmClass, symbol)
    return found is not None and found[1].attribute(name) is not None


def _renamed_column(ctx: FixContext, statement: Node, name: str) -> list[TextEdit] | None:
    """The column keeps its name, which the attribute gave it so far."""
    value = statement.child_by_field_name("right")
    if value is None:
        function = ctx.imports().need("sqlalchemy.orm", "mapped_column")
        return [insert_at(statement.end_byte, f' = {function}("{name}")')]
    if value.type != "call":
        return None
    called = (ctx.resolve(ctx.file.callee(value) or "")).rpartition(".")[2]
    if called == "deferred":
        inner = arguments_of(value).positional
        value = inner[0] if inner and inner[0].type == "call" else value
        called = ctx.resolve(ctx.file.callee(value) or "").rpartition(".")[2]
    if called not in ("Column", "mapped_column"):
        # What points back to a relationship names it.
        return None if "back_populates" in text_of(value) or "backref" in text_of(value) else []
    return _named(ctx, value, name)


def _named(ctx: FixContext, call: Node, name: str) -> list[TextEdit] | None:
    given = arguments_of(call)
    if "name" in given.keywords or (given.positional and string_value(given.positional[0]) is not None):
        return []
    arguments = call.child_by_field_name("arguments")
    first_given = given.positional[0] if given.positional else None
    if arguments is None:
        return None
    # A lower-case name may be a variable that holds the column's name.
    if first_given is not None and first_given.type == "identifier" and text_of(first_given)[:1].islower():
        return None
    items = [child for child in arguments.named_children if child.type != "comment"]
    if not items:
        return [insert_at(arguments.start_byte + 1, f'"{name}"')]
    first = items[0]
    same_row = first.start_point[0] == arguments.start_point[0]
    separator = ", " if same_row else ",\n" + ctx.file.source.indent_at(first.start_byte)
    return [insert_at(first.start_byte, f'"{name}"{separator}')]


def _renamed_field(ctx: FixContext, statement: Node, name: str) -> list[TextEdit] | None:
    """The same for a field of SQLModel."""
    value = statement.child_by_field_name("right")
    if value is not None and value.type == "call" and (ctx.file.callee(value) or "").endswith("Field"):
        given = arguments_of(value).keywords
        column = given.get("sa_column")
        if column is not None:
            return _named(ctx, column, name) if column.type == "call" else None
        if "sa_column_kwargs" in given:
            return None
        return add_keyword(ctx.file, value, "sa_column_kwargs", f'{{"name": "{name}"}}')
    if value is not None and value.type == "call":
        return None
    field = ctx.imports().need("sqlmodel", "Field")
    kwargs = f'sa_column_kwargs={{"name": "{name}"}}'
    if value is None:
        return [insert_at(statement.end_byte, f" = {field}({kwargs})")]
    return replace_node(value, f"{field}(default={text_of(value)}, {kwargs})")


def _aliased(ctx: FixContext, statement: Node, name: str, release: int) -> list[TextEdit] | None:
    """A field that keeps its name for the outside, in a class that takes both names."""
    value = statement.child_by_field_name("right")
    library = "pydantic.v1" if release == 1 and _is_compatible(ctx.file) else "pydantic"
    if value is not None and value.type == "call" and (ctx.file.callee(value) or "").endswith("Field"):
        given = arguments_of(value)
        if {"alias", "validation_alias", "serialization_alias"} & given.keywords.keys():
            return None
        edits = add_keyword(ctx.file, value, "alias", f'"{name}"')
    else:
        field = ctx.imports().need(library, "Field")
        if value is None:
            edits = [insert_at(statement.end_byte, f' = {field}(alias="{name}")')]
        else:
            given_default = f"default={text_of(value)}"
            edits = replace_node(value, f'{field}({given_default}, alias="{name}")')
    config = _populated(ctx, statement, library, release)
    return [*edits, *config] if config is not None else None


def _is_compatible(file: PyFile) -> bool:
    return b"pydantic.v1" in file.source.data


def _populated(ctx: FixContext, statement: Node, library: str, release: int) -> list[TextEdit] | None:
    """Let the class be filled by the names of its fields."""
    body = statement.parent.parent if statement.parent is not None else None
    definition = body.parent if body is not None else None
    if body is None or definition is None or definition.type != "class_definition":
        return None
    statements = [each for each in body_of(definition) if not is_docstring(each)]
    option = "populate_by_name" if release == 2 else "allow_population_by_field_name"
    if option in text_of(body):
        return []
    pad = ctx.file.source.indent_at(statement.start_byte)
    if release == 1:
        if any(each.type == "class_definition" and "class Config" in text_of(each) for each in statements):
            return None
        unit = indent_unit(ctx.file)
        return [insert_at(body.end_byte, f"\n\n{pad}class Config:\n{pad}{unit}{option} = True")]
    for each in statements:
        assignment = each.named_children[0] if each.named_children else None
        left = assignment.child_by_field_name("left") if assignment is not None else None
        if assignment is None or left is None or text_of(left) != "model_config":
            continue
        right = assignment.child_by_field_name("right")
        if right is None or right.type != "call":
            return None
        return add_keyword(ctx.file, right, option, "True")
    config = ctx.imports().need(library, "ConfigDict")
    return [insert_at(statements[0].start_byte, f"model_config = {config}({option}=True)\n\n{pad}")]
