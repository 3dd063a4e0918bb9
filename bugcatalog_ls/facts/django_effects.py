"""What functions do through Django's models: which of them read rows, and which write them."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.queries import is_class_like, method_name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, text_of

READS = frozenset(
    {"get", "aget", "first", "afirst", "last", "count", "acount", "exists", "aexists", "aggregate", "latest"}
)
WRITES = frozenset(
    {"create", "acreate", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"}
    | {"bulk_create", "update", "aupdate", "delete", "adelete"}
)


class DjangoEffects(Fact, frozen=True):
    """A function that reads or writes rows of Django's in its own body."""

    symbol: str
    reads: bool
    writes: bool

    @property
    def key(self) -> str:
        return self.symbol


def manager_of(call: Node) -> Node | None:
    """The model whose manager a chain of calls begins with: `Model` of `Model.objects.filter(…).get()`."""
    node: Node | None = callee_of(call)
    while node is not None:
        if node.type == "attribute":
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            if owner is not None and name is not None and text_of(name) in ("objects", "_default_manager"):
                return owner if is_class_like(owner) else None
            node = owner
        elif node.type == "call":
            node = callee_of(node)
        else:
            return None
    return None


def _collect(file: PyFile, facts: Facts) -> None:
    found: dict[str, set[str]] = {}
    for call in file.calls_written(*READS, *WRITES):
        if b".objects." not in (call.text or b"") or manager_of(call) is None:
            continue
        where = file.qualname_at(call.start_byte)
        if where:
            kind = "writes" if method_name(call) in WRITES else "reads"
            found.setdefault(where, set()).add(kind)
    for call in file.calls_written("save", "asave") if found else ():
        # What it has read or made it saves; a form's `save` is not of a function that reads rows.
        where = file.qualname_at(call.start_byte)
        if where in found:
            found[where].add("writes")
    for where, kinds in found.items():
        symbol = f"{file.module}.{where}" if file.module else where
        facts.add(DjangoEffects(symbol, "reads" in kinds, "writes" in kinds))


VOCABULARY = Vocabulary(_collect, (b".objects.",))
