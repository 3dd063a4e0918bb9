"""Relationships of models: whether reading one asks the database, or it came with the row."""

from __future__ import annotations

from typing import Literal

from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.declarative import inherited
from bugcatalog_ls.facts.expressions import Call, Constant, Expression, Mapping, Name, Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.resolve import class_at, mro, resolve

Loading = Literal["lazy", "eager"]

_MAKERS = frozenset({"relationship", "Relationship"})
_LAZY = frozenset({"select", "True"})
_DJANGO_ONE = frozenset(
    f"django.db.models.{module}{name}()"
    for module in ("", "fields.related.")
    for name in ("ForeignKey", "OneToOneField")
)
_DJANGO_KEYS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
_DJANGO_MANY = frozenset(f"django.db.models.{module}ManyToManyField()" for module in ("", "fields.related."))


@derived
def loading(index: FactIndex, model: str, attribute: str) -> Loading | None:
    """How a relationship of SQLAlchemy's or SQLModel's is loaded by default; None for anything else."""
    found = inherited(index, model, attribute)
    if found is not None:
        value = found[1].value
        return _of_call(value) if isinstance(value, Call) and _last(value.function) in _MAKERS else None
    return _backrefs(index).get((model.rpartition(".")[2], attribute))


@derived
def django_relation(index: FactIndex, model: str, attribute: str) -> Literal["one", "many"] | None:
    """Whether an attribute of a model of Django's is a foreign key, or many rows of another."""
    for base in mro(index, model)[0]:
        found = class_at(index, base)
        if found is None or attribute not in found[1].attributes:
            continue
        symbol = resolve(index, found[1].attributes[attribute] or "", found[0])
        return "one" if symbol in _DJANGO_ONE else "many" if symbol in _DJANGO_MANY else None
    if "django.db.models.Model" not in mro(index, model)[0]:
        return None
    if attribute.endswith("_set") and attribute.removesuffix("_set") in _django_models(index):
        return "many"
    return _related_names(index).get((model.rpartition(".")[2], attribute))


@derived
def peewee_relation(index: FactIndex, model: str, attribute: str) -> bool:
    """Whether an attribute of a model of peewee's is a foreign key."""
    for base in mro(index, model)[0]:
        found = class_at(index, base)
        if found is not None and attribute in found[1].attributes:
            symbol = resolve(index, found[1].attributes[attribute] or "", found[0])
            return symbol == "peewee.ForeignKeyField()"
    return False


@derived
def _related_names(index: FactIndex) -> dict[tuple[str, str], Literal["one", "many"]]:
    """What `related_name` puts on the other side: by the last name of its class, and the attribute."""
    found: dict[tuple[str, str], Literal["one", "many"]] = {}
    for symbol in sorted(index.keys(OrmClass)):
        fact = index.one(OrmClass, symbol)
        for attribute in fact[1].attributes if fact is not None else ():
            value = attribute.value
            maker = _last(value.function) if isinstance(value, Call) else ""
            if not isinstance(value, Call) or maker not in _DJANGO_KEYS:
                continue
            name, target = value.keyword("related_name"), value.keyword("to", 0)
            if isinstance(target, Constant) and isinstance(target.value, str):
                other = symbol if target.value == "self" else target.value
            else:
                other = dotted(target) or "" if target is not None else ""
            if isinstance(name, Constant) and isinstance(name.value, str) and other:
                found[other.rpartition(".")[2], name.value] = "one" if maker == "OneToOneField" else "many"
    return found


@derived
def _django_models(index: FactIndex) -> frozenset[str]:
    """The last names of Django's models, in small letters, as the other side's attributes have them."""
    return frozenset(
        symbol.rpartition(".")[2].lower()
        for symbol in index.keys(ClassFact)
        if "django.db.models.Model" in mro(index, symbol)[0]
    )


@derived
def entity_model(index: FactIndex, symbol: str, path: str) -> str:
    """The class that a file means by the entity of a query."""
    return definition_of(index, symbol, path)


@derived
def _backrefs(index: FactIndex) -> dict[tuple[str, str], Loading]:
    """What relationships put on the other side: by the last name of its class, and the attribute."""
    found: dict[tuple[str, str], Loading] = {}
    for symbol in sorted(index.keys(OrmClass)):
        fact = index.one(OrmClass, symbol)
        for attribute in fact[1].attributes if fact is not None else ():
            value = attribute.value
            if not isinstance(value, Call) or _last(value.function) not in _MAKERS:
                continue
            given = value.keyword("backref")
            target = _target(value, attribute.annotation)
            if isinstance(given, Call):
                name, way = given.keyword("name", 0), _of_call(given)
            else:
                name, way = given, "lazy"
            if target and isinstance(name, Constant) and isinstance(name.value, str) and way is not None:
                found[(target, name.value)] = way
    return found


def _of_call(call: Call) -> Loading | None:
    lazy = call.keyword("lazy")
    options = call.keyword("sa_relationship_kwargs")
    if isinstance(options, Mapping):
        for key, value in options.items:
            if isinstance(key, Constant) and key.value == "lazy":
                lazy = value
    if any(key == "**" for key, _ in call.keywords):
        return None
    if lazy is None:
        return "lazy"
    return "lazy" if isinstance(lazy, Constant) and str(lazy.value) in _LAZY else "eager"


def _target(call: Call, annotation: Expression | None) -> str:
    """The last name of the class that a relationship leads to."""
    given = call.keyword("argument", 0)
    if isinstance(given, Constant) and isinstance(given.value, str):
        return given.value.rpartition(".")[2]
    symbol = dotted(given) if given is not None else None
    if symbol:
        return symbol.rpartition(".")[2]
    while isinstance(annotation, Subscript) and annotation.items:
        annotation = annotation.items[0]
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        return annotation.value.strip("'\" ")
    return annotation.name if isinstance(annotation, Name) else ""


def _last(value: Expression) -> str:
    return getattr(value, "name", "") or (dotted(value) or "").rpartition(".")[2]
