"""What each module of the workspace offers under which name: definitions, imports, aliases."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import ImportedName
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import absolute_module, is_package
from bugcatalog_ls.syntax.nodes import arguments_of
from bugcatalog_ls.syntax.words import offsets_of

_REPLACED = re.compile(rb"\bmodules(?:\.\w+\(\s*|\[\s*)__name__|\bmodules\.update\(")
# What binds names that nobody can read, where it stands at the top level of a module.
_COMPUTING = Words(b"exec(", b"execfile(", b"vars()", b"locals()")
_WRITING = Words(b"globals()", b"sys.modules[")
_MODULES, _PUBLIC = Words(b"modules"), Words(b"public(")
_PROMISED = re.compile(rb"^__all__\s*(?::[^=\n]+)?\+?=\s*[\[(]([^\])]*)", re.MULTILINE)
_GIVEN_NAME = re.compile(rb"(?<!getLogger)[(,]\s*[\"'](\w+(?:\.\w+)+)[\"']")
_REACH = 240
_QUOTED = re.compile(rb"[\"'](\w+)[\"']")


class ModuleExports(Fact, frozen=True):
    """The names bound at a module's top level, with their symbols (None: bound, but unknown).

    `stars` are the modules whose names it takes over by `from … import *`. `dynamic` tells of
    a module-level `__getattr__` or writes to `globals()`, those of `public(name=…)` among them.
    """

    module: str
    names: dict[str, str | None]
    stars: tuple[str, ...]
    package: bool
    dynamic: bool

    @property
    def key(self) -> str:
        return self.module


def _collect(file: PyFile, facts: Facts) -> None:
    names: dict[str, str | None] = {}
    scope = file.scopes.module
    for name, bindings in scope.bindings.items():
        symbols = {file.names.binding_symbol(binding, scope) for binding in bindings} - {"None"}
        names[name] = symbols.pop() if len(symbols) == 1 else None
    data = file.source.data
    if "__all__" in names:
        # What is promised may be a submodule that is made when the package is built.
        for promised in _PROMISED.finditer(data):
            for word in _QUOTED.findall(promised[1]):
                names.setdefault(word.decode(), None)
    facts.add(
        ModuleExports(
            module=file.module,
            names=names,
            stars=tuple(absolute_module(star, file.path) for star in file.scopes.star_imports),
            package=is_package(file.path),
            dynamic="__getattr__" in names
            or file.holds(_WRITING)
            or (file.holds(_MODULES) and _REPLACED.search(data) is not None)
            or any(_is_at_top(file, word) for word in file.held(_COMPUTING))
            or _names_itself(file)
            or (file.holds(_PUBLIC) and _is_published(file)),
        )
    )


def serves_others(index: FactIndex, module: str, imported: ImportedName, imports: Iterable[str] = ()) -> bool:
    """Whether an import may have a purpose besides its readers in the module: others take the name from
    there, or nothing else runs a module of the workspace, which may register something. `imports` are
    modules that are imported beside it: with them the packages run in which they lie."""
    own, taken = imported.target, f"{module}.{imported.bound}"
    facts = [fact for key in index.keys(ModuleExports) for _, fact in index.get(ModuleExports, key)]
    others = [fact for fact in facts if fact.module != module]
    if own.split(".")[0] not in sys.stdlib_module_names and index.module_paths(own):
        outside = [fact for fact in others if not f"{fact.module}.".startswith(f"{own}.")]
        is_run = any(f"{other}.".startswith(f"{own}.") for other in imports)
        if not is_run and not any(_takes(fact, f"{own}.") for fact in outside):
            return True
    return any(module in fact.stars or _takes(fact, taken) for fact in others)


def _takes(exports: ModuleExports, beginning: str) -> bool:
    """Whether a module has something under one of its names of which the symbol begins like this."""
    return any(f"{symbol}.".startswith(beginning) for symbol in exports.names.values() if symbol is not None)


VOCABULARY = Vocabulary(_collect)


def _names_itself(file: PyFile) -> bool:
    """Whether a module gives its own name to a function, which may then set names in it."""
    data = file.source.data
    last = file.module.rpartition(".")[2].encode()
    if not last or (last + b"'" not in data and last + b'"' not in data):
        return False
    # The name ends with the last word of the module's: near it the argument is looked for.
    ends = (end + len(last) + 1 for quote in (b"'", b'"') for end in offsets_of(data, last + quote))
    return any(
        file.module == name or file.module.endswith(f".{name}")
        for end in ends
        for name in (match[1].decode() for match in _GIVEN_NAME.finditer(data, max(end - _REACH, 0), end))
    )


def _is_at_top(file: PyFile, word: bytes) -> bool:
    """Whether a word stands where the module itself runs."""
    start = file.source.data.find(word)
    while start >= 0:
        if file.scopes.at(start).kind == "module":
            return True
        start = file.source.data.find(word, start + 1)
    return False


def _is_published(file: PyFile) -> bool:
    """Whether a call of atpublic's binds names in the module: `public(config=Configuration())`."""
    return any(
        file.callee(call) == "public.public" and arguments_of(call).keywords
        for call in file.calls_named("public")
    )
