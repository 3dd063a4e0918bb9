"""The keywords with which an application includes its routers, for one more of them."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of

_TAG = re.compile(r"\[\s*([\"'])([\w\- ]+)\1\s*,?\s*\]")


def shared_keywords(
    file: PyFile, callee: str, own_file: PyFile, made: Node | None, symbol: str
) -> dict[str, str]:
    """What all other inclusions say: the same prefix and dependencies, or each its own module's name.

    `made` is the call that makes the router in its file, whose own prefix and tags need none beside
    them, as routes that begin with the module's name need no prefix.
    """
    module = _module(symbol)
    begins = re.compile(rf"[\"']/{re.escape(module).replace('_', '[-_]')}(?![\w])")
    siblings = [
        (arguments_of(call), file.symbol(first))
        for call in file.calls_named(callee.rpartition(".")[2])
        if text_of(callee_of(call) or call) == callee
        if (first := next(iter(arguments_of(call).positional), None)) is not None
    ]
    modules = [_module(each or "") for _, each in siblings]
    own = arguments_of(made).keywords.keys() if made is not None and made.type == "call" else set()
    found: dict[str, str] = {}
    names = siblings[0][0].keywords if siblings else {}
    for name in names:
        values = [arguments.keywords.get(name) for arguments, _ in siblings]
        if name in own or any(value is None for value in values):
            continue
        texts = [text_of(value) for value in values if value is not None]
        text = _by_module(name, texts, modules, module)
        if text is not None and "prefix" in name and begins.search(own_file.source.text) is not None:
            continue
        if text is None and len(texts) > 1 and len(set(texts)) == 1 and "\n" not in texts[0]:
            text = texts[0]
        if text is not None:
            found[name] = text
    return found


def _module(symbol: str) -> str:
    """The last name of the module that a router stands in; that of its package in `users/router.py`."""
    parts = [part for part in symbol.split(".")[:-1] if part not in ("router", "routes", "api", "views")]
    return parts[-1] if parts else ""


def _by_module(name: str, texts: list[str], modules: list[str], own: str) -> str | None:
    """A prefix or tag that names the router's module, where each of the others does so."""
    if not own or not all(modules):
        return None
    if name in ("prefix", "url_prefix"):
        bases = set()
        for text, module in zip(texts, modules, strict=True):
            value = _literal(text)
            last = (value or "").rpartition("/")
            if value is None or last[2].replace("-", "_") != module:
                return None
            bases.add(last[0])
        return f'"{bases.pop()}/{own.replace("_", "-")}"' if len(bases) == 1 else None
    if name == "tags":
        for text, module in zip(texts, modules, strict=True):
            tag = _TAG.fullmatch(text)
            if tag is None or tag[2] != module:
                return None
        return f'["{own}"]'
    return None


def _literal(text: str) -> str | None:
    """The value of a plain string literal, as written."""
    found = re.fullmatch(r"([\"'])([^\"'{}\\]*)\1", text)
    return found[2] if found is not None else None
