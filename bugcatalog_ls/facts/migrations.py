"""Alembic's revisions as they are written, and what they and their helpers do.

Bodies are kept as scripts without positions. What they do to a schema is found by
`facts.schema_replay`; this module must not know what another file says.
"""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.alembic_environments import (
    collect_environment,
    is_environment,
    last_binding,
    read_settings,
)
from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Collection, Constant
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.facts.scripts import Slot, Statement, script, slots
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.scopes import Binding
from bugcatalog_ls.text.spans import Span

_DDL = Words(
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


def procedure_anchor(symbol: str) -> str:
    """The anchor of a function's name."""
    return f"procedure {symbol}"


def step_anchor(symbol: str, place: int) -> str:
    """The anchor of a statement of a function, by its `place`."""
    return f"step {symbol} {place}"


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    deals_with_ddl = file.holds(_DDL)
    if is_revision(file):
        deals_with_ddl = True
        _collect_revision(file, facts)
    elif deals_with_ddl and is_environment(file):
        facts.add(collect_environment(file))
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


VOCABULARY = Vocabulary(
    _collect, (b"down_revision", *_DDL, *_CALLED_BY_REVISIONS), read_settings, ("alembic.ini",)
)


def _collect_revision(file: PyFile, facts: Facts) -> None:
    values: dict[str, tuple[tuple[str, ...], bool]] = {}
    for name in ("revision", "down_revision", "depends_on", "branch_labels"):
        binding = last_binding(file, name)
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
