"""BC104: update schemas that lack a field which can be set on creation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.copied_fields import copied_field
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.schema_columns import Columns, columns_of_model, is_parent_key, is_reserved, nearness
from bugcatalog_ls.facts.schema_uses import UPDATE, CopyingFunction, SchemaUse
from bugcatalog_ls.facts.schemas import Schema, schema, schemas_by_name
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.statement_edits import add_field

_SUFFIX = re.compile(
    r"(?:Request|Schema|In|Input|DTO|Dto|Payload|Body|Form|Data|Model|Params|Command|Dict|API)+$"
)
_OWN = re.compile(r"Me(?=[A-Z]|$)|Self|Own(?=[A-Z]|$)|Profile|Mine|Myself|CurrentUser")


def _join(context: JoinContext) -> Iterator[Finding]:
    if context.is_test:
        return
    for fact in context.index.in_file(context.path, OrmClass):
        if UPDATE.search(fact.name) and not _OWN.search(fact.name):
            yield from _of_schema(context, fact)


def _of_schema(context: JoinContext, fact: OrmClass) -> Iterator[Finding]:
    index = context.index
    update = schema(index, fact.symbol)
    if update is None or not update.complete or update.extra == "allow":
        return
    made = _made(index, update)
    if made is None:
        return
    create, columns = made
    known = {each for field in update.fields for each in field.names}
    shared = known & {field.name for field in create.fields}
    if update.own and not shared:
        return
    uses = [use for use in index.get(SchemaUse, fact.name) if _means(context, use[1], fact.symbol)]
    copies, kept = _handling(context, [use for _, use in uses])
    # The routes of that library copy what its schemas hold.
    copies = copies or any(base.startswith("fastapi_users.") for base in update.bases)
    apart = _updated_apart(index, update, {field.name for field in create.fields} - known)
    missing = [
        field
        for field in create.fields
        if not known.intersection(field.names)
        and (entry := columns.get(field.name)) is not None
        and not is_reserved(entry, field.name)
        and field.name not in kept
        and field.name not in apart
        and not (_LOGIN.fullmatch(field.name) and _PERSON.search(fact.name))
        and field.anchor
    ]
    free = [field for field in missing if not is_parent_key(columns[field.name])]
    keeps_parent = bool(missing) and not free
    missing = free or missing
    if not missing:
        return
    names = [field.name for field in missing]
    message = f"{fact.name} lacks {_listed(names)}, which {create.name} can set"
    related = [
        context.related(field.path, field.anchor, f"{create.name} has {field.name}") for field in missing[:5]
    ]
    data = {"fields": ",".join(names), "create": create.symbol}
    # A schema that lacks most of what can be set was cut down on purpose, as far as one can tell, and
    # so was one that lacks the key of a parent only, or that rejects what it lacks, unless the two
    # differ in one or two fields.
    rejects = update.extra == "forbid" and len(missing) > 2
    is_narrow = keeps_parent or rejects or len(missing) > max(2, len(shared))
    variant = "uncopied" if not copies else "narrow" if is_narrow else ""
    yield context.find(update.anchor, message, variant=variant, related=related, data=data)


@lru_cache(maxsize=1 << 14)
def _subjects(name: str, verb: re.Pattern[str]) -> tuple[str, ...]:
    """What a schema may be about: `HeroUpdateRequest` and `UpdateHero` are about `Hero`."""
    if len(verb.findall(name)) != 1:
        return ()
    bare = verb.sub("", name, count=1)
    return tuple(each for each in dict.fromkeys((bare, _SUFFIX.sub("", bare))) if each)


_CREATE = re.compile(r"Create|New(?=[A-Z]|$)|Add(?=[A-Z]|$)")


def _made(index: FactIndex, update: Schema) -> tuple[Schema, Columns] | None:
    """The creating schema and the columns of what an update schema is about."""
    for name in _subjects(update.name, UPDATE):
        create = _creating(index, name, update)
        columns = columns_of_model(index, name, update) if create is not None else None
        if create is not None and columns is not None:
            return create, columns
    return None


def _creating(index: FactIndex, name: str, update: Schema) -> Schema | None:
    """The schema by which the same thing is made, nearest to the update schema's file."""
    found: list[Schema] = []
    for other, symbols in schemas_by_name(index).items():
        is_in = other in (f"{name}In", f"{name}Input")
        if not is_in and name not in _subjects(other, _CREATE):
            continue
        for symbol in symbols:
            made = schema(index, symbol)
            if made is not None and not _OWN.search(made.name) and not is_test_path(made.path):
                found.append(made)
    found = [made for made in found if made.symbol != update.symbol]
    if not found:
        return None
    best = max(nearness(made.path, update.path) for made in found)
    nearest = [made for made in found if nearness(made.path, update.path) == best]
    plain = [made for made in nearest if made.name in (f"{name}Create", f"Create{name}")]
    nearest = plain or nearest
    return nearest[0] if len(nearest) == 1 else None


# -- what is left out on purpose ---------------------------------------------------------------------

# The password of a user is stored as its hash and changed by a call of its own.
_LOGIN = re.compile(r"password|passwd|pwd")
_PERSON = re.compile(r"User|Account|Admin|Member|Employee|Operator|Superuser")


def _updated_apart(index: FactIndex, update: Schema, open_names: set[str]) -> set[str]:
    """Those of the names that a schema of their own updates: `quota` of `TenantQuotaUpdate`."""
    subjects = _subjects(update.name, UPDATE)
    module = update.symbol.rpartition(".")[0]
    found: set[str] = set()
    for other, symbols in schemas_by_name(index).items():
        if other == update.name or not UPDATE.search(other) or not other.startswith(subjects):
            continue
        for symbol in symbols:
            if symbol.rpartition(".")[0] == module and (partial := schema(index, symbol)) is not None:
                names = {field.name for field in partial.fields}
                found |= names if names <= open_names else set()
    return found


def _means(context: JoinContext, use: SchemaUse, symbol: str) -> bool:
    return context.resolve(use.symbol, use.path) == symbol


def _handling(context: JoinContext, uses: list[SchemaUse]) -> tuple[bool, set[str]]:
    """Whether a function copies the schema onto the row, and the names that stay out of it."""
    copies = False
    kept: set[str] = set()
    for use in uses:
        copies = copies or use.copies
        kept |= set(use.parameters) | set(use.left_out)
        for route in routes_of(context.index, use.function):
            kept |= set(re.findall(r"[{<](?:\w+:)?(\w+)[^{}<>]*[}>]", route.path or ""))
        for symbol in use.passes:
            found = context.index.one(CopyingFunction, context.resolve(symbol, use.path).replace("()", ""))
            if found is not None:
                copies = True
                kept |= set(found[1].left_out)
    return copies, kept


def _listed(names: list[str]) -> str:
    if len(names) > 5:
        return f"{', '.join(names[:4])} and {len(names) - 4} more"
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    definition = context.node_of("class_definition")
    create = schema(context.index, finding.data["create"])
    if definition is None or create is None:
        return
    lines = []
    for name in finding.data["fields"].split(","):
        field = create.field(name)
        line = copied_field(context, definition, field) if field is not None else None
        if line is None:
            return
        lines.append(line)
    names = finding.data["fields"].replace(",", ", ")
    edits = add_field(context.file, definition, "\n".join(lines))
    yield context.fix(f"Add {names} to {finding.message.split(' ')[0]}", "suggested", edits)


ANALYZER = Analyzer(
    join=_join,
    joins=(OrmClass,),
    fix=_fix,
    from_absence=True,
)
