"""The names that the text of the workspace gives to a module or class, and to the instances of a class."""

from __future__ import annotations

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.syntax.modules import module_name
from bugcatalog_ls.text.wording import in_snake_case


def names_of(index: FactIndex, owner: Owner) -> tuple[str, ...]:
    """The names that an owner has by the workspace's own text, sorted."""
    if owner.kind == "module":
        exports = index.one(ModuleExports, owner.symbol)
        return tuple(sorted(exports[1].names)) if exports is not None else ()
    found: set[str] = set()
    for base in mro(index, owner.symbol)[0]:
        known = class_at(index, base)
        if known is not None:
            found |= {*known[1].members, *known[1].attributes}
    return tuple(sorted(name for name in found if not (name.startswith("__") and name.endswith("__"))))


def instances_of(index: FactIndex, symbol: str) -> tuple[str, ...]:
    """The names of the instances of a class that stand at the top level of its module; best first."""
    found = class_at(index, symbol)
    if found is None:
        return ()
    module = module_name(found[0])
    exports = index.one(ModuleExports, module)
    if exports is None:
        return ()
    own = symbol.rpartition(".")[2]
    wanted = in_snake_case(own)
    names = [name for name, target in exports[1].names.items() if target == f"{symbol}()"]
    return tuple(
        sorted(names, key=lambda name: (name.lower().strip("_") != wanted, name.startswith("_"), name))
    )
