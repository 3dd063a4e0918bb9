"""Parameters of a FastAPI route that the framework itself makes, of just the class that annotates them."""

from __future__ import annotations

from bugcatalog_ls.facts.web_frameworks import VERBS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, decorators_of, enclosing, text_of
from bugcatalog_ls.syntax.scopes import Binding

_DECORATING = VERBS | {"api_route"}
_MADE_ELSEWHERE = (b"Depends", b"Security")


def is_body_of_route(file: PyFile, binding: Binding) -> bool:
    """Whether a parameter is made out of the request: what a dependency gives may be something else."""
    annotation, value = binding.annotation, binding.value
    if binding.kind != "parameter" or annotation is None or b"fastapi" not in file.source.data:
        return False
    if value is not None and not (value.text or b"").startswith(b"Body("):
        return False
    function = enclosing(binding.node, "function_definition")
    if function is None or any(word in (annotation.text or b"") for word in _MADE_ELSEWHERE):
        return False
    called = (callee_of(each) for each in decorators_of(function) if each.type == "call")
    return any(each is not None and text_of(each).rpartition(".")[2] in _DECORATING for each in called)
