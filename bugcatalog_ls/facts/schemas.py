"""Schemas: the classes that describe bodies of requests, with the fields of their bases put in.

Covers pydantic v1 and v2, msgspec and SQLModel classes that are no tables. Classes are read as
`facts.orm` keeps them; what stays unknown is said to be so: `complete` is False.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.classes import class_anchor
from bugcatalog_ls.facts.expressions import (
    Call,
    Constant,
    Mapping,
    Subscript,
    dotted,
    is_true,
    last_word,
    written_word,
)
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass, column_anchor
from bugcatalog_ls.facts.resolve import class_at, mro

ROOTS = {
    "pydantic.BaseModel": "pydantic",
    "pydantic.main.BaseModel": "pydantic",
    "pydantic.v1.BaseModel": "pydantic",
    "pydantic.generics.GenericModel": "pydantic",
    "pydantic.v1.generics.GenericModel": "pydantic",
    "ninja.Schema": "pydantic",
    "ninja.schema.Schema": "pydantic",
    "msgspec.Struct": "msgspec",
    "sqlmodel.SQLModel": "sqlmodel",
    "sqlmodel.main.SQLModel": "sqlmodel",
    "fastapi_users.schemas.CreateUpdateDictModel": "pydantic",
    "fastapi_users.schemas.BaseUser": "pydantic",
    "fastapi_users.schemas.BaseUserCreate": "pydantic",
    "fastapi_users.schemas.BaseUserUpdate": "pydantic",
}
"""Classes of libraries that make their subclasses schemas, with the library."""

_USER_FIELDS = ("email", "is_active", "is_superuser", "is_verified")
_LIBRARY_FIELDS = {
    "fastapi_users.schemas.BaseUser": ("id", *_USER_FIELDS),
    "fastapi_users.schemas.BaseUserCreate": ("password", *_USER_FIELDS),
    "fastapi_users.schemas.BaseUserUpdate": ("password", *_USER_FIELDS),
}
_HARMLESS = frozenset(
    {"typing.Generic", "typing.Protocol", "abc.ABC", "typing_extensions.Generic", "builtins.object"}
)
_SETTINGS = frozenset({"model_config", "Config", "Meta"})


class Field(msgspec.Struct, frozen=True):
    """One field of a schema; `owner` is the class that declares it (empty for a library's), at
    `path` and `anchor`. `names` are the field's name and its aliases."""

    name: str
    names: tuple[str, ...]
    owner: str = ""
    path: str = ""
    anchor: str = ""


class Schema(msgspec.Struct, frozen=True):
    """A schema of the workspace. `extra` is what it does with unknown keys, empty for the default;
    `bases` are its own symbol and those of its bases, nearest first."""

    symbol: str
    path: str
    name: str
    anchor: str
    library: str
    fields: tuple[Field, ...]
    own: tuple[str, ...]
    bases: tuple[str, ...]
    extra: str
    complete: bool

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


@derived
def schema(index: FactIndex, symbol: str) -> Schema | None:
    """A schema by its class's symbol; None for any other class, tables of SQLModel among them."""
    found = index.one(OrmClass, symbol)
    if found is None:
        return None
    path, fact = found
    names, _ = mro(index, symbol)
    library = next((ROOTS[name] for name in names if name in ROOTS), None)
    if library is None or is_table(fact):
        return None
    fields: dict[str, Field] = {}
    complete = True
    extra = ""
    for name in reversed(names):
        declared = index.one(OrmClass, name)
        if declared is None:
            for field in _LIBRARY_FIELDS.get(name, ()):
                fields[field] = Field(field, (field,))
            complete = complete and (name in ROOTS or name in _HARMLESS or class_at(index, name) is not None)
            continue
        complete = complete and _bases_known(index, name)
        for attribute in declared[1].attributes:
            if is_field(attribute):
                fields[attribute.name] = _field(declared[0], name, attribute)
        extra = _extra(index, declared[1]) or extra
    own = tuple(attribute.name for attribute in fact.attributes if is_field(attribute))
    anchor = class_anchor(symbol)
    return Schema(
        symbol, path, fact.name, anchor, library, tuple(fields.values()), own, names, extra, complete
    )


@derived
def schemas_by_name(index: FactIndex) -> dict[str, tuple[str, ...]]:
    """The symbols of all classes that may be schemas, by their last name."""
    found: dict[str, list[str]] = {}
    for symbol in sorted(index.keys(OrmClass)):
        found.setdefault(symbol.rpartition(".")[2], []).append(symbol)
    return {name: tuple(symbols) for name, symbols in found.items()}


def is_table(fact: OrmClass) -> bool:
    """Whether a SQLModel class is a table."""
    return any(key == "table" and is_true(value) for key, value in fact.keywords)


def _bases_known(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and None not in found[1].bases


def is_field(attribute: OrmAttribute) -> bool:
    """Whether an attribute of a schema is one of its fields."""
    name = attribute.name
    if attribute.annotation is None or name.startswith("_") or name in _SETTINGS or attribute.is_method:
        return False
    annotation = attribute.annotation
    head = annotation.owner if isinstance(annotation, Subscript) else annotation
    if (dotted(head) or "").rpartition(".")[2] == "ClassVar" or last_word(head) == "ClassVar":
        return False
    return not (isinstance(attribute.value, Call) and last_word(attribute.value.function) == "PrivateAttr")


def _field(path: str, owner: str, attribute: OrmAttribute) -> Field:
    names = [attribute.name]
    value = attribute.value
    if isinstance(value, Call):
        for keyword in ("alias", "validation_alias", "name"):
            given = value.keyword(keyword)
            if isinstance(given, Constant) and isinstance(given.value, str):
                names.append(given.value)
    return Field(attribute.name, tuple(names), owner, path, column_anchor(owner, attribute.name))


def _extra(index: FactIndex, fact: OrmClass) -> str:
    """What a class itself says of unknown keys: `allow`, `forbid`, `ignore`; empty for nothing."""
    for key, value in fact.keywords:
        if key == "extra":
            return written_word(value)
        if key == "forbid_unknown_fields" and is_true(value):
            return "forbid"
    config = fact.attribute("model_config")
    if config is not None:
        if isinstance(config.value, Call) and (given := config.value.keyword("extra")) is not None:
            return written_word(given)
        if isinstance(config.value, Mapping):
            for mapping_key, value in config.value.items:
                if isinstance(mapping_key, Constant) and mapping_key.value == "extra":
                    return written_word(value)
    nested = index.one(OrmClass, f"{fact.symbol}.Config")
    said = nested[1].attribute("extra") if nested is not None else None
    return written_word(said.value) if said is not None and said.value is not None else ""
