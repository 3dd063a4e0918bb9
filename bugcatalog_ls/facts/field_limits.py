"""How long a text the fields of schemas allow, and which model a schema describes."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.constants import constant_at, definition_of, number_in
from bugcatalog_ls.facts.expressions import Attribute, Call, Expression, Name, Operation, Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.models import models
from bugcatalog_ls.facts.orm import OrmAttribute

_SUFFIX = re.compile(
    r"(?:Base|Create|Creation|Update|Patch|Edit|In|Input|Request|Req|Schema|Form|Payload|Params|Data|Model|DTO|Dto)+$"
)
_PREFIX = re.compile(r"^(?:Create|Update|Patch|Edit|New|Add|Upsert)(?=[A-Z])")
_COLLECTIONS = frozenset(
    {"list", "set", "tuple", "dict", "frozenset", "List", "Set", "Tuple", "Dict", "FrozenSet", "Sequence",
     "Iterable", "Mapping", "Collection", "bytes"}
)  # fmt: skip
_WRAPPERS = frozenset({"Optional", "Annotated", "Union", "Required", "NotRequired"})
_LIMITS = frozenset({"Field", "StringConstraints", "constr", "Query", "Body", "Form", "MaxLen", "Meta"})


def max_length(index: FactIndex, attribute: OrmAttribute, path: str) -> int | None:
    """The most characters that a field takes, where it says so."""
    # The length of a list is that of its items.
    if _is_collection(attribute.annotation):
        return None
    for value in (attribute.value, attribute.annotation):
        found = _limit(index, value, path)
        if found is not None:
            return found
    return None


@derived
def described_model(index: FactIndex, schema: str) -> str:
    """The symbol of the model that a schema describes by its name (`TeamCreate` is a Team); else empty."""
    name = schema.rpartition(".")[2]
    plain = _PREFIX.sub("", _SUFFIX.sub("", name))
    if not plain or plain == name:
        return ""
    wanted = {plain, f"{plain}Model", f"{plain}Table", f"{plain}Orm", f"{plain}ORM", f"{plain}DB"}
    found = [symbol for symbol in models(index) if symbol.rpartition(".")[2] in wanted]
    return found[0] if len(found) == 1 else ""


def _is_collection(annotation: Expression | None) -> bool:
    match annotation:
        case Subscript(owner=owner, items=items):
            name = _last(owner)
            return name in _COLLECTIONS or (name in _WRAPPERS and any(map(_is_collection, items[:1])))
        case Operation(operands=operands):
            return any(_is_collection(each) for each in operands)
        case Name() | Attribute():
            return _last(annotation) in _COLLECTIONS
    return False


def _limit(index: FactIndex, value: Expression | None, path: str) -> int | None:
    match value:
        case Call(function=function, arguments=arguments):
            name = _last(function)
            if name in _LIMITS:
                return number_in(index, value.keyword("max_length", 0 if name == "MaxLen" else None), path)
            return next((n for each in arguments if (n := _limit(index, each, path)) is not None), None)
        case Subscript(items=items) | Operation(operands=items):
            return next((n for each in items if (n := _limit(index, each, path)) is not None), None)
        case Name() | Attribute() if symbol := dotted(value):
            return _of_alias(index, symbol, path)
    return None


def _of_alias(index: FactIndex, symbol: str, path: str) -> int | None:
    """The limit of a type that a name stands for: `Title = Annotated[str, …]`, `Title = constr(…)`."""
    found = constant_at(index, definition_of(index, symbol, path))
    if found is None or _is_collection(found[1]):
        return None
    match found[1]:
        case Subscript(owner=owner, items=items) if _last(owner) == "Annotated":
            calls = (each for each in items if isinstance(each, Call))
            return next((n for each in calls if (n := _limit(index, each, found[0])) is not None), None)
        case Call(function=function) if _last(function) in _LIMITS:
            return _limit(index, found[1], found[0])
    return None


def _last(value: Expression) -> str:
    return (dotted(value) or "").rpartition(".")[2]
