"""Which origins a registration of CORS lets in, with constants and settings of the workspace put in."""

from __future__ import annotations

from bugcatalog_ls.facts.constants import constant_at, evaluate
from bugcatalog_ls.facts.cors import CorsRegistration
from bugcatalog_ls.facts.cors_settings import CorsOriginsSetting
from bugcatalog_ls.facts.expressions import Collection, Constant, Expression, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import mro, resolve

_FLASK_MAKERS = frozenset({"flask_cors.CORS()", "flask_cors.extension.CORS()"})


def allows_any_origin(index: FactIndex, registration: CorsRegistration) -> bool:
    """Whether a registration surely lets all origins in, and credentials with them."""
    if registration.maker and resolve(index, registration.maker, registration.path) not in _FLASK_MAKERS:
        return False
    credentials = evaluate(index, registration.credentials, registration.path)
    if not (isinstance(credentials, Constant) and credentials.value is True):
        return False
    if registration.by_default and any(
        not holds_wildcard(index, setting.value, path)
        for path, setting in index.get(CorsOriginsSetting, "CORS_ORIGINS")
    ):
        return False
    return holds_wildcard(index, registration.origins, registration.path)


def holds_wildcard(index: FactIndex, value: Expression, path: str) -> bool:
    """Whether an expression of origins surely holds `*`."""
    known = value if isinstance(value, Collection) else evaluate(index, value, path)
    if known is None and (default := _default_in_settings(index, value, path)) is not None:
        path, known = default
    if isinstance(known, Constant):
        return known.value == "*"
    return isinstance(known, Collection) and any(
        isinstance(item := evaluate(index, each, path), Constant) and item.value == "*"
        for each in known.items
    )


def _default_in_settings(index: FactIndex, value: Expression, path: str) -> tuple[str, Expression] | None:
    """What a setting is where the environment says nothing: `settings.origins` of a `BaseSettings`."""
    owner, _, name = (dotted(value) or "").rpartition(".")
    made = resolve(index, owner, path) if owner else ""
    if not made.endswith("()"):
        return None
    settings = made.removesuffix("()")
    if not any(base.endswith(".BaseSettings") for base in mro(index, settings)[0]):
        return None
    return constant_at(index, f"{settings}.{name}")
