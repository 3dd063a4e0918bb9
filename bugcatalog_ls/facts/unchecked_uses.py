"""Uses of imported names that their modules may have left None, with no test of them around."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.availability import Availability
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.nodes import statement_of, text_of
from bugcatalog_ls.syntax.object_uses import is_annotation, is_label, is_object_use
from bugcatalog_ls.syntax.optional_imports import OptionalImport, Sign
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Binding, Scope
from bugcatalog_ls.syntax.tree import span_of
from bugcatalog_ls.syntax.words import WORD_BYTES, word_offsets
from bugcatalog_ls.text.spans import Span

# What stands behind a name that is used as an object; and a member of it that is used so.
_OPENING = re.compile(rb"\s?[.(\[]")
_MEMBER = re.compile(rb"\.(\w+)(?=\s?[.(\[])")
_NO_NAME_BEHIND = WORD_BYTES | frozenset(b".\"'")
_TESTED_BEFORE = re.compile(rb"(?:\b(?:if|elif|while|assert|and|or|not)[\s(]+|\bbool\()$")
_TESTED_BEHIND = re.compile(rb"\s+(?:is\b|[!=]=\s*None\b)")
_NO_TEST_BEHIND = re.compile(rb"\s*(?:[.(\[]|(?!(?:and|or|else|if)\b)\w)")


class OptionalName(Fact, frozen=True):
    """A module's name that is None where its import failed."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class UncheckedUse(msgspec.Struct, frozen=True):
    """Places where an imported name is used as an object with no test of it around."""

    module: str
    name: str
    written: str
    anchors: tuple[str, ...]


class UncheckedUses(Fact, frozen=True):
    """The uses, in one file, of names that another module may have left None."""

    path: str
    uses: tuple[UncheckedUse, ...]

    @property
    def key(self) -> str:
        return self.path


def imported_uses(file: PyFile, own: set[str], facts: Facts) -> Iterator[UncheckedUse]:
    """What a file uses unchecked of the names that it imports, but for its `own` optional imports."""
    imported = _imported(file, own)
    if not imported:
        return
    words = _Words(file.source.data)
    found = _object_uses(file, imported, words)
    if not found:
        return
    tests = _Tests(file, words)
    for (module, name, written), nodes in found.items():
        unchecked = tests.without_test(module, name, written, nodes)
        if unchecked:
            first = first_on_their_paths(file, unchecked)
            anchors = tuple(facts.anchor(f"optional {written}", node) for node in first)
            yield UncheckedUse(module, name, written, anchors)


def first_on_their_paths(file: PyFile, uses: list[Node]) -> list[Node]:
    """The uses that no other one surely precedes: where that fails, these are not reached."""
    if len(uses) < 2:
        return uses
    first: list[tuple[int, Span, Node]] = []
    for use in sorted(uses, key=lambda use: use.start_byte):
        scope = file.scopes.at(use.start_byte).node.id
        if not any(known == scope and block.contains(span_of(use)) for known, block, _ in first):
            block = statement_of(use).parent
            first.append((scope, span_of(block) if block is not None else span_of(use), use))
    return [use for _, _, use in first]


def _imported(file: PyFile, own: set[str]) -> dict[bytes, Binding]:
    """The names that are bound by one import of what may be a module of the workspace."""
    found: dict[bytes, Binding] = {}
    outside: dict[str, bool] = {}
    for scope in _scopes_with_imports(file):
        for name, bindings in scope.bindings.items():
            binding = bindings[0]
            if binding.kind not in ("from", "import") or len(bindings) > 1 or name in own:
                continue
            top = binding.target.partition(".")[0]
            is_known = outside.get(top)
            if is_known is None:
                is_known = outside[top] = is_outside(binding.target, file.module)
            if not is_known:
                found[name.encode()] = binding
    return found


def _scopes_with_imports(file: PyFile) -> Iterable[Scope]:
    found: dict[int, Scope] = {}
    for node in file.nodes("import_statement", "import_from_statement"):
        scope = file.scopes.at(node.start_byte)
        if scope.kind != "class":
            found.setdefault(id(scope), scope)
    return found.values()


