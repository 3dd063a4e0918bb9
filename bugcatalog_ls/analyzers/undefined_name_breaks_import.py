"""BC904: names that are not defined where the import of their module needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Applicability, Finding, Fix
from bugcatalog_ls.analysis.moved_definitions import moved_constant
from bugcatalog_ls.analysis.name_sources import sources_of
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.forgotten_names import has_many_files, may_be_forgotten
from bugcatalog_ls.facts.given_names import (
    UnboundIn,
    collect_givers,
    is_added,
    is_missed_by_several,
    place_of,
    runs_files,
)
from bugcatalog_ls.facts.import_sources import ImportSource
from bugcatalog_ls.facts.imported_modules import is_imported
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.read_annotations import is_read_at_registration
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.bound_by_then import imports_from_own
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_time import unbound_reads
from bugcatalog_ls.syntax.modules import absolute_module, is_fragment_path, is_vendored_path, module_name
from bugcatalog_ls.syntax.nodes import ancestors, decorators_of, statement_of, text_of
from bugcatalog_ls.syntax.told_comments import is_told

_DEFERRED = (3, 14)
_N_LATE = 4
_DEFERRABLE = frozenset({"later", "typing"})
_TOLD = {
    "missing": "{} is not defined, and importing this module needs it here",
    "later": "{} is defined further down, and importing this module needs it here",
    "typing": "{} is imported for type checkers only, and importing this module needs it here",
    "deleted": "{} is deleted above, and importing this module needs it here",
    "declared": "{} is declared without a value, and importing this module needs it here",
    "class": "{} is a name of the class, which this part of its body does not see",
    "handler": "{} is only defined while its exception is handled",
}
# Who reads annotations at run time, where a text in quotes may not do.
_READERS = (b"fastapi", b"pydantic", b"sqlmodel", b"msgspec", b"typer", b"strawberry", b"sqlalchemy")
# `c.ServerApp.port = 8888`: the loader of a file of traitlets' settings gives it `c`.
_CONFIGURED = re.compile(r"c\.[A-Z]\w*\.\w+\b")


class UnboundName(Fact, frozen=True):
    """A name that a file reads at import and does not bind; a star import may do. `is_changed`: it adds to
    what the name holds, or puts something into it."""

    path: str
    name: str
    anchor: str
    reason: str
    in_annotation: bool
    is_changed: bool
    stars: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


class LateAnnotation(Fact, frozen=True):
    """A file of which an annotation names what is not there yet, or for type checkers only."""

    path: str

    @property
    def key(self) -> str:
        return "late"


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    collect_givers(file, facts)
    if file.path.endswith(".pyi") or _is_never_imported(file.path):
        return
    is_deferred: bool | None = None
    is_package = file.path.endswith("__init__.py")
    told: set[tuple[str, bool]] = set()
    for read in unbound_reads(file):
        if is_told(data, read.node.start_byte, "name"):
            continue
        if read.name == "c" and _CONFIGURED.match(text_of(statement_of(read.node))):
            continue
        if read.name == "tags" and file.path.endswith("conf.py") and b"extensions" in data:
            continue  # Sphinx gives it to its settings.
        if is_package and read.reason in ("missing", "later") and imports_from_own(file, read.name):
            continue
        if is_deferred is None:
            is_deferred = _defers(file)
        in_annotation = read.annotation is not None
        if in_annotation and is_deferred:
            if read.reason == "later" or not is_read_at_registration(file, read.node):
                continue
            in_annotation = False  # FastAPI evaluates it in every version of Python.
        if (read.name, in_annotation) in told:
            continue
        told.add((read.name, in_annotation))
        anchor = facts.anchor(f"name {read.name} {file.qualname_at(read.node.start_byte)}", read.node)
        if read.reason == "missing":
            facts.add(UnboundIn(place_of(file.path, read.name)))
        if in_annotation and read.reason in _DEFERRABLE:
            facts.add(LateAnnotation(file.path))
        stars = tuple(absolute_module(star, file.path) for star in file.scopes.star_imports)
        facts.add(
            UnboundName(
                file.path, read.name, anchor, read.reason, in_annotation, _is_changed(read.node), stars
            )
        )


def _is_never_imported(path: str) -> bool:
    """Whether no import can reach a file: it lies in a hidden folder, has a dot in its name, or is
    a builder's."""
    *folders, name = path.split("/")
    is_build = name.lower().startswith(("sconscript", "sconstruct", "wscript"))
    return is_build or any(folder.startswith(".") for folder in folders) or "." in name.removesuffix(".py")


def _defers(file: PyFile) -> bool:
    """Whether the file leaves its annotations unevaluated."""
    return any("annotations" in text_of(node) for node in file.nodes("future_import_statement"))


def _join(context: JoinContext) -> Iterator[Finding]:
    told: set[str] = set()
    for read in context.index.in_file(context.path, UnboundName):
        if read.name in told or (read.in_annotation and context.options.target_python >= _DEFERRED):
            continue
        if is_added(context.index, read.name, context.path):
            continue
        if read.reason == "missing" and is_missed_by_several(context.index, read.name, context.path):
            continue
        if any(_may_bring(context.index, star, read.name, context.path) for star in read.stars):
            continue
        if _is_deferred_here(context, read):
            continue
        told.add(read.name)
        variant = "unsure" if _is_unsure(context, read) else ""
        data = {"name": read.name, "reason": read.reason}
        yield context.find(read.anchor, _TOLD[read.reason].format(read.name), variant=variant, data=data)


