"""The variable, function or module that a name of another file means, followed through re-exports."""

from __future__ import annotations

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.modules import module_name


@derived
def place(index: FactIndex, symbol: str, path: str) -> str:
    """The variable, function or module that a dotted symbol names, followed through re-exports.

    Unlike `resolve` it ends at the variable and not at what that holds: two routers of one class
    stay two.
    """
    return _place(index, symbol, path, 20)


def _place(index: FactIndex, symbol: str, path: str, steps: int) -> str:
    segments = symbol.split(".")
    if steps <= 0 or "(" in symbol or "[" in symbol:
        return symbol
    for n_module in range(len(segments), 0, -1):
        file = file_of_module(index, ".".join(segments[:n_module]), path)
        if file is None:
            continue
        if n_module == len(segments):
            # A package's own name hides its submodule of that name: `from .users import users`.
            hidden = _exported(index, segments[:-1], segments[-1], path)
            if hidden is not None and hidden[0] != symbol:
                return _place(index, hidden[0], hidden[1], steps - 1)
        rest = segments[n_module:]
        if not rest:
            return module_name(file)
        target = _exported(index, segments[:n_module], rest[0], path)
        own = ".".join([module_name(file), *rest])
        if target is None or target[0] == ".".join([module_name(file), rest[0]]):
            return own
        return _place(index, ".".join([target[0], *rest[1:]]), target[1], steps - 1)
    return symbol


def _exported(index: FactIndex, module: list[str], name: str, path: str) -> tuple[str, str] | None:
    """What a module's name is imported from, or an alias of, and the file that says so."""
    file = file_of_module(index, ".".join(module), path) if module else None
    exports = index.one(ModuleExports, module_name(file)) if file is not None else None
    if file is None or exports is None:
        return None
    target = exports[1].names.get(name)
    if target is not None:
        return (target, file) if "(" not in target and "[" not in target else None
    if name in exports[1].names:
        return None
    for star in exports[1].stars:
        star_file = file_of_module(index, star, file)
        star_exports = index.one(ModuleExports, module_name(star_file)) if star_file else None
        if star_exports is not None and name in star_exports[1].names:
            return f"{star}.{name}", file
    return None
