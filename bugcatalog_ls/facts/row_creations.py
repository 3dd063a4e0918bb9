"""Functions that make new rows of classes which store their rows themselves: Django, peewee, Tortoise."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.django_effects import manager_of
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.queries import is_class_like, method_name
from bugcatalog_ls.facts.resolve import mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of

CREATES = ("create", "acreate", "bulk_create", "abulk_create")
SAVES = ("save", "asave")
_KEYS = frozenset({"id", "pk", "uuid", "uid"})


class CreatesRow(Fact, frozen=True):
    """A function that makes a row of a model without a key of its own, by the model's symbol."""

    function: str
    model: str

    @property
    def key(self) -> str:
        return self.function


def created_model(file: PyFile, call: Node) -> str | None:
    """The class of which a call stores a new row, and none that it has stored already."""
    callee = callee_of(call)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None:
        return None
    if method_name(call) in CREATES:
        model = manager_of(call) or (owner if owner.type != "call" and is_class_like(owner) else None)
        return file.symbol(model) if model is not None and not _has_key(call) else None
    made = owner
    if owner.type == "identifier":
        bindings = file.names.bindings(owner)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if value is None:
            return None
        made = value
    function = callee_of(made) if made.type == "call" else None
    if function is None or not is_class_like(function) or _has_key(made):
        return None
    return file.callee(made)


def stores_itself(index: FactIndex, model: str) -> bool:
    """Whether a (resolved) class is a model whose rows store themselves."""
    return any(
        base.startswith(("django.db.", "peewee.", "playhouse.", "tortoise.")) for base in mro(index, model)[0]
    )


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    found: dict[CreatesRow, None] = {}
    for call in file.calls_written(*CREATES, *SAVES):
        where = file.qualname_at(call.start_byte)
        model = created_model(file, call) if where else None
        if model is not None and "(" not in model:
            found[CreatesRow(f"{file.module}.{where}" if file.module else where, model)] = None
    for fact in found:
        facts.add(fact)


VOCABULARY = Vocabulary(_collect, (b".create(", b".acreate(", b"bulk_create(", b".save()", b".asave()"))


def _has_key(call: Node) -> bool:
    """Whether a row is given its key, by which it is the same one the next time."""
    arguments = arguments_of(call)
    return bool(_KEYS & arguments.keywords.keys()) or "ignore_conflicts" in text_of(call)