def _is_unsure(context: JoinContext, read: UnboundName) -> bool:
    """Whether who runs the file may give it the name: it is a part of a program, another file runs texts,
    or, in a large workspace, nobody imports it, or nothing is known that the name may mean."""
    index, path = context.index, context.path
    if is_fragment_path(path) or is_vendored_path(path) or read.is_changed:
        return True
    is_large = has_many_files(index)
    if is_large and read.reason == "missing" and not may_be_forgotten(index, read.name, path):
        return True
    return (is_large or runs_files(index, path)) and not is_imported(index, path)


def _is_changed(node: Node) -> bool:
    """Whether a module's statement changes what a name holds: `NAME += …`, `NAME["key"] = …`."""
    child = node
    parent = node.parent
    while parent is not None and parent.type == "subscript" and parent.start_byte == child.start_byte:
        child = parent
        parent = child.parent
    if parent is None or parent.type not in ("assignment", "augmented_assignment"):
        return False
    is_target = parent.start_byte == child.start_byte
    return is_target and (child.id != node.id or parent.type == "augmented_assignment")


def _is_deferred_here(context: JoinContext, read: UnboundName) -> bool:
    """Whether so many files have annotations that no Python before 3.14 could evaluate that this one runs
    them, whatever the settings say."""
    if not read.in_annotation or read.reason not in _DEFERRABLE:
        return False
    return len({path for path, _ in context.index.get(LateAnnotation, "late")}) >= _N_LATE


def _may_bring(index: FactIndex, star: str, name: str, path: str) -> bool:
    """Whether a star import may bring a name: it does, or not all of its module is known."""
    seen: set[str] = set()
    pending = [(star, path)]
    while pending:
        module, importer = pending.pop()
        found = file_of_module(index, module, importer)
        if found is None:
            return True
        if found in seen:
            continue
        seen.add(found)
        exports = index.one(ModuleExports, module_name(found))
        if exports is None or exports[1].dynamic or name in exports[1].names:
            return True
        pending += [(further, found) for further in exports[1].stars]
    return False


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    node, name, reason = context.node_of("identifier"), finding.data["name"], finding.data["reason"]
    if node is None or text_of(node) != name:
        return
    annotation = next((parent for parent in ancestors(node) if parent.type == "type"), None)
    if reason == "missing":
        yield from _import_it(context, node, name)
    elif reason == "typing" and (source := _typing_source(context, name)) is not None:
        if annotation is not None and not any(reader in context.file.source.data for reader in _READERS):
            yield from _quote(context, annotation)
        else:
            yield _imported(context, node, source, "safe")
    elif annotation is None and reason == "later":
        moved = moved_constant(context.file, name, _top_statement(node))
        if moved is not None:
            yield context.fix(f"Define {name} above", "safe", moved)
    elif annotation is not None and reason == "later":
        definition = next(
            (p for p in ancestors(node) if p.type in ("function_definition", "class_definition")), None
        )
        if definition is None or definition.type == "class_definition" or not _is_read_at_once(definition):
            yield from _quote(context, annotation)


def _is_read_at_once(function: Node) -> bool:
    return any(decorator.type == "call" for decorator in decorators_of(function))


def _quote(context: FixContext, annotation: Node) -> Iterator[Fix]:
    """Turn the whole annotation into a text, which nobody evaluates at import."""
    for parent in ancestors(annotation):
        if parent.type == "type":
            annotation = parent
        elif parent.type in ("block", "module"):
            break
    text = text_of(annotation)
    quote = '"' if '"' not in text else "'"
    if quote in text or "\n" in text or "\\" in text:
        return
    yield context.fix(
        f"Quote the annotation {text}", "safe", replace_node(annotation, f"{quote}{text}{quote}")
    )


def _typing_source(context: FixContext, name: str) -> ImportSource | None:
    """What a name is imported from in the block for type checkers."""
    for binding in context.file.scopes.module.bindings.get(name, ()):
        statement = binding.node.parent
        if binding.kind not in ("import", "from") or statement is None:
            continue
        module_node = statement.child_by_field_name("module_name")
        original = binding.node.child_by_field_name("name") or binding.node
        alias = name if binding.node.type == "aliased_import" else None
        if module_node is not None:
            return ImportSource(text_of(module_node), text_of(original), alias)
        return ImportSource(text_of(original), None, alias)
    return None


def _import_it(context: FixContext, node: Node, name: str) -> Iterator[Fix]:
    sources = sources_of(context, node, name)
    for source in sources[:3]:
        yield _imported(context, node, source, "safe" if len(sources) == 1 else "suggested")


def _imported(context: FixContext, node: Node, source: ImportSource, applicability: Applicability) -> Fix:
    context.imports().bind(source.module, source.name, source.alias, before=_top_statement(node).start_byte)
    written = f"{source.name} from {source.module}" if source.name else source.module
    return context.fix(f"Import {written}", applicability, ())


def _top_statement(node: Node) -> Node:
    """The module's statement that reads the name, or that runs the first read of it."""
    top = node
    for parent in ancestors(node):
        if parent.type == "module":
            break
        top = parent
    return top


ANALYZER = Analyzer(collect=_collect, join=_join, joins=(UnboundName,), fix=_fix, from_absence=True)
