"""BC903: a name that an optional import may leave None or unbound, used where nothing tests it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec
from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.forgotten_names import has_many_files
from bugcatalog_ls.facts.handed_out_names import is_handed_out
from bugcatalog_ls.facts.imported_modules import is_imported
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.missing_names import Missing
from bugcatalog_ls.facts.optional_mends import TURNED_ROUND, guard_instead, mend
from bugcatalog_ls.facts.optional_origins import collect_guarded_modules, is_guarded, is_own, origin_of
from bugcatalog_ls.facts.required_packages import is_required
from bugcatalog_ls.facts.shown_absences import shown_at
from bugcatalog_ls.facts.unchecked_uses import (
    OptionalName,
    UncheckedUses,
    first_on_their_paths,
    imported_uses,
)
from bugcatalog_ls.syntax.availability import Availability
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.modules import is_test_path, is_vendored_path
from bugcatalog_ls.syntax.nodes import statement_of
from bugcatalog_ls.syntax.none_bindings import bound_to_none
from bugcatalog_ls.syntax.object_uses import block_of, is_label, is_object_use, is_written
from bugcatalog_ls.syntax.optional_imports import OptionalImport, optional_imports
from bugcatalog_ls.syntax.refused_imports import is_refused
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.standard_imports import is_always_there, may_be_there
from bugcatalog_ls.syntax.unsure_absences import is_caught_only, is_told_to_others, may_be_asked_before
from bugcatalog_ls.syntax.words import identifiers_named
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

# Who leaves so many of one file unchecked rests on a check that the file does not show.
_MAX_OF_LIBRARY = 5
# What `typing` has had in every Python 3 that runs still: its import does not fail.
_OLD_TYPING = frozenset(
    {"Any", "AnyStr", "IO", "Optional", "Type", "Union", "List", "Dict", "Set", "Tuple", "Callable"}
    | {"Iterable", "Iterator", "Generator", "Generic", "Mapping", "NamedTuple", "Sequence", "TypeVar"}
    | {"TYPE_CHECKING", "Text", "BinaryIO", "TextIO", "cast", "overload", "Pattern", "Match"}
)


class OwnUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A use of one of the file's own optional imports; `library` is what that imports, `target` the
    whole name of it. `is_unsure` tells that an `except` names it, a flag for others or the handler tells of
    it, or something that the file does not show is asked before; `shown` what shows that it fails, `first`
    what its `try` imports first."""

    name: str
    kind: str
    target: str
    library: str
    anchor: str
    import_anchor: str
    is_unsure: bool
    shown: str
    first: str


class OwnUnchecked(Fact, frozen=True):
    """The uses of optional imports, in their own file, with no test of them around."""

    path: str
    uses: tuple[OwnUse, ...]

    @property
    def key(self) -> str:
        return self.path


class RefusedImport(Fact, frozen=True):
    """A library without which a function of a file fails, by intention."""

    library: str

    @property
    def key(self) -> str:
        return self.library


def _collect(file: PyFile, facts: Facts) -> None:
    optionals = optional_imports(file)
    collect_guarded_modules(file, optionals, facts)
    for optional in optionals:
        if optional.kind == "none" and optional.scope is file.scopes.module:
            facts.add(OptionalName(f"{file.module}.{optional.name}", optional.target))
    if is_test_path(file.path) or is_vendored_path(file.path) or file.path.endswith(".pyi"):
        return
    if optionals:
        _collect_own(file, facts, optionals)
    uses = tuple(imported_uses(file, {optional.name for optional in optionals}, facts))
    if uses:
        facts.add(UncheckedUses(file.path, uses))


def _collect_own(file: PyFile, facts: Facts, optionals: list[OptionalImport]) -> None:
    functions = FunctionChecks(file)
    found: list[tuple[OptionalImport, Node]] = []
    shown: dict[int, str] = {}
    refused: set[str] = set()
    asked: set[int] = set()
    for optional in optionals:
        library = _library(optional)
        if library == "typing" and optional.name in _OLD_TYPING:
            continue
        told = {optional.name, *optional.companions, *optional.flags}
        if library not in refused and is_refused(file, [name.encode() for name in told]):
            refused.add(library)
        availability = Availability(functions, optional)
        uses = list(_uses(file, optional))
        unchecked = [use for use in uses if not availability.is_sure_at(use)]
        for use in first_on_their_paths(file, unchecked):
            found.append((optional, use))
            shown[use.id] = shown_at(file, use, uses, availability)
        asked.update(use.id for use in unchecked if may_be_asked_before(functions, use, told))
    for library in sorted(refused):
        facts.add(RefusedImport(library))
    own = [
        _own_use(file, facts, optional, use, use.id in asked, shown[use.id])
        for optional, use in _reached(file, found)
    ]
    if own:
        facts.add(OwnUnchecked(file.path, tuple(own)))


def _own_use(
    file: PyFile, facts: Facts, optional: OptionalImport, use: Node, is_asked: bool, shown: str
) -> OwnUse:
    place = f"{optional.name} {file.qualname_at(use.start_byte)}"
    return OwnUse(
        optional.name,
        optional.kind,
        optional.target,
        _library(optional),
        facts.anchor(f"unchecked {place}", use),
        facts.anchor(f"import of {place}", optional.node),
        is_asked or is_caught_only(use) or is_told_to_others(file, optional),
        shown,
        optional.first,
    )


