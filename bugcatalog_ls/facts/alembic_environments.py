"""Alembic's environments as they are written: `env.py` and `alembic.ini`."""

from __future__ import annotations

import configparser

from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Expression
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.scopes import Binding
from bugcatalog_ls.text.source import Source


class EnvironmentFact(Fact, frozen=True):
    """An `env.py`: what its `target_metadata` is (a list is several), whether autogenerate writes
    batches, whether it compares types and server defaults, and whether it leaves objects out by rules
    of its own. Keyed by its folder."""

    folder: str
    targets: tuple[Expression, ...]
    render_as_batch: bool
    compares_types: bool = True
    compares_defaults: bool = False
    filters: bool = False

    @property
    def key(self) -> str:
        return self.folder


class AlembicSettings(Fact, frozen=True):
    """What a section of `alembic.ini` says; paths relative to the workspace's root where they can be.

    Of the database's URL nothing is kept but the dialect.
    """

    folder: str
    section: str
    script_location: str
    version_locations: tuple[str, ...]
    file_template: str
    dialect: str = ""

    @property
    def key(self) -> str:
        return self.folder


def read_settings(path: str, source: Source, facts: Facts) -> None:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(source.text)
    except (configparser.Error, AttributeError):
        # Before Python 3.13, a line that goes on from an option without a value is an AttributeError.
        return
    folder = path.rpartition("/")[0]
    for section in parser.sections():
        location = parser.get(section, "script_location", fallback="") or ""
        if not location:
            continue
        here = folder
        url = parser.get(section, "sqlalchemy.url", fallback="") or ""
        template = parser.get(section, "file_template", fallback="") or ""
        listed = parser.get(section, "version_locations", fallback="") or ""
        locations = [_relative(each, here) for each in listed.replace(":", " ").replace(",", " ").split()]
        facts.add(
            AlembicSettings(
                folder,
                section,
                _relative(location, here) or "",
                tuple(each for each in locations if each is not None),
                template.replace("%%", "%"),
                url.split(":")[0].split("+")[0] if ":" in url else "",
            )
        )


def is_environment(file: PyFile) -> bool:
    data = file.source.data
    if b"context" not in data or not (b"run_migrations" in data or b"alembic" in data):
        return False
    return b"target_metadata" in data or file.path.rpartition("/")[2] == "env.py"


def collect_environment(file: PyFile) -> EnvironmentFact:
    targets: list[Expression] = []
    batch = False
    options: dict[str, str] = {}
    seen: set[int] = set()
    for call in file.nodes("call"):
        callee = call.child_by_field_name("function")
        if callee is None or text_of(callee).rpartition(".")[2] != "configure":
            continue
        for child in _keyword_nodes(call):
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is None or value is None:
                continue
            options[text_of(name)] = value.type
            if text_of(name) == "target_metadata":
                targets.extend(_targets(file, value, seen))
            if text_of(name) == "render_as_batch":
                batch = batch or value.type != "false"
    if not targets:
        binding = last_binding(file, "target_metadata")
        targets.extend(_targets(file, binding.value, seen) if binding and binding.value is not None else [])
    unique: list[Expression] = []
    for each in targets:
        if each not in unique:
            unique.append(each)
    return EnvironmentFact(
        file.path.rpartition("/")[0],
        tuple(unique),
        batch,
        options.get("compare_type", "true") != "false",
        options.get("compare_server_default", "false") not in ("false", "none"),
        not options.keys().isdisjoint(("include_object", "include_name", "process_revision_directives")),
    )


def _keyword_nodes(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    children = arguments.named_children if arguments is not None else []
    return [child for child in children if child.type == "keyword_argument"]


def _targets(file: PyFile, node: Node, seen: set[int]) -> list[Expression]:
    """The metadata that an expression of `env.py` stands for; names are followed inside of the file."""
    if node.id in seen:
        return []
    seen.add(node.id)
    if node.type == "identifier":
        found = file.scopes.lookup(text_of(node), node.start_byte)
        values = [binding.value for binding in found[1] if binding.value is not None] if found else []
        if found and values and all(binding.kind == "assign" for binding in found[1]):
            return [each for value in values[:1] for each in _targets(file, value, seen)]
    if node.type in ("list", "tuple"):
        return [each for child in node.named_children for each in _targets(file, child, seen)]
    return [expression(file, node)]


def _relative(location: str, folder: str) -> str | None:
    """A path of `alembic.ini` relative to the workspace's root; `pkg:folder` names a package."""
    location = location.replace("%(here)s", ".").replace("\\", "/")
    if ":" in location:
        package, _, rest = location.partition(":")
        return f"?{package.replace('.', '/')}/{rest.replace(':', '/')}"
    parts = folder.split("/") if folder else []
    for part in location.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def last_binding(file: PyFile, name: str) -> Binding | None:
    bindings = file.scopes.module.bindings.get(name, [])
    return bindings[-1] if bindings else None
