"""Masks: the functions of the workspace that make a secret fit to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.facts.classes import FunctionFact
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import function_at
from bugcatalog_ls.syntax.modules import is_test_path

# What redacts a `text` or `string` looks for secrets inside of it, and passes a bare one.
_MASKS = re.compile(
    r"_?(?:mask|redact|obfuscate|censor|anonymi[sz]e|hide|scrub)(?:_(?:secret|value|token|key|api_key|sensitive"
    r"|sensitive_value|password|credential|secret_value|for_log))?"
)
_TEXT_TYPES = (None, "builtins.str()", "builtins.object()", "typing.Any()")


def masking_functions(index: FactIndex) -> Iterator[tuple[str, str]]:
    """Path and symbol of each module-level function that says that it masks the one text it is given."""
    for symbol in index.keys(FunctionFact):
        if not _MASKS.fullmatch(symbol.rpartition(".")[2]):
            continue
        found = function_at(index, symbol)
        if found is None or is_test_path(found[0]) or not _is_of_module(symbol, found[0]):
            continue
        path, fact = found
        named = [one for one in fact.parameters if one.kind in ("positional", "keyword")]
        required = [one for one in named if not one.has_default]
        if (
            fact.is_async
            or fact.decorators
            or not named
            or named[0].kind != "positional"
            or len(required) > 1
        ):
            continue
        if named[0].annotation in _TEXT_TYPES and fact.returns in _TEXT_TYPES:
            yield path, symbol


def _is_of_module(symbol: str, path: str) -> bool:
    """Whether a function stands at the top level of its file: in no class and no other function."""
    return symbol.count(".") == len(path.removesuffix("/__init__.py").split("/"))
