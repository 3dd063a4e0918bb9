"""Names that a framework's base class needs for itself, by the release that a workspace uses."""

from __future__ import annotations

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.pins import allows_only_before, allows_only_from
from bugcatalog_ls.facts.resolve import mro

DECLARATIVE_NAMES = ("metadata", "registry", "query")
"""What declarative bases have; `query` only those of Flask-SQLAlchemy."""

_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings", "pydantic.BaseSettings")
_PYDANTIC = ("pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.RootModel", "sqlmodel.SQLModel")
_FIRST = ("pydantic.v1.BaseModel", "pydantic.v1.main.BaseModel", "pydantic.v1.BaseSettings")

_BOTH_RELEASES = frozenset(
    {
        "construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema",
        "schema_json", "update_forward_refs", "validate",
    }
)  # fmt: skip
_SECOND_RELEASE = frozenset(
    {
        "model_computed_fields", "model_construct", "model_copy", "model_dump", "model_dump_json",
        "model_extra", "model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name",
        "model_post_init", "model_rebuild", "model_validate", "model_validate_json", "model_validate_strings",
    }
)  # fmt: skip


@derived
def pydantic_release(index: FactIndex, symbol: str) -> int:
    """1 or 2 for a class that is a pydantic model, by what it inherits and what is pinned; else 0."""
    names = mro(index, symbol)[0]
    if any(name in _FIRST for name in names):
        return 1
    if not any(name in _PYDANTIC or name in _SETTINGS for name in names):
        return 0
    return 1 if allows_only_before(index, "pydantic", "2") else 2


def shadows(index: FactIndex, name: str, release: int) -> bool:
    """Whether a field of a name hides something of pydantic's `BaseModel`."""
    if release == 1:
        return name in _BOTH_RELEASES
    if name in _BOTH_RELEASES or name in _SECOND_RELEASE:
        return True
    if not name.startswith("model_") or name == "model_config":
        return False
    # Told apart from what pydantic has as people do it.
    if name.endswith("_"):
        return False
    if name.startswith(("model_validate", "model_dump")):
        return True
    # Until 2.10 the whole prefix was protected.
    return allows_only_before(index, "pydantic", "2.10") and not allows_only_before(index, "pydantic", "2")


def is_of_pydantic(name: str) -> bool:
    """Whether `BaseModel` itself has a name; others are only of those that it keeps for later."""
    return name in _BOTH_RELEASES or name in _SECOND_RELEASE


def protects_names(index: FactIndex, fact: OrmClass) -> bool:
    """Whether pydantic watches over the names of a class: not where it was told to keep quiet."""
    return "protected_namespaces" not in repr(fact.attribute("model_config"))


@derived
def warns_only(index: FactIndex) -> bool:
    """Whether the workspace's SQLAlchemy only warns of a mapped `metadata`."""
    return allows_only_from(index, "sqlalchemy", "2.1")