class _Words:
    """Where words stand in a text; each is looked for once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[bytes, list[int]] = {}

    def offsets(self, word: bytes) -> list[int]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = list(word_offsets(self._data, word))
        return known


def _object_uses(
    file: PyFile, imported: dict[bytes, Binding], words: _Words
) -> dict[tuple[str, str, str], list[Node]]:
    """By module, name and spelling: where an imported name, or a name of an imported module, is used."""
    data = file.source.data
    places = sorted(
        (offset, name)
        for name in imported
        for offset in words.offsets(name)
        if (offset == 0 or data[offset - 1] not in _NO_NAME_BEHIND)
        and _OPENING.match(data, offset + len(name))
    )
    found: dict[tuple[str, str, str], list[Node]] = {}
    for offset, name in places:
        binding = imported[name]
        node = file.root.descendant_for_byte_range(offset, offset + 1)
        if node is None or node.type != "identifier" or is_label(node):
            continue
        looked_up = file.scopes.lookup(binding.name, offset)
        if looked_up is None or looked_up[1][0] is not binding:
            continue
        target = binding.target
        if binding.kind == "from" and is_object_use(node) and not is_annotation(file, node):
            key = (_module_of(target), target.rpartition(".")[2], binding.name)
            found.setdefault(key, []).append(node)
        # Classes have no optional imports as members.
        is_class = binding.kind == "from" and target.rpartition(".")[2][:1].isupper()
        member = _MEMBER.match(data, offset + len(name)) if not is_class else None
        parent = node.parent if member is not None else None
        if member is None or parent is None or parent.type != "attribute":
            continue
        if is_object_use(parent) and not is_annotation(file, parent):
            found.setdefault((target, member[1].decode(), text_of(parent)), []).append(parent)
    return found


def _module_of(target: str) -> str:
    """`a.b` of `a.b.name`; the dots of `..name` stay."""
    head = target.rpartition(".")[0]
    return head if head.strip(".") or not target.startswith(".") else head + "."


class _Tests:
    """Which names a file tests anywhere, and which of their uses stand where no test tells of them."""

    def __init__(self, file: PyFile, words: _Words) -> None:
        self._file = file
        self._words = words
        self._functions = FunctionChecks(file)
        self._flags = _imported_flags(file)
        self._tested: dict[str, bool] = {}
        data = file.source.data
        self._catches = b"except" in data or b"suppress(" in data

    def without_test(self, module: str, name: str, written: str, nodes: list[Node]) -> list[Node]:
        """The uses around which nothing tells that the name is there."""
        flags = self._flags.get(module, {})
        is_tested = any(self._is_tested(each) for each in {written, name, *flags})
        if not is_tested and not self._catches:
            return nodes
        optional = OptionalImport(written, "none", name, nodes[0], self._file.scopes.module, flags=flags)
        availability = Availability(self._functions, optional)
        if is_tested:
            return [node for node in nodes if not availability.is_sure_at(node)]
        return [node for node in nodes if not availability.is_caught(node)]

    def _is_tested(self, name: str) -> bool:
        known = self._tested.get(name)
        if known is None:
            word = name.encode()
            offsets = self._words.offsets(word)
            known = self._tested[name] = _is_tested(self._file.source.data, offsets, len(word))
        return known


def _is_tested(data: bytes, offsets: list[int], size: int) -> bool:
    """Whether a file tests a name that stands at some places."""
    for offset in offsets:
        if offset > 0 and data[offset - 1] == _DOT:
            continue
        behind = offset + size
        if _TESTED_BEHIND.match(data, behind):
            return True
        before = data[max(offset - 24, 0) : offset]
        if _TESTED_BEFORE.search(before) and not _NO_TEST_BEHIND.match(data, behind):
            return True
    return False


_DOT = ord(".")


def _imported_flags(file: PyFile) -> dict[str, dict[str, Sign]]:
    """By module: the names imported from it that read like a flag."""
    found: dict[str, dict[str, Sign]] = {}
    for name, bindings in file.scopes.module.bindings.items():
        if bindings[0].kind == "from" and (
            name.isupper() or name.lower().startswith(("is_", "has_", "have_"))
        ):
            found.setdefault(_module_of(bindings[0].target), {})[name] = "true"
    return found
