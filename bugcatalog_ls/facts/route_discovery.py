"""Whether a router's module may be found at run time by code that looks through packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.facts.discovery import Discovery, NamedInString
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.registrations import UnknownInclusion
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.syntax.modules import is_test_path, module_name


def may_be_discovered(index: FactIndex, router: RouterFact) -> bool:
    module = router.symbol.rpartition(".")[0]
    mentions = [
        fact
        for named in (module, router.symbol, *_packages_with(index, router))
        for name in _suffixes(named)
        for where, fact in index.get(NamedInString, name)
        if not is_test_path(where)
    ]
    if any(fact.is_import for fact in mentions):
        return True
    discoveries = index.get(Discovery, "discovery") if mentions or _asks_for(index, router.name) else ()
    for path, discovery in discoveries:
        if is_test_path(path):
            continue
        if mentions:
            return True
        if _covers(discovery.package, module) and _is_linked(index, path, router.name):
            return True
    return False


def _packages_with(index: FactIndex, router: RouterFact) -> Iterator[str]:
    """The packages around a router's module that offer it under its own name."""
    parts = router.symbol.split(".")[:-1]
    for path, _ in index.get(RouterFact, router.symbol)[:1]:
        for n in range(len(parts) - 1, 0, -1):
            package = ".".join(parts[:n])
            if place(index, f"{package}.{router.name}", path) == router.symbol:
                yield package


def _asks_for(index: FactIndex, name: str) -> bool:
    return any(fact.attribute in ("", name) for _, fact in index.get(UnknownInclusion, "unknown"))


@derived
def _is_linked(index: FactIndex, path: str, name: str) -> bool:
    """Whether what the file at `path` discovers can come to a call that includes unknown routers:
    both are in one file, or one of the files imports the other."""
    own = module_name(path)
    imports = {target for fact in index.in_file(path, Discovery) for target in fact.imports}
    for other, inclusion in index.get(UnknownInclusion, "unknown"):
        if is_test_path(other) or inclusion.attribute not in ("", name):
            continue
        if other == path or _imports(index, imports, path, module_name(other)):
            return True
        if _imports(index, inclusion.imports, other, own):
            return True
    return False


def _imports(index: FactIndex, targets: Iterable[str], path: str, module: str) -> bool:
    found = (place(index, target, path) for target in targets)
    return any(target == module or target.rpartition(".")[0] == module for target in found)


def _covers(package: str, module: str) -> bool:
    return not package or f".{package}." in f".{module}."


def _suffixes(symbol: str) -> set[str]:
    parts = symbol.split(".")
    return {".".join(parts[start:]) for start in range(max(len(parts) - 1, 1))}
