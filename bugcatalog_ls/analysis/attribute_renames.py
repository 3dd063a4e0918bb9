"""The uses of a class's attribute all over the workspace, renamed where they are known to be its."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.analysis.instance_verdicts import verdict
from bugcatalog_ls.facts.given_texts import queried_class
from bugcatalog_ls.facts.model_class_names import BULK_CALLS, BY_KEYWORD, CLASS_MEMBERS, OF_CLASS_MEMBERS
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of
from bugcatalog_ls.text.spans import Span


class Renamed(NamedTuple):
    """The edits, and whether they are seen to be all: no use was found whose owner is not known."""

    edits: list[Edit]
    complete: bool


def renamed_uses(ctx: FixContext, family: tuple[str, ...], name: str, new: str, *, keywords: bool) -> Renamed:
    """Every use of the attribute that is known to be one of these classes'."""
    names = {symbol.rpartition(".")[2] for symbol in family}
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    texts: dict[str, str] = {}
    telling: set[str] = set()
    for path in sorted(ctx.index.files()):
        if not path.endswith((".py", ".pyi")):
            continue
        text = ctx.file.source.text if path == ctx.file.path else ctx.read(path)
        if text is None:
            continue
        if words.search(text) is not None:
            telling.add(path)
        if name in text or (path in telling and "**" in text):
            texts[path] = text
    edits: list[Edit] = []
    complete = True
    for path in texts:
        file = ctx.file if path == ctx.file.path else ctx.open(path)
        if file is None or (path not in telling and not _imports_one(ctx, file, telling)):
            continue
        uses = _Uses(ctx, file, set(family), name)
        uses.collect(keywords)
        edits.extend(Edit(path, span, new) for span in uses.spans)
        complete = complete and not uses.doubtful
    return Renamed(edits, complete)


_READERS = ("getattr", "setattr", "hasattr", "delattr")


def _imports_one(ctx: FixContext, file: PyFile, telling: set[str]) -> bool:
    """Whether a file may be given instances by a module that it imports."""
    for line in import_lines(file):
        module = absolute_module(line.module, file.path) if line.module else ""
        for target in (module, *(imported.target for imported in line.names)):
            if target and file_of_module(ctx.index, absolute_module(target, file.path), file.path) in telling:
                return True
    return False


class _Uses:
    """The uses in one file; `doubtful` where there is one that may be of these classes."""

    def __init__(self, ctx: FixContext, file: PyFile, family: set[str], name: str) -> None:
        self._ctx, self._file, self._family, self._name = ctx, file, family, name
        self.spans: list[Span] = []
        self.doubtful = False

    def collect(self, keywords: bool) -> None:
        for node in self._file.nodes("attribute"):
            attribute = node.child_by_field_name("attribute")
            if attribute is None or text_of(attribute) != self._name:
                continue
            owner = node.child_by_field_name("object")
            if not self._is_of_base(node, owner):
                self._judge(owner, attribute)
        for call in self._file.calls_named(*_READERS):
            given = arguments_of(call).positional
            if len(given) > 1 and given[1].type == "string" and string_value(given[1]) == self._name:
                content = next((each for each in given[1].children if each.type == "string_content"), None)
                self._judge(given[0], content)
        if keywords:
            self._collect_given()

    def _collect_given(self) -> None:
        """What rows are made with, looked up by and changed to by keyword."""
        for node in self._file.nodes("keyword_argument"):
            key = node.child_by_field_name("name")
            call = node.parent.parent if node.parent is not None else None
            if key is None or text_of(key) != self._name or call is None or call.type != "call":
                continue
            last = text_of(callee_of(call) or call).rpartition(".")[2]
            if last not in BY_KEYWORD:
                if self._makes(call):
                    self.spans.append(Span(key.start_byte, key.end_byte))
                continue
            owner = queried_class(self._file, callee_of(call), BY_KEYWORD[last])
            if owner is None:
                self.doubtful = True
            elif self._is_own(owner):
                self.spans.append(Span(key.start_byte, key.end_byte))
        for splat in self._file.nodes("dictionary_splat"):
            call = splat.parent.parent if splat.parent is not None else None
            if call is not None and call.type == "call" and self._makes(call):
                self.doubtful = True
        for call in self._file.calls_named(*BULK_CALLS):
            given = arguments_of(call).positional
            self.doubtful = self.doubtful or not given or self._verdict(given[0]) != "other"

    def _is_of_base(self, node: Node, owner: Node | None) -> bool:
        """Whether `Model.metadata.create_all` means what the base class has under the name."""
        parent = node.parent
        if self._name not in CLASS_MEMBERS or parent is None or parent.type != "attribute":
            return False
        symbol = self._file.symbol(owner)
        is_class = symbol is None or not symbol.endswith("()")
        return is_class and text_of(parent).rpartition(".")[2] in OF_CLASS_MEMBERS

    def _judge(self, owner: Node | None, place: Node | None) -> None:
        told = self._verdict(owner)
        if told == "own" and place is not None:
            self.spans.append(Span(place.start_byte, place.end_byte))
        elif told != "other":
            self.doubtful = True

    def _verdict(self, owner: Node | None) -> str:
        return verdict(self._ctx, self._file, owner, self._family)

    def _makes(self, call: Node) -> bool:
        symbol = self._file.callee(call)
        return symbol is not None and "(" not in symbol and self._is_own(symbol)

    def _is_own(self, symbol: str) -> bool:
        return symbol in self._family or self._ctx.resolve(symbol, self._file.path) in self._family
