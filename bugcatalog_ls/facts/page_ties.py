"""Whether models have rows that tie in the order of a page, or no order of their own."""

from __future__ import annotations

from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.declarative import inherited
from bugcatalog_ls.facts.expressions import Call, is_true
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.facts.order_keys import OrderKey
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.resolve import mro, resolve

_DJANGO_MODEL = "django.db.models.Model"


def queried_model(index: FactIndex, symbol: str, path: str) -> Model | None:
    """The model that a query is of, where it is known."""
    return model(index, definition_of(index, symbol, path)) if symbol else None


def has_ties(index: FactIndex, keys: tuple[OrderKey, ...], found: Model, path: str) -> bool:
    """Whether all keys of the order are columns of the model, and none tells its rows apart."""
    if not found.complete and not found.columns:
        return False
    names = {key.name for key in keys}
    primary = {column.attribute or column.name for column in found.columns if column.primary_key}
    if not primary or primary <= names:
        return False
    for key in keys:
        column = next((each for each in found.columns if key.name in (each.attribute, each.name)), None)
        owner = definition_of(index, key.owner, path) if key.owner else found.symbol
        if column is None or owner != found.symbol or column.unique or column.primary_key:
            return False
    return not any(_is_in_constraint(index, found, name) for name in names)


def has_django_ties(index: FactIndex, keys: tuple[OrderKey, ...], entity: str, path: str) -> bool:
    """Whether all keys of the order are fields of a model of Django's, none of them unique."""
    symbol = resolve(index, entity, path)
    found = index.one(OrmClass, symbol)
    if found is None or _DJANGO_MODEL not in mro(index, symbol)[0]:
        return False
    meta = index.one(ClassFact, f"{symbol}.Meta")
    if meta is not None and {"unique_together", "constraints"} & meta[1].attributes.keys():
        return False
    for key in keys:
        field = found[1].attribute(key.name)
        if field is None or not isinstance(field.value, Call):
            return False
        if is_true(field.value.keyword("unique")) or is_true(field.value.keyword("primary_key")):
            return False
        if getattr(field.value.function, "name", "").startswith("OneToOne"):
            return False
    return True


def is_unordered_django(index: FactIndex, symbol: str, path: str) -> bool:
    """Whether a model of Django is known, and says no order of its own."""
    resolved = resolve(index, symbol, path)
    bases, _ = mro(index, resolved)
    if _DJANGO_MODEL not in bases:
        return False
    for base in bases:
        meta = index.one(ClassFact, f"{base}.Meta")
        if meta is not None and "ordering" in meta[1].attributes:
            return False
        # A manager of the model's own may order.
        fact = index.one(ClassFact, base)
        if fact is not None and ("objects" in fact[1].attributes or "objects" in fact[1].members):
            return False
        if fact is None and not base.startswith("django."):
            return False
    return True


def _is_in_constraint(index: FactIndex, found: Model, name: str) -> bool:
    """Whether a column may be unique together with others, which filters often fix."""
    written = inherited(index, found.symbol, "__table_args__")
    text = repr(written[1].value) if written is not None else ""
    is_unique = "UniqueConstraint" in text or "'unique'" in text
    return is_unique and (f"'{name}'" in text or "Unknown" in text)
