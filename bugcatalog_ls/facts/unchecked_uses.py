"""Uses of imported names that their modules may have left None, with no test of them around."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import attrgetter

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.shown_absences import shown_at
from bugcatalog_ls.syntax.availability import Availability
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.import_flags import Sign
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.object_uses import block_of, is_label, is_object_use
from bugcatalog_ls.syntax.optional_imports import OptionalImport
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Binding, Scope

# What stands behind a name that is used as an object; and a member of it that is used so.
_OPENINGS = frozenset({b".", b"(", b"["})
_MEMBER = re.compile(rb"\.(\w+)(?=\s?[.(\[])")
_NO_NAME_BEHIND = frozenset({b".", b'"', b"'"})
_TESTS = (b"if", b"while", b"assert", b"and", b"or", b"not", b"bool")
_TESTED_BEFORE = re.compile(rb"(?:\b(?:if|elif|while|assert|and|or|not)[\s(]+|\bbool\()$")
_TESTED_BEHIND = re.compile(rb"\s+(?:is\b|[!=]=\s*None\b)")
# `compat.REDIS_AVAILABLE`, `compat.has_redis`
_TELLING = re.compile(rb"\.((?:has|have|use)_\w+|\w+_(?:available|installed|enabled))\b", re.IGNORECASE)
_TELLS = Words(
    *(b"HAS_", b"HAVE_", b"USE_", b"_AVAILABLE", b"_INSTALLED", b"_ENABLED"),
    *(b".has_", b".have_", b".use_", b"_available", b"_installed", b"_enabled"),
)
_NO_TEST_BEHIND = re.compile(rb"\s*(?:[.(\[]|(?!(?:and|or|else|if)\b)\w)")


class OptionalName(Fact, frozen=True):
    """A module's name that is None where its import, of `target`, failed."""

    symbol: str
    target: str

    @property
    def key(self) -> str:
        return self.symbol


class UncheckedUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Places where an imported name is used as an object with no test of it around; `shown` tells of each
    what shows that it fails."""

    module: str
    name: str
    written: str
    anchors: tuple[str, ...]
    shown: tuple[str, ...]


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
    found = _object_uses(file, imported)
    if not found:
        return
    tests = _Tests(file)
    for (module, name, written), nodes in found.items():
        unchecked = tests.without_test(module, name, written, nodes)
        if unchecked:
            first = first_on_their_paths(file, unchecked)
            shown = tests.shown_at(module, name, written, nodes, first)
            anchors = tuple(facts.anchor(f"optional {written}", node) for node in first)
            yield UncheckedUse(module, name, written, anchors, shown)


def first_on_their_paths(file: PyFile, uses: list[Node]) -> list[Node]:
    """The uses that no other one surely precedes: where that fails, these are not reached."""
    if len(uses) < 2:
        return uses
    first: list[Node] = []
    failing: dict[int, list[tuple[int, int]]] = {}
    for use in sorted(uses, key=_START):
        start, end = use.start_byte, use.end_byte
        blocks = failing.setdefault(id(file.scopes.at(start)), [])
        if not any(begin <= start and end <= limit for begin, limit in blocks):
            block = block_of(file, use) or use
            blocks.append((block.start_byte, block.end_byte))
            first.append(use)
    return first


def _imported(file: PyFile, own: set[str]) -> dict[bytes, Binding]:
    """The names that are bound by one import of what may be a module of the workspace."""
    found: dict[bytes, Binding] = {}
    outside: dict[str, bool] = {}
    for scope in _scopes_with_imports(file):
        for name, bindings in scope.bindings.items():
            binding = bindings[0]
            is_one = len(bindings) == 1 or all(_is_package(each) for each in bindings)
            if binding.kind not in ("from", "import") or not is_one or name in own:
                continue
            top = binding.target.partition(".")[0]
            is_known = outside.get(top)
            if is_known is None:
                is_known = outside[top] = is_outside(binding.target, file.module)
            if not is_known:
                found[name.encode()] = binding
    return found


def _is_package(binding: Binding) -> bool:
    """Whether `import a.b` binds `a`."""
    return (
        binding.kind == "import" and binding.node.type == "dotted_name" and b"." in (binding.node.text or b"")
    )


def _scopes_with_imports(file: PyFile) -> Iterable[Scope]:
    found: dict[int, Scope] = {}
    for node in file.nodes("import_statement", "import_from_statement"):
        scope = file.scopes.at(node.start_byte)
        if scope.kind != "class":
            found.setdefault(id(scope), scope)
    return found.values()


def _object_uses(file: PyFile, imported: dict[bytes, Binding]) -> dict[tuple[str, str, str], list[Node]]:
    """By module, name and spelling: where an imported name, or a name of an imported module, is used."""
    data = file.source.data
    places: list[tuple[int, bytes]] = []
    for name in imported:
        size = len(name)
        for offset in file.word_offsets(name):
            behind = data[offset + size : offset + size + 2].lstrip()[:1]
            if behind in _OPENINGS and data[offset - 1 : offset] not in _NO_NAME_BEHIND:
                places.append((offset, name))
    places.sort()
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
        if binding.kind == "from" and is_object_use(node) and block_of(file, node) is not None:
            key = (module_of(target), target.rpartition(".")[2], binding.name)
            found.setdefault(key, []).append(node)
        if _is_package(binding):
            for module, read in _members_of_modules(looked_up[1], node):
                if is_object_use(read) and block_of(file, read) is not None:
                    key = (module, text_of(read).rpartition(".")[2], text_of(read))
                    found.setdefault(key, []).append(read)
            continue
        # Classes have no optional imports as members.
        is_class = binding.kind == "from" and target.rpartition(".")[2][:1].isupper()
        member = _MEMBER.match(data, offset + len(name)) if not is_class else None
        parent = node.parent if member is not None else None
        if member is None or parent is None or parent.type != "attribute":
            continue
        if is_object_use(parent) and block_of(file, parent) is not None:
            found.setdefault((target, member[1].decode(), text_of(parent)), []).append(parent)
    return found


def _members_of_modules(bindings: Iterable[Binding], top: Node) -> Iterator[tuple[str, Node]]:
    """The modules of `import a.b` that `a` stands for at a place, with what is read of it: `a.b.name`."""
    modules = {text_of(binding.node) for binding in bindings}
    node = top.parent
    while node is not None and node.type == "attribute":
        owner = node.child_by_field_name("object")
        if owner is not None and text_of(owner) in modules:
            yield text_of(owner), node
        node = node.parent


def module_of(target: str) -> str:
    """`a.b` of `a.b.name`; the dots of `..name` stay."""
    head = target.rpartition(".")[0]
    return head if head.strip(".") or not target.startswith(".") else head + "."


class _Tests:
    """Which names a file tests anywhere, and which of their uses stand where no test tells of them."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._functions = FunctionChecks(file)
        self._flags = _imported_flags(file)
        self._tested: dict[str, bool] = {}

    def without_test(self, module: str, name: str, written: str, nodes: list[Node]) -> list[Node]:
        """The uses around which nothing tells that the name is there."""
        flags = self._flags.get(module, {})
        is_tested = any(self._is_tested(each) for each in {written, name, *flags}) or self._may_tell(name)
        if not is_tested:
            expected = self._functions.absences
            return [node for node in nodes if not expected.is_expected_at(node)]
        availability = self._availability(module, name, written, nodes[0])
        return [node for node in nodes if not availability.is_sure_at(node)]

    def _may_tell(self, name: str) -> bool:
        """Whether a flag of a module names the library (`compat.REDIS_AVAILABLE`)."""
        word = name.lower().encode()
        return len(word) > 2 and any(word in flag for flag in self._telling)

    @cached_property
    def _telling(self) -> frozenset[bytes]:
        if not self._file.holds(_TELLS):
            return frozenset()
        return frozenset(match[1].lower() for match in _TELLING.finditer(self._file.source.data))

    def shown_at(
        self, module: str, name: str, written: str, nodes: list[Node], unchecked: list[Node]
    ) -> tuple[str, ...]:
        """What shows of each of the `unchecked` uses that it fails."""
        if not any(self._is_tested(each) for each in {written, name, *self._flags.get(module, {})}):
            return tuple(shown_at(self._file, use, (), None) for use in unchecked)
        availability = self._availability(module, name, written, nodes[0])
        return tuple(shown_at(self._file, use, nodes, availability) for use in unchecked)

    def _availability(self, module: str, name: str, written: str, node: Node) -> Availability:
        flags = self._flags.get(module, {})
        optional = OptionalImport(written, "none", name, node, self._file.scopes.module, flags=flags)
        return Availability(self._functions, optional)

    def _is_tested(self, name: str) -> bool:
        known = self._tested.get(name)
        if known is None:
            word = name.encode()
            offsets = self._file.word_offsets(word)
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
        if (
            before.rstrip(b" (\n").endswith(_TESTS)
            and _TESTED_BEFORE.search(before)
            and not _NO_TEST_BEHIND.match(data, behind)
        ):
            return True
    return False


_DOT = ord(".")
_START = attrgetter("start_byte")


def _imported_flags(file: PyFile) -> dict[str, dict[str, Sign]]:
    """By module: the names imported from it that read like a flag."""
    found: dict[str, dict[str, Sign]] = {}
    for name, bindings in file.scopes.module.bindings.items():
        is_flag = name.isupper() or name.lower().startswith(("is_", "has_", "have_"))
        if is_flag and bindings[0].kind == "from":
            found.setdefault(module_of(bindings[0].target), {})[name] = "true"
    return found
