"""Alembic as it is written: revisions, what they and their helpers do, `env.py`, `alembic.ini`.

Bodies are kept as scripts without positions. What they do to a schema is found by
`facts.schema_replay`; this module must not know what another file says.
"""

from __future__ import annotations

import configparser

from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Collection, Constant, Expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.facts.scripts import Slot, Statement, script, slots
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.scopes import Binding
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

_DDL = (
    b"alembic",
    b"ALTER TABLE",
    b"CREATE TABLE",
    b"DROP TABLE",
    b"create_all",
    b"drop_all",
    b"alter table",
)

_CALLED_BY_REVISIONS = (b"Column(", b"inspect(", b"has_table", b"get_table_names", b"get_columns")

REVISION_ANCHOR = "revision"
DOWN_REVISION_ANCHOR = "down_revision"
DEPENDS_ON_ANCHOR = "depends_on"


class RevisionFact(Fact, frozen=True):
    """The head of a revision file. Keyed by its folder.

    `down` and `depends_on` are revision ids (`depends_on` may name labels too). `readable` is
    False where one of them is not a literal.
    """

    folder: str
    revision: str
    down: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]
    readable: bool

    @property
    def key(self) -> str:
        return self.folder


class ProcedureFact(Fact, frozen=True):
    """A function that may change a schema: those of revisions, and of files that deal with DDL."""

    symbol: str
    parameters: tuple[Slot, ...]
    body: tuple[Statement, ...]

    @property
    def key(self) -> str:
        return self.symbol


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


def procedure_anchor(symbol: str) -> str:
    """The anchor of a function's name."""
    return f"procedure {symbol}"


def step_anchor(symbol: str, place: int) -> str:
    """The anchor of a statement of a function, by its `place`."""
    return f"step {symbol} {place}"


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    deals_with_ddl = any(word in data for word in _DDL)
    if is_revision(file):
        deals_with_ddl = True
        _collect_revision(file, facts)
    elif deals_with_ddl and _is_environment(file):
        facts.add(_environment(file))
        return
    called = () if deals_with_ddl else _called_by_revisions(data)
    if not deals_with_ddl and not called:
        return
    for definition in file.functions:
        outer = definition.scope.parent if definition.scope is not None else None
        if outer is None or outer.kind == "function":
            continue
        # Elsewhere, what makes columns or asks the inspector is of interest: revisions call it.
        start, end = definition.node.start_byte, definition.node.end_byte
        if deals_with_ddl or any(start <= offset < end for offset in called):
            facts.anchor(procedure_anchor(definition.symbol), definition.name_span)
            facts.add(_procedure(file, definition, facts))


def _called_by_revisions(data: bytes) -> list[int]:
    """Where a file does what revisions call a function for."""
    if b"sqlalchemy" not in data:
        return []
    found: list[int] = []
    for word in _CALLED_BY_REVISIONS:
        offset = data.find(word)
        while offset >= 0:
            found.append(offset)
            offset = data.find(word, offset + 1)
    return found


def _read(path: str, source: Source, facts: Facts) -> None:
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


VOCABULARY = Vocabulary(_collect, (b"down_revision", *_DDL, *_CALLED_BY_REVISIONS), _read, ("alembic.ini",))


def _collect_revision(file: PyFile, facts: Facts) -> None:
    values: dict[str, tuple[tuple[str, ...], bool]] = {}
    for name in ("revision", "down_revision", "depends_on", "branch_labels"):
        binding = _last_binding(file, name)
        values[name] = _identifiers(file, binding)
        if binding is not None:
            place = _value_span(binding)
            anchors = {"revision": REVISION_ANCHOR, "down_revision": DOWN_REVISION_ANCHOR}
            facts.anchor(anchors.get(name, name), place)
    revision, readable = values["revision"]
    facts.add(
        RevisionFact(
            file.path.rpartition("/")[0],
            revision[0] if len(revision) == 1 else "",
            values["down_revision"][0],
            values["depends_on"][0],
            values["branch_labels"][0],
            readable and len(revision) == 1 and all(known for _, known in values.values()),
        )
    )


def _last_binding(file: PyFile, name: str) -> Binding | None:
    bindings = file.scopes.module.bindings.get(name, [])
    return bindings[-1] if bindings else None


def _value_span(binding: Binding) -> Span:
    node = binding.value if binding.value is not None else binding.node
    return Span(node.start_byte, node.end_byte)


def _identifiers(file: PyFile, binding: Binding | None) -> tuple[tuple[str, ...], bool]:
    """The ids that `down_revision = …` and its kind name, and whether they are literals."""
    if binding is None or (binding.value is None and binding.kind == "annotation"):
        return (), True
    value = expression(file, binding.value)
    items = value.items if isinstance(value, Collection) else (value,)
    found: list[str] = []
    for item in items:
        if not isinstance(item, Constant):
            return (), False
        if isinstance(item.value, str):
            found.append(item.value)
        elif item.value is not None:
            return (), False
    return tuple(found), True


def _procedure(file: PyFile, definition: Definition, facts: Facts) -> ProcedureFact:
    places: list[Node] = []
    body = script(file, definition.node.child_by_field_name("body"), places)
    for number, node in enumerate(places):
        facts.anchor(step_anchor(definition.symbol, number), node)
    return ProcedureFact(definition.symbol, slots(file, definition.node), body)


def _is_environment(file: PyFile) -> bool:
    data = file.source.data
    if b"context" not in data or not (b"run_migrations" in data or b"alembic" in data):
        return False
    return b"target_metadata" in data or file.path.rpartition("/")[2] == "env.py"


def _environment(file: PyFile) -> EnvironmentFact:
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
        binding = _last_binding(file, "target_metadata")
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
