"""BC903: a name that an optional import may leave None or unbound, used where nothing tests it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.availability import Availability
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module, module_name
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, statement_of, statements, text_of, walk
from bugcatalog_ls.syntax.optional_imports import OptionalImport, Sign, optional_imports
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Binding, Scope
from bugcatalog_ls.syntax.statement_edits import insert_before, replace_statement, wrap
from bugcatalog_ls.syntax.tree import span_of
from bugcatalog_ls.text.spans import Span, TextEdit

_DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})
_MAX_STEPS = 6
# An imported name with what follows where it may be used as an object, and a name that is tested.
_USED = re.compile(rb"(?<![\w.\"'])([^\W\d]\w*)(?=\s?[.(\[])(?:\.(\w+)(?=\s?[.(\[]))?")
_TESTED = re.compile(rb"(?:\b(?:if|elif|while|assert|and|or|not)[\s(]+|\bbool\()([\w.]+)(?!\s*[\w.(\[])")
_COMPARED = re.compile(rb"\s(?:is\b|[!=]=\s*None\b)")
_WORD_BEFORE = re.compile(rb"[\w.]+$")


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


def _check(ctx: FileContext) -> Iterator[Finding]:
    if b"except" not in ctx.file.source.data:
        return
    found: list[tuple[OptionalImport, Node]] = []
    for optional in optional_imports(ctx.file):
        availability = Availability(ctx.file, optional)
        unchecked = [use for use in _uses(ctx.file, optional) if not availability.is_sure_at(use)]
        found.extend((optional, use) for use in _first_on_their_paths(ctx.file, unchecked))
    for optional, use in _reached(ctx.file, found):
        state = "is None" if optional.kind == "none" else "is not bound"
        where = ctx.related(optional.node, f"{optional.name} {state} where this import fails")
        message = f"{optional.name} {state} where its import fails, and nothing tests that here"
        yield ctx.find(use, message, related=[where], data={"name": optional.name, "kind": optional.kind})


def _collect(file: PyFile, facts: Facts) -> None:
    own: set[str] = set()
    if b"except" in file.source.data:
        for optional in optional_imports(file):
            own.add(optional.name)
            if optional.kind == "none" and optional.scope is file.scopes.module:
                facts.add(OptionalName(f"{file.module}.{optional.name}"))
    uses = tuple(_imported_uses(file, own, facts))
    if uses:
        facts.add(UncheckedUses(file.path, uses))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for fact in ctx.index.in_file(ctx.path, UncheckedUses):
        for use in fact.uses:
            origin = _origin(ctx.index, use.module, use.name, ctx.path)
            if origin is None:
                continue
            message = f"{use.written} is None where its import in {origin} fails, and nothing tests that here"
            for anchor in use.anchors:
                yield ctx.find(anchor, message, data={"name": use.written, "kind": "none"})


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    name, is_unbound = finding.data.get("name", ""), finding.data.get("kind") == "unbound"
    statement = statement_of(ctx.node)
    if statement.type in _DEFINITIONS or statement.parent is None or not name:
        return
    edits = _guarded(ctx.file, statement, name)
    if is_unbound:
        edits = [*_bound_to_none(ctx.file, name), *edits]
    is_safe = _is_bare_call(statement) and not is_unbound
    yield ctx.fix(f"Guard with `if {name} is not None`", "safe" if is_safe else "suggested", edits)


ANALYZER = Analyzer(check=_check, collect=_collect, join=_join, fix=_fix)


# -- uses ------------------------------------------------------------------------------------------


def _uses(file: PyFile, optional: OptionalImport) -> Iterator[Node]:
    """Where a name is used as an object (or read at all, if it may be unbound), outside its `try`."""
    for node in _reads(file, optional.name, optional.scope):
        if optional.statement is not None and _is_in_import(node, optional.statement):
            continue
        if _is_annotation(file, node):
            continue
        if _is_object_use(node) or (optional.kind == "unbound" and not _is_written(node)):
            yield node


def _reads(file: PyFile, name: str, scope: Scope) -> Iterator[Node]:
    data = file.source.data
    for match in re.finditer(rb"\b%s\b" % re.escape(name.encode()), data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        if node is None or node.type != "identifier" or _is_label(node):
            continue
        found = file.scopes.lookup(name, node.start_byte)
        if found is not None and found[0] is scope:
            yield node


def _is_label(node: Node) -> bool:
    """Whether an identifier names something else: an attribute, a keyword, a parameter, a definition."""
    parent = node.parent
    if parent is None:
        return True
    if parent.type in ("dotted_name", "aliased_import", "global_statement", "nonlocal_statement"):
        return True
    for field in ("attribute", "name"):
        labelled = parent.child_by_field_name(field)
        if labelled is not None and labelled.id == node.id and parent.type != "named_expression":
            return True
    return parent.type in ("parameters", "lambda_parameters", "typed_parameter")


def _is_in_import(node: Node, statement: Node) -> bool:
    """Whether a node stands in the `try` that makes the import; what its functions do later counts too."""
    return statement.start_byte <= node.start_byte < statement.end_byte


def _is_annotation(file: PyFile, node: Node) -> bool:
    """Whether a node stands in an annotation that is never evaluated."""
    is_type = False
    for parent in ancestors(node):
        if parent.type == "type":
            is_type = True
        elif is_type and parent.type == "assignment":
            return _is_lazy(file) or file.scopes.at(parent.start_byte).kind == "function"
        elif is_type and parent.type in FUNCTIONS:
            return _is_lazy(file)
        elif parent.type == "type_alias_statement":
            return True
    return False


def _is_lazy(file: PyFile) -> bool:
    return b"from __future__ import annotations" in file.source.data or file.path.endswith(".pyi")


def _is_object_use(node: Node) -> bool:
    """Whether None would fail here: attribute, call, subscript, base class, decorator, type tested for."""
    parent = node.parent
    if parent is None:
        return False
    for kind, field in (("attribute", "object"), ("call", "function"), ("subscript", "value")):
        if parent.type == kind and (used := parent.child_by_field_name(field)) is not None:
            return used.id == node.id
    if parent.type in ("decorator", "raise_statement", "with_item"):
        return True
    if _is_caught_type(node, parent):
        return True
    if parent.type in ("for_statement", "for_in_clause"):
        right = parent.child_by_field_name("right")
        return right is not None and right.id == node.id
    if parent.type == "tuple" and parent.parent is not None:
        node, parent = parent, parent.parent
    if parent.type != "argument_list" or parent.parent is None:
        return False
    if parent.parent.type == "class_definition":
        return node.type == "identifier"
    function = parent.parent.child_by_field_name("function")
    is_type_test = function is not None and text_of(function) in ("isinstance", "issubclass")
    values = [child for child in parent.named_children if child.type != "comment"]
    return is_type_test and len(values) == 2 and values[1].id == node.id


def _is_caught_type(node: Node, parent: Node) -> bool:
    """Whether a name is what an `except` catches, alone or among others."""
    while parent.type in ("as_pattern", "tuple") and parent.parent is not None:
        if parent.type == "as_pattern" and parent.named_children[0].id != node.id:
            return False
        node, parent = parent, parent.parent
    value = parent.child_by_field_name("value") if parent.type == "except_clause" else None
    return value is not None and value.id == node.id


def _is_written(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type == "delete_statement":
        return True
    for field in ("left", "alias"):
        target = parent.child_by_field_name(field)
        if target is not None and target.id == node.id and parent.type in ("assignment", "for_statement"):
            return True
    return parent.type in ("pattern_list", "as_pattern_target")


def _reached(file: PyFile, found: list[tuple[OptionalImport, Node]]) -> Iterator[tuple[OptionalImport, Node]]:
    """What is left where one of the uses runs at import: where that fails, no later line is reached."""
    fatal: dict[int, int] = {}
    for optional, use in found:
        if optional.statement is not None and statement_of(use).parent == file.root:
            is_at_import = file.scopes.at(use.start_byte).kind != "function"
            first = fatal.get(optional.statement.id, use.start_byte)
            if is_at_import and use.start_byte <= first:
                fatal[optional.statement.id] = use.start_byte
    for optional, use in found:
        limit = fatal.get(optional.statement.id) if optional.statement is not None else None
        if limit is None or use.start_byte <= limit:
            yield optional, use


def _first_on_their_paths(file: PyFile, uses: Iterable[Node]) -> list[Node]:
    """The uses that no other one surely precedes: where that fails, these are not reached."""
    first: list[tuple[int, Span, Node]] = []
    for use in sorted(uses, key=lambda use: use.start_byte):
        scope = file.scopes.at(use.start_byte).node.id
        if not any(known == scope and block.contains(span_of(use)) for known, block, _ in first):
            block = statement_of(use).parent
            first.append((scope, span_of(block) if block is not None else span_of(use), use))
    return [use for _, _, use in first]


# -- names of other modules ----------------------------------------------------------------------


def _imported_uses(file: PyFile, own: set[str], facts: Facts) -> Iterator[UncheckedUse]:
    imported: dict[bytes, Binding] = {}
    for scope in _scopes_with_imports(file):
        for name, bindings in scope.bindings.items():
            binding = bindings[0]
            if len(bindings) > 1 or binding.kind not in ("from", "import") or name in own:
                continue
            if not is_outside(binding.target, file.module):
                imported[name.encode()] = binding
    if not imported:
        return
    found: dict[tuple[str, str, str], list[Node]] = {}
    for match in _USED.finditer(file.source.data):
        if match[1] not in imported:
            continue
        binding = imported[match[1]]
        node = file.root.descendant_for_byte_range(match.start(), match.start() + 1)
        if node is None or node.type != "identifier" or _is_label(node):
            continue
        looked_up = file.scopes.lookup(binding.name, node.start_byte)
        if looked_up is None or looked_up[1][0] is not binding:
            continue
        target = binding.target
        if _is_object_use(node) and binding.kind == "from" and not _is_annotation(file, node):
            name = target.rpartition(".")[2]
            found.setdefault((_module_of(target), name, text_of(node)), []).append(node)
        parent = node.parent
        if not match[2] or parent is None or parent.type != "attribute":
            continue
        if _is_object_use(parent) and not _is_annotation(file, parent):
            found.setdefault((target, match[2].decode(), text_of(parent)), []).append(parent)
    tested = _tested_names(file.source.data)
    flags = _imported_flags(file)
    for (module, name, written), nodes in found.items():
        unchecked = _without_test(file, name, written, flags.get(module, {}), tested, nodes)
        if unchecked:
            first = _first_on_their_paths(file, unchecked)
            anchors = tuple(facts.anchor(f"optional {written}", node) for node in first)
            yield UncheckedUse(module, name, written, anchors)


def _scopes_with_imports(file: PyFile) -> Iterator[Scope]:
    seen: set[int] = set()
    for node in file.nodes("import_statement", "import_from_statement"):
        scope = file.scopes.at(node.start_byte)
        if id(scope) not in seen and scope.kind != "class":
            seen.add(id(scope))
            yield scope


def _module_of(target: str) -> str:
    """`a.b` of `a.b.name`; the dots of `..name` stay."""
    head = target.rpartition(".")[0]
    return head if head.strip(".") or not target.startswith(".") else head + "."


def _tested_names(data: bytes) -> set[bytes]:
    """The names that a file tests somewhere."""
    tested = {match[1] for match in _TESTED.finditer(data)}
    for match in _COMPARED.finditer(data):
        word = _WORD_BEFORE.search(data, max(match.start() - 80, 0), match.start())
        if word is not None:
            tested.add(word[0])
    return tested


def _without_test(
    file: PyFile, name: str, written: str, flags: dict[str, Sign], tested: set[bytes], nodes: list[Node]
) -> list[Node]:
    """The uses around which nothing tells that the name is there."""
    names = {written.encode(), name.encode(), *(flag.encode() for flag in flags)}
    optional = OptionalImport(written, "none", name, nodes[0], file.scopes.module, flags=flags)
    availability = Availability(file, optional)
    if names & tested:
        return [node for node in nodes if not availability.is_sure_at(node)]
    if b"except" not in file.source.data and b"suppress(" not in file.source.data:
        return nodes
    return [node for node in nodes if not availability.is_caught(node)]


def _imported_flags(file: PyFile) -> dict[str, dict[str, Sign]]:
    """By module: the names imported from it that read like a flag."""
    found: dict[str, dict[str, Sign]] = {}
    for name, bindings in file.scopes.module.bindings.items():
        if bindings[0].kind == "from" and (
            name.isupper() or name.lower().startswith(("is_", "has_", "have_"))
        ):
            found.setdefault(_module_of(bindings[0].target), {})[name] = "true"
    return found


def _origin(index: FactIndex, module: str, name: str, path: str) -> str | None:
    """The module whose optional import the name is, through re-exports; None where it is none."""
    for _ in range(_MAX_STEPS):
        file = file_of_module(index, absolute_module(module, path), path)
        if file is None:
            return None
        own = module_name(file)
        if index.one(OptionalName, f"{own}.{name}") is not None:
            return own
        exports = index.one(ModuleExports, own)
        target = exports[1].names.get(name) if exports is not None else None
        if target is None or target == f"{own}.{name}" or "(" in target:
            return None
        module, _, name = target.rpartition(".")
        path = file
    return None


# -- mending -----------------------------------------------------------------------------------------


def _guarded(file: PyFile, statement: Node, name: str) -> list[TextEdit]:
    """The statement under a test of the name, with those behind it that need what it assigns."""
    statement = _outermost_in_need(statement, name)
    last = statement
    assigned = _assigned_names(statement)
    block = statement.parent
    if assigned and block is not None:
        for other in statements(block):
            if other.start_byte > statement.start_byte and _reads_any(other, assigned):
                last = other
                assigned |= _assigned_names(other)
    return wrap(file, statement, last, f"if {name} is not None:")


def _outermost_in_need(statement: Node, name: str) -> Node:
    """The statement to guard: the `try` around whose handlers need the name too, or the statement
    around behind which something needs what is assigned."""
    block = statement.parent
    holder = block.parent if block is not None and block.type == "block" else None
    if holder is None or holder.type in _DEFINITIONS:
        return statement
    outer = statement_of(holder)
    assigned = _assigned_names(statement)
    is_left = any(
        _reads_any(other, assigned)
        for part in (holder, outer)
        for other in _following(part)
        if other.type not in _DEFINITIONS
    )
    handlers = [child for child in holder.children if child.type == "except_clause"]
    is_caught_by_it = any(_reads_any(handler.named_children[0], {name}) for handler in handlers)
    return _outermost_in_need(outer, name) if is_caught_by_it or (assigned and is_left) else statement


def _following(node: Node) -> list[Node]:
    """The statements behind a node in its block."""
    parent = node.parent
    if parent is None:
        return []
    return [other for other in parent.named_children if other.start_byte >= node.end_byte]


def _assigned_names(statement: Node) -> set[str]:
    found: set[str] = set()
    for node in (statement, *walk(statement)):
        if node.type in ("assignment", "for_statement", "with_item", "named_expression", "as_pattern"):
            target = next(
                (part for field in ("left", "alias", "name") if (part := node.child_by_field_name(field))),
                None,
            )
            if target is not None:
                parts = (target, *walk(target))
                found |= {text_of(part) for part in parts if part.type == "identifier"}
                if target.type == "attribute":
                    found = {part for part in found if part not in text_of(target).split(".")}
        elif node.type in ("import_statement", "import_from_statement"):
            found |= {text_of(part) for part in walk(node) if part.type == "identifier"}
    return found


def _reads_any(statement: Node, names: set[str]) -> bool:
    nodes = (statement, *walk(statement, into_scopes=True))
    return any(node.type == "identifier" and text_of(node) in names for node in nodes)


def _is_bare_call(statement: Node) -> bool:
    if statement.type != "expression_statement" or statement.named_child_count != 1:
        return False
    value = statement.named_children[0]
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value.type == "call"


def _bound_to_none(file: PyFile, name: str) -> list[TextEdit]:
    """Bind the name to None in the handler of its import."""
    for optional in optional_imports(file):
        if optional.name != name or optional.statement is None:
            continue
        handler = next(child for child in optional.statement.children if child.type == "except_clause")
        block = next((child for child in handler.children if child.type == "block"), None)
        body = statements(block) if block is not None else []
        if len(body) == 1 and body[0].type == "pass_statement":
            return replace_statement(file, body[0], f"{name} = None")
        return insert_before(file, body[0], f"{name} = None") if body else []
    return []
