"""The names that sessions of HTTP clients go by: a limit that one of them has is none of the others'."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.http_clients import client_library
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, text_of, unparenthesised, walk


def session_name(file: PyFile, method: Node) -> str:
    """The name of the session whose method this is, with the function that makes it before a colon.

    Empty where it may be any: a parameter, an attribute, what a function gives. A name that is
    imported stands for one of a module, of which the name is enough.
    """
    owner = method.child_by_field_name("object") if method.type == "attribute" else None
    owner = unparenthesised(owner) if owner is not None else None
    if owner is None or owner.type != "identifier":
        return ""
    bindings = file.names.bindings(owner)
    if len(bindings) != 1:
        return ""
    binding = bindings[0]
    if binding.kind == "from":
        return f":{binding.target.rpartition('.')[2]}"
    value = _entered(binding.value) if binding.value is not None else None
    if binding.kind not in ("assign", "with") or value is None or value.type != "call":
        return ""
    if client_library(file.symbol(value)) is None:
        return ""
    return f"{file.qualname_at(binding.offset)}:{text_of(owner)}"


def session_giver(file: PyFile, method: Node) -> str:
    """The symbol of the function that gives the session whose method this is: one that a parameter
    depends on (`Depends(get_session)`), or whose call a name with an annotation is bound to."""
    owner = method.child_by_field_name("object") if method.type == "attribute" else None
    bindings = file.names.bindings(owner) if owner is not None and owner.type == "identifier" else []
    if len(bindings) != 1:
        return ""
    value, annotation = bindings[0].value, bindings[0].annotation
    if bindings[0].kind == "parameter":
        for node in (value, annotation, _alias(file, annotation)):
            if provider := _provider(file, node):
                return provider
    if annotation is None or value is None or value.type != "call":
        return ""
    return file.callee(value) or ""


def _provider(file: PyFile, node: Node | None) -> str:
    """What the only `Depends(…)` of a default or an annotation names."""
    found = [
        call
        for call in ((node, *walk(node)) if node is not None else ())
        if call.type == "call" and called_name(call) in ("Depends", "Security")
    ]
    provider = arguments_of(found[0]).get("dependency", 0) if found else None
    return (file.symbol(provider) or "") if provider is not None else ""


def _alias(file: PyFile, annotation: Node | None) -> Node | None:
    """What a name that a file gives to an annotation stands for: `Http = Annotated[…]`."""
    while annotation is not None and annotation.type == "type" and annotation.named_child_count == 1:
        annotation = annotation.named_children[0]
    if annotation is None or annotation.type != "identifier":
        return None
    bindings = file.names.bindings(annotation)
    return bindings[0].value if len(bindings) == 1 else None


def _entered(value: Node) -> Node:
    value = unparenthesised(value)
    return unparenthesised(value.named_children[0]) if value.type == "as_pattern" else value
