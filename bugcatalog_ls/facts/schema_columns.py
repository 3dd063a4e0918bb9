"""The columns of the model that a schema is about, and which of them no client should change."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from bugcatalog_ls.facts.columns import COLUMN_CALLS, Column, column
from bugcatalog_ls.facts.expressions import (
    Call,
    Collection,
    Constant,
    Expression,
    dotted,
    is_true,
    last_word,
    written_word,
)
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.facts.schemas import Schema, is_table
from bugcatalog_ls.syntax.modules import is_test_path

Columns = dict[str, tuple[Column | None, OrmAttribute | None, bool]]
"""Columns by attribute: as `facts.models` has them, as they are written, whether a key holds them."""
_AFFIX = re.compile(
    r"^(?:DB|Db|ORM|Orm)|(?:Model|Table|DB|Db|ORM|Orm|Entity|Record|Row|InDB|OAuth|Tbl|V\d+)$"
)
_SERVER_SIDE = re.compile(
    r"id|uuid|guid|pk|_id|(?:date_)?(?:created|updated|modified|deleted|inserted|registered|changed)(?:_\w+)?"
    r"|(?:date_|time_)(?:created|updated|modified|added|joined)|\w*_?(?:created|updated|modified|deleted)_(?:at|on|by|ts)"
    r"|(?:create|update|insert|modify|delete)_(?:time|date|at)|creation_(?:date|time)|createdAt|updatedAt|timestamp|version|revision|etag|last_(?:login|seen|modified|updated)"
    r"|(?:\w+_)?(?:hash|hashed|digest|checksum|signature|fingerprint|salt)|hashed_\w+|hash_\w+"
)
_OWNER = re.compile(
    r"(?:\w+_)?(?:owner|user|author|creator|tenant|org|organi[sz]ation|account|company|customer|workspace|team"
    r"|project|member|creator|parent|namespace)(?:_id|_uuid|_pk)|owner|owner_type|created_by|creator|author|tenant"
)
_DISCRIMINATOR = re.compile(r"(?:\w+_)?(?:type|kind|provider|slug|discriminator)")
_PRIVILEGE = re.compile(
    r"(?:is_)?(?:admin|superuser|super_user|staff|superadmin|root|owner|verified|moderator)|(?:\w+_)?(?:role|roles)"
    r"|(?:\w+_)?(?:permission|permissions|privileges|scopes|balance|credits|quota)"
)
_TIME = re.compile(r"now|current_timestamp|utcnow|CURRENT_|func\.")
_FIELD_MODULES = ("tortoise.fields.", "peewee.", "playhouse.", "django.db.models.")
_LINKS = re.compile(r"ForeignKey|OneToOne|ManyToMany|Relation|Generic")


def nearness(path: str, other: str) -> tuple[bool, int]:
    one, two = PurePosixPath(path).parts[:-1], PurePosixPath(other).parts[:-1]
    n_common = 0
    while n_common < min(len(one), len(two)) and one[n_common] == two[n_common]:
        n_common += 1
    return path == other, n_common


def columns_of_model(index: FactIndex, name: str, update: Schema) -> Columns | None:
    """The columns of the model that a schema is about, by attribute, with what is unique or owned."""
    candidates = _tables(index).get(name.lower(), ())
    if not candidates:
        return None
    best = max(nearness(_path_of(index, symbol), update.path) for symbol in candidates)
    nearest = [symbol for symbol in candidates if nearness(_path_of(index, symbol), update.path) == best]
    if len(nearest) != 1:
        return None
    symbol = nearest[0]
    found = model(index, symbol)
    unique = _unique_members(index, symbol)
    columns: Columns = {}
    if found is not None:
        for known in found.columns:
            key = known.attribute or known.name
            is_unique = known.name in unique or key in unique
            columns[key] = (known, _attribute(index, symbol, key), is_unique)
        return columns
    for base in reversed(mro(index, symbol)[0]):
        declared = index.one(OrmClass, base)
        if declared is None:
            continue
        path, fact = declared
        for attribute in fact.attributes:
            if _is_column(index, path, attribute):
                written = _written_column(index, path, attribute)
                columns[attribute.name] = (written, attribute, attribute.name in unique)
    return columns


def is_reserved(entry: tuple[Column | None, OrmAttribute | None, bool], name: str) -> bool:
    """Whether a column is none that a client should change later."""
    known, attribute, is_unique = entry
    if is_unique or any(
        pattern.fullmatch(name) for pattern in (_SERVER_SIDE, _DISCRIMINATOR, _PRIVILEGE, _OWNER)
    ):
        return True
    if attribute is not None and _is_fixed(attribute.value):
        return True
    if known is None:
        return False
    if known.primary_key or known.unique or known.computed or known.identity or known.onupdate:
        return True
    if _TIME.search(known.server_default) or _TIME.search(known.default):
        return True
    return any(key.ondelete == "CASCADE" for key in known.foreign_keys)


def is_parent_key(entry: tuple[Column | None, OrmAttribute | None, bool]) -> bool:
    """Whether a column points to another row and must: mostly to the parent, which a row keeps."""
    known = entry[0]
    return known is not None and bool(known.foreign_keys) and known.nullable is False


_FIXING = ("primary_key", "unique", "pk", "auto_now", "auto_now_add", "generated")


def _is_fixed(value: Expression | None) -> bool:
    """`init=False`, `primary_key=True`, `unique=True` and a key that goes with its owner."""
    if not isinstance(value, Call):
        return False
    if any(is_true(value.keyword(name)) for name in _FIXING):
        return True
    init, ondelete = value.keyword("init"), value.keyword("ondelete")
    if isinstance(init, Constant) and init.value is False:
        return True
    if isinstance(ondelete, Constant) and str(ondelete.value).upper() == "CASCADE":
        return True
    inner = value.keyword("sa_column")
    return _is_fixed(inner)


@derived
def _tables(index: FactIndex) -> dict[str, tuple[str, ...]]:
    """The mapped classes by what they are called without `DB`, `Model` …, in lower case."""
    found: dict[str, list[str]] = {}
    symbols = set(models(index))
    for symbol in index.keys(OrmClass):
        # A table whose name or base comes from a library is none that `facts.models` knows.
        one = index.one(OrmClass, symbol)
        if one is not None and (is_table(one[1]) or _has_columns(index, *one)):
            symbols.add(symbol)
    for symbol in sorted(symbols):
        if (path := _path_of(index, symbol)) and not is_test_path(path):
            name = symbol.rpartition(".")[2]
            for key in {name, _AFFIX.sub("", name)}:
                found.setdefault(key.lower(), []).append(symbol)
    return {name: tuple(each) for name, each in found.items()}


def _has_columns(index: FactIndex, path: str, fact: OrmClass) -> bool:
    abstract = fact.attribute("__abstract__")
    if abstract is not None and is_true(abstract.value):
        return False
    return any(
        _written_column(index, path, attribute) is not None or _is_active_field(index, path, attribute)
        for attribute in fact.attributes
    )


def _is_active_field(index: FactIndex, path: str, attribute: OrmAttribute) -> bool:
    """A column as Tortoise, peewee and Django declare it; a link to another model is none."""
    value = attribute.value
    if not isinstance(value, Call):
        return False
    name = last_word(value.function)
    if not name.endswith("Field") or _LINKS.search(name) is not None:
        return False
    return resolve(index, dotted(value.function) or "", path).startswith(_FIELD_MODULES)


def _is_column(index: FactIndex, path: str, attribute: OrmAttribute) -> bool:
    """Whether an attribute of a table is a column: declared as one, or a field of SQLModel."""
    if _written_column(index, path, attribute) is not None or _is_active_field(index, path, attribute):
        return True
    return attribute.annotation is not None and not _is_relationship(attribute)


def _written_column(index: FactIndex, path: str, attribute: OrmAttribute) -> Column | None:
    value = attribute.value
    if not isinstance(value, Call) or library_name(index, value.function, path) not in COLUMN_CALLS:
        return None
    return column(index, value, path)


def _path_of(index: FactIndex, symbol: str) -> str:
    found = index.one(OrmClass, symbol)
    return found[0] if found is not None else ""


def _attribute(index: FactIndex, symbol: str, name: str) -> OrmAttribute | None:
    for base in mro(index, symbol)[0]:
        found = index.one(OrmClass, base)
        attribute = found[1].attribute(name) if found is not None else None
        if attribute is not None:
            return attribute
    return None


def _is_relationship(attribute: OrmAttribute) -> bool:
    value = attribute.value
    return isinstance(value, Call) and last_word(value.function).lower() == "relationship"


def _unique_members(index: FactIndex, symbol: str) -> set[str]:
    """The names in the unique constraints and unique indexes of `__table_args__`."""
    found: set[str] = set()
    for base in mro(index, symbol)[0]:
        one = index.one(OrmClass, base)
        written = one[1].attribute("__table_args__") if one is not None else None
        value = written.value if written is not None else None
        for item in value.items if isinstance(value, Collection) else ():
            if not isinstance(item, Call):
                continue
            last = last_word(item.function)
            if last in ("UniqueConstraint", "PrimaryKeyConstraint") or (
                last == "Index" and is_true(item.keyword("unique"))
            ):
                found |= {written_word(argument) for argument in item.arguments}
    return found - {""}