def _library(optional: OptionalImport) -> str:
    return optional.target.lstrip(".").partition(".")[0]


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for own in ctx.index.in_file(ctx.path, OwnUnchecked):
        n_uses = Counter(use.library for use in own.uses)
        for use in own.uses:
            target = use.target
            if is_own(ctx.index, target, ctx.path):
                # What the workspace has is missing only where the `try` stops at a library before it.
                target = use.first
            if not target or is_own(ctx.index, target, ctx.path):
                continue
            if _is_refused_beside(ctx.index, use, ctx.path) or is_always_there(
                target, ctx.options.target_python
            ):
                continue
            state = "is None" if use.kind == "none" else "is not bound"
            where = ctx.related(ctx.path, use.import_anchor, f"{use.name} {state} where this import fails")
            message = f"{use.name} {state} where its import fails, and nothing tests that here"
            # `import a.b` binds `a`.
            is_part = use.first.startswith(f"{use.target}.")
            data = {"name": use.name, "kind": use.kind, "target": use.first if is_part else use.target}
            is_unsure = use.is_unsure or n_uses[use.library] > _MAX_OF_LIBRARY
            variant = "unsure" if is_unsure or _is_unsure(ctx, target, use.shown) else ""
            yield ctx.find(use.anchor, message, variant=variant, related=[where], data=data)
    for fact in ctx.index.in_file(ctx.path, UncheckedUses):
        for other in fact.uses:
            origin = origin_of(ctx.index, other.module, other.name, ctx.path)
            if origin is None:
                continue
            module, target = origin
            message = (
                f"{other.written} is None where its import in {module} fails, and nothing tests that here"
            )
            for anchor, shown in zip(other.anchors, other.shown, strict=True):
                is_unsure = len(other.anchors) > _MAX_OF_LIBRARY or _is_unsure(ctx, target, shown)
                variant = "unsure" if is_unsure else ""
                data = {"name": other.written, "kind": "none", "target": target}
                yield ctx.find(anchor, message, variant=variant, data=data)


def _is_unsure(ctx: JoinContext, target: str, shown: str) -> bool:
    """Whether the library is always there, as the project demands it or Python has it, the module is
    imported in a `try` itself, or, in a large workspace, nothing shows that the use is come to without
    the library: another file may see to that."""
    if is_required(ctx.index, target.lstrip("."), ctx.path):
        return True
    if may_be_there(target, ctx.options.target_python):
        return True
    if is_guarded(ctx.index, ctx.path):
        return True
    if not has_many_files(ctx.index):
        return False
    return not shown or (shown == "import" and not is_imported(ctx.index, ctx.path))


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    name, is_unbound = finding.data.get("name", ""), finding.data.get("kind") == "unbound"
    optionals = optional_imports(ctx.file)
    own = [optional for optional in optionals if optional.name == name]
    flags = dict(own[0].flags) if len(own) == 1 else {}
    beside = {one.name for one in optionals if own and one.statement == own[0].statement}
    missing = Missing(name, finding.data.get("target", ""), is_unbound, flags, frozenset(beside))
    mended = mend(
        ctx.file, ctx.node, missing, ctx.imports().need, partial(is_handed_out, ctx.index, ctx.file.path)
    )
    if mended is None:
        return
    edits = mended.edits
    if is_unbound and mended.reads_name:
        edits = [*bound_to_none(ctx.file, name), *edits]
    yield ctx.fix(mended.title, "safe" if mended.is_safe else "suggested", _fitted(ctx, edits))
    if mended.title == TURNED_ROUND:
        return  # A guard inside would ask the opposite of what is asked around it.
    guard = guard_instead(ctx.file, ctx.node, missing)
    if guard is not None and guard.title != mended.title:
        yield ctx.fix(guard.title, "safe" if guard.is_safe else "suggested", _fitted(ctx, guard.edits))


def _fitted(ctx: FixContext, edits: Sequence[TextEdit]) -> list[TextEdit]:
    return fitted(ctx.file, edits, ctx.read("pyproject.toml"))


ANALYZER = Analyzer(collect=_collect, join=_join, joins=(OwnUnchecked, UncheckedUses), fix=_fix)


# -- uses ------------------------------------------------------------------------------------------


def _uses(file: PyFile, optional: OptionalImport) -> Iterator[Node]:
    """Where a name is used as an object (or read at all, if it may be unbound), outside its `try`."""
    for node in _reads(file, optional.name, optional.scope):
        if optional.statement is not None and _is_in_import(node, optional.statement):
            continue
        if block_of(file, node) is None:
            continue
        if is_object_use(node) or (optional.kind == "unbound" and not is_written(node)):
            yield node


def _reads(file: PyFile, name: str, scope: Scope) -> Iterator[Node]:
    for node in identifiers_named(file.root, file.source.data, name.encode()):
        if is_label(node):
            continue
        found = file.scopes.lookup(name, node.start_byte)
        if found is not None and found[0] is scope:
            yield node


def _is_in_import(node: Node, statement: Node) -> bool:
    """Whether a node stands in the `try` that makes the import; what its functions do later counts too."""
    return statement.start_byte <= node.start_byte < statement.end_byte


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


def _is_refused_beside(index: FactIndex, use: OwnUse, path: str) -> bool:
    """Whether a module beside fails without the same library: it is the way in for its neighbours."""
    folder = path.rpartition("/")[0]
    others = index.get(RefusedImport, use.library)
    return any(other != path and other.rpartition("/")[0] == folder for other, _ in others)
