"""What each module of the workspace offers under which name: definitions, imports, aliases."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module, is_package
from bugcatalog_ls.syntax.nodes import arguments_of


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
    facts.add(
        ModuleExports(
            module=file.module,
            names=names,
            stars=tuple(absolute_module(star, file.path) for star in file.scopes.star_imports),
            package=is_package(file.path),
            dynamic="__getattr__" in names
            or b"globals()" in data
            or b"sys.modules[" in data
            or (b"public(" in data and _is_published(file)),
        )
    )


@derived
def names_taken(index: FactIndex, module: str) -> frozenset[str]:
    """The names that other modules of the workspace import from a module; its own where one takes all."""
    taken: set[str] = set()
    own = index.get(ModuleExports, module)
    for key in index.keys(ModuleExports):
        for _, other in index.get(ModuleExports, key):
            if module in other.stars:
                taken.update(name for _, fact in own for name in fact.names)
            for symbol in other.names.values():
                if symbol is not None and other.module != module and symbol.startswith(f"{module}."):
                    taken.add(symbol[len(module) + 1 :].partition(".")[0].removesuffix("()"))
    return frozenset(taken)


VOCABULARY = Vocabulary(_collect)


def _is_published(file: PyFile) -> bool:
    """Whether a call of atpublic's binds names in the module: `public(config=Configuration())`."""
    return any(
        file.callee(call) == "public.public" and arguments_of(call).keywords
        for call in file.calls_named("public")
    )
