"""Modules into which django-simple-history puts classes: `Historical<Model>`, or of another name."""

from __future__ import annotations

from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, string_value

_LIBRARY = "simple_history."


class HistoryModule(Fact, frozen=True):
    """A module that is named for historical models: `HistoricalRecords(module="shop.history")`, or the one
    that registers models without a word of their own."""

    module: str

    @property
    def key(self) -> str:
        return "simple_history"


def may_hold_history(index: FactIndex, module: str, name: str) -> bool:
    """Whether a class of a name may be put into a module when its models are made."""
    for _, named in index.get(HistoryModule, "simple_history"):
        if module == named.module or module.endswith(f".{named.module}"):
            return True
        # `register(User, app="users")`: into the models of that application.
        if name.startswith("Historical") and module.rpartition(".")[2] == "models":
            return True
    return any(
        fact.symbol.rpartition(".")[0] == module and _keeps_history(index, fact.symbol)
        for path in index.module_paths(module)
        for fact in index.in_file(path, ClassFact)
    )


def _keeps_history(index: FactIndex, symbol: str) -> bool:
    """Whether a class or one of its bases, which may hand it on, has historical records."""
    for base in mro(index, symbol)[0]:
        for path, fact in index.get(ClassFact, base):
            for target in fact.attributes.values():
                if target is not None and target.endswith("()") and _are_records(index, target, path):
                    return True
    return False


def _are_records(index: FactIndex, symbol: str, path: str) -> bool:
    resolved = resolve(index, symbol, path).removesuffix("()")
    return any(base.startswith(_LIBRARY) for base in (resolved, *mro(index, resolved)[0]))


def _collect(file: PyFile, facts: Facts) -> None:
    for call in file.calls_where(lambda name: name.endswith("HistoricalRecords") or name == "register"):
        named = arguments_of(call).keywords.get("module")
        if called_name(call) != "register":
            modules = [string_value(named) or file.module] if named is not None else []
        else:
            modules = [file.module] if (file.callee(call) or "").startswith(_LIBRARY) else []
        for module in modules:
            facts.add(HistoryModule(module))


VOCABULARY = Vocabulary(_collect, literals=(b"HistoricalRecords", b"simple_history"))
