"""Routers and blueprints that a file makes, and whether it does more with them than to add routes."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.routes import RoutedOn
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.facts.web_frameworks import INCLUDERS, ROUTER_CLASSES
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of
from bugcatalog_ls.syntax.scopes import Scope

_ROUTER_NAME = re.compile(r"(?:Router|Blueprint)\w*$")
_KEEPING = frozenset(
    {
        "get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route",
        "websocket", "websocket_route", "add_api_route", "add_route", "add_url_rule",
        "add_api_websocket_route", "add_websocket_route", "include_router", "register_blueprint", "mount",
        "host", "prefix", "tags", "dependencies", "name", "url_prefix", "before_request", "after_request",
        "teardown_request", "before_app_request", "after_app_request", "before_app_first_request",
        "teardown_app_request", "errorhandler", "app_errorhandler", "register_error_handler",
        "context_processor", "app_context_processor", "template_filter", "app_template_filter",
        "add_app_template_filter", "template_global", "app_template_global", "template_test",
        "app_template_test", "url_defaults", "url_value_preprocessor", "app_url_defaults",
        "app_url_value_preprocessor", "record", "record_once", "on_event", "add_event_handler",
        "middleware", "exception_handler", "route_class", "redirect_slashes", "default_response_class",
        "include_in_schema", "responses", "callbacks", "static_folder", "static_url_path",
        "template_folder", "root_path", "import_name", "cli", "open_resource", "send_static_file",
        "url_path_for", "lifespan_context", "arguments", "response", "paginate", "doc",
    }
)  # fmt: skip
"""Attributes of a router whose use does not hand it on."""

_NOT_REGISTERING = frozenset({"flask_cors.CORS", "flask_restful.Api", "flask_restx.Api"})


class RouterFact(Fact, frozen=True):
    """A router or blueprint bound to a name, by its symbol (`app.routes.users.router`).

    `made_by` is the symbol of its class. `is_local`: bound inside a function. `escapes`: its own
    file hands it on in a way that may register it.
    """

    symbol: str
    made_by: str
    prefix: str | None
    is_local: bool
    escapes: bool

    @property
    def key(self) -> str:
        return self.symbol

    @property
    def name(self) -> str:
        return self.symbol.rpartition(".")[2]


def router_anchor(symbol: str) -> str:
    """The anchor of the assignment that makes a router."""
    return f"router {symbol}"


def makes_router(file: PyFile, value: Node) -> bool:
    """Whether a value is a new router, as far as the name of its class tells."""
    made_by = file.callee(value) if value.type == "call" else None
    return made_by is not None and (made_by in ROUTER_CLASSES or _ROUTER_NAME.search(made_by) is not None)


def _collect(file: PyFile, facts: Facts) -> None:
    for assignment in file.nodes("assignment"):
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or right.type != "call":
            continue
        made_by = file.callee(right)
        if made_by is None or not makes_router(file, right):
            continue
        scope = file.scopes.at(assignment.start_byte)
        symbol = variable(file, left)
        if symbol is None or scope.kind == "class":
            continue
        arguments = arguments_of(right)
        prefix = arguments.get("prefix") or arguments.get("url_prefix")
        facts.anchor(router_anchor(symbol), assignment)
        escapes = _escapes(file, left, scope, symbol, facts)
        facts.add(RouterFact(symbol, made_by, string_value(prefix), scope is not file.scopes.module, escapes))


def _escapes(file: PyFile, name: Node, scope: Scope, symbol: str, facts: Facts) -> bool:
    """Whether the router's own file uses it for more than to add routes to it."""
    escapes = False
    for match in re.finditer(rb"(?<![\w.])%s\b" % re.escape(name.text or b""), file.source.data):
        node = file.root.named_descendant_for_byte_range(match.start(), match.end())
        if node is None or node.type != "identifier" or node.end_byte != match.end():
            continue
        found = file.scopes.lookup(text_of(node), node.start_byte)
        if found is None or found[0] is not scope:
            continue
        if _is_api_of(file, node) or _is_decorating(node):
            facts.add(RoutedOn(symbol))
        elif _hands_on(file, node):
            escapes = True
    return escapes


def _is_api_of(file: PyFile, node: Node) -> bool:
    parent = node.parent
    call = parent.parent if parent is not None and parent.type == "argument_list" else None
    return call is not None and file.callee(call) in ("flask_restful.Api", "flask_restx.Api")


def _is_decorating(node: Node) -> bool:
    """`@cbv(router)` or `@router.route("/pets")` over a class: what is decorated adds its routes."""
    parent = node.parent
    if parent is not None and parent.type == "attribute":
        decorator = parent.parent.parent if parent.parent is not None else None
        definition = decorator.parent if decorator is not None and decorator.type == "decorator" else None
        decorated = definition.child_by_field_name("definition") if definition is not None else None
        return (
            decorated is not None
            and decorated.type == "class_definition"
            and text_of(parent).endswith(".route")
        )
    call = parent.parent if parent is not None and parent.type == "argument_list" else None
    return call is not None and call.parent is not None and call.parent.type == "decorator"


def _hands_on(file: PyFile, node: Node) -> bool:
    """Whether the use of a router at a node may register it."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        owner, name = parent.child_by_field_name("object"), parent.child_by_field_name("attribute")
        if owner is None or owner.id != node.id or name is None:
            return False
        return text_of(name) not in _KEEPING
    if parent.type == "assignment":
        left = parent.child_by_field_name("left")
        return left is None or left.id != node.id
    if parent.type in (
        "comparison_operator", "not_operator", "if_statement", "global_statement", "delete_statement",
        "assert_statement", "type", "keyword_argument", "dotted_name", "aliased_import",
        "expression_statement", "import_from_statement", "nonlocal_statement", "parameters",
        "default_parameter", "typed_parameter",
    ):  # fmt: skip
        if parent.type == "keyword_argument":
            value = parent.child_by_field_name("value")
            return value is not None and value.id == node.id and not _is_inclusion(parent.parent)
        return parent.type == "default_parameter" and parent.child_by_field_name("value") == node
    if parent.type == "argument_list":
        return not _is_inclusion(parent) and not is_harmless_call(file, parent.parent)
    return parent.type != "call"


def _is_inclusion(arguments: Node | None) -> bool:
    call = arguments.parent if arguments is not None else None
    return call is not None and call.type == "call" and is_inclusion_call(call)


def is_inclusion_call(call: Node) -> bool:
    """Whether a call includes a router, by its name."""
    function = callee_of(call)
    name = function.child_by_field_name("attribute") if function is not None else None
    return name is not None and text_of(name) in INCLUDERS


def is_harmless_call(file: PyFile, call: Node | None) -> bool:
    """Whether a call that is given a router surely does not register it."""
    if call is None or call.type != "call":
        return False
    if file.callee(call) in _NOT_REGISTERING:
        return True
    function = callee_of(call)
    if function is not None and function.type == "call":  # `limiter.limit("5/minute")(bp)`
        function = callee_of(function)
    return function is not None and text_of(function).rpartition(".")[2] in (
        "exempt",
        "limit",
        "print",
        "len",
    )


VOCABULARY = Vocabulary(_collect, (b"outer", b"lueprint"))
