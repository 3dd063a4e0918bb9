"""The workspace's own list of origins that a browser may call from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.cors_origins import holds_wildcard
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.expressions import Collection, Name
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.syntax.modules import is_test_path

_ORIGINS = re.compile(r"(?:CORS_|ALLOWED_|ALLOW_)+ORIGINS?(?:_LIST)?|ORIGINS|ORIGIN_LIST", re.IGNORECASE)


def named_origins(context: FixContext) -> str | None:
    """The workspace's own list of origins, where there is exactly one to choose; imported if need be."""
    index, file = context.index, context.file
    found: list[tuple[str, str]] = []
    for module in sorted(index.keys(ModuleExports)):
        exports = index.one(ModuleExports, module)
        if exports is None or is_test_path(exports[0]):
            continue
        for name, held in exports[1].names.items():
            found += [(exports[0], f"{name}.{setting}") for setting in _settings(index, module, held)]
            symbol = f"{module}.{name}" if module else name
            constant = constant_at(index, symbol) if _ORIGINS.fullmatch(name) else None
            if constant is None or not isinstance(constant[1], (Collection, Name)):
                continue
            if definition_of(index, symbol, exports[0]) == symbol and not holds_wildcard(
                index, constant[1], constant[0]
            ):
                found.append((exports[0], name))
    if len(found) != 1:
        return None
    path, name = found[0]
    if path == file.path:
        return name
    other = context.open(path)
    if other is None:
        return None
    head, _, setting = name.partition(".")
    head = context.imports().need(written_module(index, other, file), head, at=context.span.start)
    return f"{head}.{setting}" if setting else head


def _settings(index: FactIndex, module: str, held: str | None) -> Iterator[str]:
    """The settings of an instance made in a module that name origins."""
    if held is None or not held.startswith(f"{module}.") or not held.endswith("()"):
        return
    owner = held.removesuffix("()")
    fact = index.one(ClassFact, owner)
    for attribute, symbol in sorted(fact[1].attributes.items()) if fact is not None else ():
        if _ORIGINS.fullmatch(attribute) and symbol in ("builtins.list()", "typing.List()"):
            default = constant_at(index, f"{owner}.{attribute}")
            if default is None or not holds_wildcard(index, default[1], default[0]):
                yield attribute
