"""Classes that `declarative_base(cls=…)` makes a base of: what models have from a base that is a call."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of


class BaseMadeOf(Fact, frozen=True):
    """A class that a declarative base is made of, by its symbol; empty where it cannot be told."""

    symbol: str

    @property
    def key(self) -> str:
        return "declarative_base"


def _collect(file: PyFile, facts: Facts) -> None:
    for call in file.calls_named("declarative_base", "generate_base", "automap_base"):
        given = arguments_of(call)
        cls = given.keywords.get("cls")
        if cls is not None:
            facts.add(BaseMadeOf(file.symbol(cls) or ""))
        elif given.dict_unpacked:
            facts.add(BaseMadeOf(""))


VOCABULARY = Vocabulary(_collect, (b"declarative_base(", b"generate_base(", b"automap_base("))
