"""The uses of a class's attribute all over the workspace, renamed where they are known to be its."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.text.spans import Span


def renamed_uses(
    ctx: FixContext, family: tuple[str, ...], name: str, new: str, *, keywords: bool
) -> Iterator[Edit]:
    """Every use of the attribute that is known to be one of these classes'."""
    names = {symbol.rpartition(".")[2] for symbol in family}
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    for path in sorted(ctx.index.files()):
        if not path.endswith((".py", ".pyi")):
            continue
        text = ctx.file.source.text if path == ctx.file.path else ctx.read(path)
        if text is None or name not in text or words.search(text) is None:
            continue
        file = ctx.file if path == ctx.file.path else ctx.open(path)
        for span in _uses_in(ctx, file, set(family), name, keywords) if file is not None else ():
            yield Edit(path, span, new)


def _uses_in(ctx: FixContext, file: PyFile, family: set[str], name: str, keywords: bool) -> Iterator[Span]:
    for node in file.nodes("attribute"):
        attribute = node.child_by_field_name("attribute")
        if attribute is None or text_of(attribute) != name:
            continue
        symbol = file.symbol(node.child_by_field_name("object"))
        if symbol is None or not _is_of(ctx, symbol, family, file.path):
            continue
        # `Model.metadata.create_all` means the MetaData.
        parent = node.parent
        if parent is not None and parent.type == "attribute" and text_of(parent).rpartition(".")[2] in _META:
            continue
        yield Span(attribute.start_byte, attribute.end_byte)
    for node in file.nodes("keyword_argument") if keywords else ():
        key = node.child_by_field_name("name")
        call = node.parent.parent if node.parent is not None else None
        if key is None or text_of(key) != name or call is None or call.type != "call":
            continue
        symbol = file.callee(call)
        if symbol is not None and "(" not in symbol and _is_of(ctx, symbol, family, file.path):
            yield Span(key.start_byte, key.end_byte)


_META = frozenset(
    {"create_all", "drop_all", "tables", "sorted_tables", "reflect", "bind", "naming_convention"}
)


def _is_of(ctx: FixContext, symbol: str, family: set[str], path: str) -> bool:
    plain = symbol.removesuffix("()")
    if "(" in plain or "[" in plain:
        return False
    return plain in family or ctx.resolve(plain, path).removesuffix("()") in family
