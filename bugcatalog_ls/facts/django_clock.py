"""Whether Django keeps times with zones (`USE_TZ`), and the times of its files that wait for the answer."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import enclosing, text_of

_IMPORTS = re.compile(
    rb"^[^\S\n]*(?:(?:from|import)\s+(?:django|rest_framework)\b|from\s+[\w.]*\bmodels\s+import\b)"
    # What uses models need not name Django: `Report.objects.filter(made__lt=limit)`.
    rb"|\b[A-Z]\w*\.objects\.\w+\(",
    re.MULTILINE,
)
_WORDS = Words(b"django", b"rest_framework", b".objects.", b"models import")


class UsedZones(Fact, frozen=True):
    """A module of settings says whether times have zones."""

    path: str
    value: bool

    @property
    def key(self) -> str:
        return "USE_TZ"


class DjangoTime(Fact, frozen=True):
    """What is found in a file of Django's where its times have zones."""

    path: str
    anchor: str
    kind: Literal["reading", "callable", "frozen", "column", "zone", "own"]
    message: str
    variant: str

    @property
    def key(self) -> str:
        return self.path


@derived
def has_naive_times(index: FactIndex) -> bool:
    """Whether the settings turn zones off, so that Django takes no time that has one."""
    said = [fact.value for _, fact in index.get(UsedZones, "USE_TZ")]
    return bool(said) and not any(said)


def is_of_django(file: PyFile) -> bool:
    return file.holds(_WORDS) and _IMPORTS.search(file.source.data) is not None


def asks_for_zones(file: PyFile, node: Node) -> bool:
    """Whether the function around a reading asks the settings which kind of time they want."""
    if b"USE_TZ" not in file.source.data:
        return False
    function = enclosing(node, "function_definition")
    return function is not None and b"USE_TZ" in (function.text or b"")


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for binding in file.scopes.module.bindings.get("USE_TZ", []):
        if binding.value is not None and text_of(binding.value) in ("True", "False"):
            facts.add(UsedZones(file.path, text_of(binding.value) == "True"))


VOCABULARY = Vocabulary(_collect, (b"USE_TZ",))
