"""From which modules a name that is not defined may be imported, the likeliest first."""

from __future__ import annotations

from collections import Counter

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.import_sources import ImportSource, library_sources, standard_source, usual_alias
from bugcatalog_ls.facts.module_imports import imports_module_of, written_module
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, text_of


def sources_of(context: FixContext, node: Node, name: str) -> list[ImportSource]:
    """From where the name may come, the likeliest first."""
    file, parent = context.file, node.parent
    attribute = (
        parent.child_by_field_name("attribute") if parent is not None and parent.type == "attribute" else None
    )
    libraries = library_sources(name, _imported_packages(file))
    own, usual = _of_workspace(context, name)
    standard = standard_source(name, text_of(attribute) if attribute is not None else "")
    if usual is not None and not own:
        # The other files agree on where it comes from.
        return [usual]
    if len(own) == 1 and not libraries:
        return own
    if libraries and standard is not None:
        libraries, standard = _by_use(node, libraries, standard)
    found = [*own, *libraries]
    if not found and standard is not None:
        found = [standard]
    elif standard is not None and not own:
        found.append(standard)
    if not found and (custom := usual_alias(name)) is not None and attribute is not None:
        found = [custom]
    return list(dict.fromkeys(found))


def _by_use(
    node: Node, libraries: list[ImportSource], standard: ImportSource
) -> tuple[list[ImportSource], ImportSource | None]:
    """Tell a library's name from the standard one by how it is used: called as a parameter's default,
    a column's or field's argument, or else."""
    parent = node.parent
    is_called = parent is not None and parent.type == "call"
    if parent is not None and parent.type == "argument_list":
        owner = parent.parent
        if owner is not None and owner.type == "class_definition":
            return [], standard
    if standard.module == "pathlib":
        kinds = [p.type for p in ancestors(node)]
        in_header = any(kind in ("typed_default_parameter", "default_parameter", "type") for kind in kinds)
        return (libraries, None) if is_called and in_header else ([], standard)
    return libraries, None


def _imported_packages(file: PyFile) -> frozenset[str]:
    return frozenset(
        (line.module or imported.target).partition(".")[0]
        for line in import_lines(file)
        for imported in line.names
        if not line.module.startswith(".")
    )


def _of_workspace(context: FixContext, name: str) -> tuple[list[ImportSource], ImportSource | None]:
    """The modules of the workspace that define a name, and where all others import it from."""
    index, file = context.index, context.file
    defined: list[ImportSource] = []
    imported: Counter[str] = Counter()
    for module in sorted(index.keys(ModuleExports)):
        found = index.one(ModuleExports, module)
        if found is None or name not in found[1].names or found[0] == file.path:
            continue
        if not all(part.isidentifier() for part in module.split(".")):
            # A script or revision whose name no import can say: `0002_rename.py`.
            continue
        path, exports = found
        target = exports.names[name]
        if is_test_path(path) and not is_test_path(file.path):
            continue
        if target is None or (target != f"{module}.{name}" and "(" not in target and "[" not in target):
            if target is not None:
                imported[target] += 1
            continue
        other = context.open(path)
        if other is not None and not imports_module_of(index, other, file):
            defined.append(ImportSource(written_module(index, other, file), name))
    if len(imported) != 1:
        return defined, None
    target = next(iter(imported))
    if file_of_module(index, target.rpartition(".")[0] or target, file.path) is not None:
        return defined, None
    module, _, last = target.rpartition(".")
    if not module:
        return defined, ImportSource(target, None, name if name != target else None)
    if name == last:
        return defined, ImportSource(module, name)
    return defined, ImportSource(module, last, name)
