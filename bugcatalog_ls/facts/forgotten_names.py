"""Whether an undefined name is one that somebody forgot to import, or wrote wrongly."""

from __future__ import annotations

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.import_sources import is_of_libraries, standard_source, usual_alias
from bugcatalog_ls.facts.imported_modules import modules_binding
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.near_names import near
from bugcatalog_ls.syntax.modules import module_name

_SLIP = 80.0
_MANY_FILES = 30
_ANY_ATTRIBUTE = "x"


@derived
def has_many_files(index: FactIndex) -> bool:
    """Whether a workspace is so large that one of its files may give another its names unseen."""
    return len(index.files()) > _MANY_FILES


@derived
def may_be_forgotten(index: FactIndex, name: str, path: str) -> bool:
    """Whether there is something that the name may mean: in the standard library, in a known library, in
    another module, or under a name of the same file that it is nearly like."""
    if standard_source(name, _ANY_ATTRIBUTE) or usual_alias(name) or is_of_libraries(name):
        return True
    exports = index.one(ModuleExports, module_name(path))
    if exports is not None and any(near(name, other) >= _SLIP for other in exports[1].names):
        return True
    return any(other != path for other in modules_binding(index).get(name, ()))
