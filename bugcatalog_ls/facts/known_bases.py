"""The names that well-known bases from outside of the workspace give to a class."""

from __future__ import annotations

import abc
import builtins
import collections
import collections.abc
import enum
from functools import cache

PYDANTIC_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "sqlmodel.SQLModel"}
)
_PYDANTIC_NAMES = frozenset(
    {"dict", "json", "copy", "parse_obj", "parse_raw", "parse_file", "from_orm", "schema", "schema_json"}
    | {"construct", "validate", "fields", "update_forward_refs", "Config", "settings_customise_sources"}
    | {"metadata"}
)
# Of Python 2, of which a class of its time does not tell.
_OF_OLD_DICTIONARIES = frozenset(
    {"has_key"} | {f"{how}{what}" for how in ("iter", "view") for what in ("keys", "values", "items")}
)
PYDANTIC_PREFIXES = ("model_", "sqlmodel_")
_SQLALCHEMY_BASES = frozenset(
    {f"sqlalchemy.orm.{name}" for name in ("DeclarativeBase", "MappedAsDataclass", "declarative_base")}
    | {"sqlalchemy.ext.asyncio.AsyncAttrs", "sqlalchemy.ext.declarative.declarative_base"}
)
SQLALCHEMY_NAMES = frozenset(
    {"metadata", "registry", "type_annotation_map", "query", "_sa_registry", "awaitable_attrs"}
)


@cache
def names_of_known_base(base: str) -> frozenset[str] | None:
    """The names that a well-known base from outside of the workspace gives; None where unknown."""
    if base.endswith("()") and base.removesuffix("()") not in _SQLALCHEMY_BASES:
        return None  # A class out of a mapping, `FORMS[kind]`, or one made by a call.
    base = base.removesuffix("()")
    module, _, name = base.rpartition(".")
    if module in ("typing", "typing_extensions"):
        if name in ("Generic", "Protocol"):
            return frozenset()
        if name == "NamedTuple":
            return frozenset(dir(tuple)) | {"_asdict", "_replace", "_fields", "_make", "_field_defaults"}
        if name == "TypedDict":
            return frozenset(dir(dict))
        module = "collections.abc"
    if base in PYDANTIC_BASES:
        return _PYDANTIC_NAMES
    if base in _SQLALCHEMY_BASES:
        return SQLALCHEMY_NAMES
    holders = {
        "builtins": builtins,
        "enum": enum,
        "abc": abc,
        "collections": collections,
        "collections.abc": collections.abc,
    }
    known = getattr(holders[module], name, None) if module in holders else None
    if not isinstance(known, type) or known is type:
        return None
    names = frozenset(dir(known))
    if issubclass(known, enum.Enum):
        names |= {
            "name",
            "value",
            "_value_",
            "_name_",
            "_member_map_",
            "_member_names_",
            "_value2member_map_",
        }
    if issubclass(known, dict):
        names |= _OF_OLD_DICTIONARIES
    if issubclass(known, BaseException):
        names |= {"add_note", "message"}
    return names | {"data", "register", "_abc_impl"}
