"""Registrations: the routers of the workspace, and all that may hand them to an application.

Whatever else a router, or its module, is used for counts as handing it on: an item of a list, an
argument, a value that is returned. So a router without any of these facts is surely left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.routes import (
    INCLUDERS,
    ROUTER_CLASSES,
    RoutedOn,
    RouterFact,
    router_anchor,
    variable,
)
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    arguments_of,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.text.source import Source

_ROUTER_NAME = re.compile(r"(?:Router|Blueprint)\w*$")
_DYNAMIC = frozenset(
    {
        "importlib.import_module",
        "builtins.__import__",
        "pkgutil.iter_modules",
        "pkgutil.walk_packages",
        "importlib.util.spec_from_file_location",
        "importlib.machinery.SourceFileLoader",
        "werkzeug.utils.import_string",
        "werkzeug.utils.find_modules",
        "django.utils.module_loading.import_string",
        "runpy.run_path",
        "runpy.run_module",
        "builtins.exec",
    }
)
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
_NAMED = re.compile(rb"""["']([A-Za-z_][\w.]*[.:][\w.:]*\w)["']""")
_NAMED_WORD = re.compile(rb"rout|blueprint|bp|view|api|endpoint|handler|controller|plugin", re.IGNORECASE)
_ENTRY_POINT = re.compile(rb"([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*)")


class Inclusion(Fact, frozen=True):
    """A call that includes the router `child` into `parent` (the variables, as the file names them).

    `receiver` is the text of what it is called on.
    """

    child: str
    parent: str | None
    receiver: str

    @property
    def key(self) -> str:
        return self.child.rpartition(".")[2]


class UnknownInclusion(Fact, frozen=True):
    """A call that includes a router which only the run knows; `attribute` is its name, if known.

    `imports` is what its file imports: where the router may come from.
    """

    attribute: str
    imports: tuple[str, ...]

    @property
    def key(self) -> str:
        return "unknown"


class HandedOn(Fact, frozen=True):
    """An imported router, or a module, that is used as a value."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


class Renamed(Fact, frozen=True):
    """An import under another name."""

    target: str
    name: str

    @property
    def key(self) -> str:
        return self.target.rpartition(".")[2]


class Discovery(Fact, frozen=True):
    """A module imported by a name that only the run knows; `package` is what it lies in, if known.

    `imports` is what its file imports.
    """

    package: str
    imports: tuple[str, ...]

    @property
    def key(self) -> str:
        return "discovery"


class NamedInString(Fact, frozen=True):
    """A module, or an object in one, named by a string; `is_import` where it is surely imported."""

    symbol: str
    is_import: bool

    @property
    def key(self) -> str:
        return self.symbol


class Distribution(Fact, frozen=True):
    """A folder that is packaged or deployed by itself."""

    folder: str

    @property
    def key(self) -> str:
        return "distribution"


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    for call in file.nodes("call"):
        _call(file, call, facts)
    if b"outer" in data or b"lueprint" in data:
        _routers(file, facts)
    _imported_values(file, facts)
    if _NAMED_WORD.search(data):
        for match in _NAMED.finditer(data):
            if _NAMED_WORD.search(match.group(1)):
                facts.add(NamedInString(match.group(1).decode().replace(":", "."), False))
    if file.path.rpartition("/")[2] == "setup.py":
        facts.add(Distribution(file.path.rpartition("/")[0]))
        _entry_points(data, facts)


def _read(path: str, source: Source, facts: Facts) -> None:
    facts.add(Distribution(path.rpartition("/")[0]))
    _entry_points(source.data, facts)


VOCABULARY = Vocabulary(_collect, read=_read, names=("pyproject.toml", "setup.cfg"))


def _entry_points(data: bytes, facts: Facts) -> None:
    for match in _ENTRY_POINT.finditer(data):
        module, name = match.group(1).decode(), match.group(2).decode()
        facts.add(NamedInString(f"{module}.{name}", True))


# -- calls: inclusion and discovery ----------------------------------------------------------------


def _call(file: PyFile, call: Node, facts: Facts) -> None:
    function = callee_of(call)
    if function is None:
        return
    if function.type == "attribute":
        name = function.child_by_field_name("attribute")
        if name is not None and text_of(name) in INCLUDERS:
            child = arguments_of(call).get(INCLUDERS[text_of(name)], 0)
            if child is not None:
                facts.add(_inclusion(file, function, child))
            return
    elif function.type == "identifier":
        name = function
    else:
        return
    if name is not None and text_of(name) in _DYNAMIC_NAMES and file.symbol(function) in _DYNAMIC:
        _dynamic(file, call, facts)


_DYNAMIC_NAMES = frozenset(name.rpartition(".")[2] for name in _DYNAMIC)


def _inclusion(file: PyFile, function: Node, child: Node) -> Fact:
    symbol = variable(file, child)
    owner = function.child_by_field_name("object")
    if symbol is None or not _is_named_router(file, child):
        return UnknownInclusion(_attribute_of(file, child), _all_imports(file))
    return Inclusion(symbol, variable(file, owner), text_of(owner) if owner is not None else "")


def _is_named_router(file: PyFile, child: Node) -> bool:
    """Whether a name is imported, or bound to a router that is made here: all else the run decides."""
    root = unparenthesised(child)
    while root.type == "attribute" and (owner := root.child_by_field_name("object")) is not None:
        root = owner
    found = file.scopes.lookup(text_of(root), root.start_byte)
    for binding in found[1] if found is not None else ():
        if binding.kind in ("import", "from"):
            return True
        if (
            root.id == unparenthesised(child).id
            and binding.value is not None
            and _makes_router(file, binding.value)
        ):
            return True
    return False


def _makes_router(file: PyFile, value: Node) -> bool:
    made_by = file.callee(value) if value.type == "call" else None
    return made_by is not None and (made_by in ROUTER_CLASSES or _ROUTER_NAME.search(made_by) is not None)


def _attribute_of(file: PyFile, child: Node) -> str:
    """The name under which an unknown module is asked for its router; empty where unknown too."""
    child = unparenthesised(child)
    if child.type == "attribute":
        name = child.child_by_field_name("attribute")
        return text_of(name) if name is not None else ""
    if child.type == "call" and file.callee(child) == "builtins.getattr":
        return string_value(arguments_of(child).get("name", 1)) or ""
    if child.type == "identifier":
        values = [binding.value for binding in file.names.bindings(child)]
        if len(values) == 1 and values[0] is not None and values[0].type in ("attribute", "call"):
            return _attribute_of(file, values[0])
    return ""


def _dynamic(file: PyFile, call: Node, facts: Facts) -> None:
    arguments = arguments_of(call)
    first = arguments.get("name", 0) or arguments.get("path", 0) or arguments.get("import_path", 0)
    literal = string_value(first)
    last = text_of(callee_of(call) or call).rpartition(".")[2]
    if literal is not None and last in ("import_module", "__import__", "import_string"):
        base = _package(file, arguments.get("package", 1)) if literal.startswith(".") else ""
        symbol = f"{base}.{literal.lstrip('.')}" if base else literal.lstrip(".")
        facts.add(NamedInString(symbol.replace(":", "."), True))
        return
    package = _discovered(file, last, first, arguments.get("package", 1), literal)
    facts.add(Discovery(package, _all_imports(file)))


def _all_imports(file: PyFile) -> tuple[str, ...]:
    lines = import_lines(file)
    targets = (imported.target for line in lines for imported in line.names)
    return tuple(
        sorted({*targets, *(absolute_module(line.module, file.path) for line in lines if line.module)})
    )


def _discovered(
    file: PyFile, function: str, first: Node | None, package: Node | None, literal: str | None
) -> str:
    if first is None:
        return ""
    if literal is not None:
        return literal if function in ("find_modules", "run_module") else ""
    if function == "import_module" or function == "__import__":
        prefix = _prefix(file, first)
        if prefix.startswith("."):
            base = _package(file, package)
            return ".".join(part for part in (base, prefix.strip(".")) if part)
        return prefix.rpartition(".")[0]
    node = unparenthesised(first)
    if node.type == "attribute" and text_of(node).endswith(".__path__"):
        return variable(file, node.child_by_field_name("object")) or ""
    return file.module if text_of(node) == "__path__" else ""


def _prefix(file: PyFile, node: Node) -> str:
    """How a computed module name surely begins."""
    node = unparenthesised(node)
    if node.type == "string":
        found = ""
        for child in node.named_children:
            if child.type == "interpolation":
                hole = child.named_children[0] if child.named_children else None
                if found == "" and hole is not None and text_of(hole) in ("__name__", "__package__"):
                    found = file.module
                    continue
                if hole is not None and text_of(hole).endswith(".__name__"):
                    owner = variable(file, hole.child_by_field_name("object"))
                    if found == "" and owner is not None:
                        found = owner
                        continue
                return found
            if child.type == "string_content":
                found += text_of(child)
        return found
    if node.type == "binary_operator":
        left = node.child_by_field_name("left")
        if left is None:
            return ""
        whole = string_value(left)
        return re.split(r"[%{]", whole)[0] if whole is not None else _prefix(file, left)
    if node.type == "call":
        function = callee_of(node)
        if function is not None and function.type == "attribute" and text_of(function).endswith(".format"):
            return (string_value(function.child_by_field_name("object")) or "").split("{")[0]
    if node.type == "identifier":
        values = [binding.value for binding in file.names.bindings(node) if binding.kind == "assign"]
        if len(values) == 1 and values[0] is not None and values[0].type != "identifier":
            return _prefix(file, values[0])
        if text_of(node) in ("__name__", "__package__"):
            return file.module
    return ""


def _package(file: PyFile, node: Node | None) -> str:
    if node is None or text_of(node) in ("__name__", "__package__"):
        is_package = file.path.endswith("__init__.py")
        return file.module if is_package else file.module.rpartition(".")[0]
    if text_of(node).endswith(".__name__"):
        return variable(file, node.child_by_field_name("object")) or ""
    return string_value(node) or ""


# -- routers of this file --------------------------------------------------------------------------


def _routers(file: PyFile, facts: Facts) -> None:
    for assignment in file.nodes("assignment"):
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or right.type != "call":
            continue
        made_by = file.callee(right)
        if made_by is None or not _makes_router(file, right):
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
    """`@cbv(router)` over a class: what is decorated adds its routes."""
    parent = node.parent
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
        return not _is_inclusion(parent) and not _is_harmless_call(file, parent.parent)
    return parent.type != "call"


def _is_inclusion(arguments: Node | None) -> bool:
    call = arguments.parent if arguments is not None else None
    return call is not None and call.type == "call" and _is_inclusion_call(call)


def _is_inclusion_call(call: Node) -> bool:
    function = callee_of(call)
    name = function.child_by_field_name("attribute") if function is not None else None
    return name is not None and text_of(name) in INCLUDERS


def _is_harmless_call(file: PyFile, call: Node | None) -> bool:
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


# -- imported routers and modules used as values ---------------------------------------------------


def _imported_values(file: PyFile, facts: Facts) -> None:
    names = _imported_names(file, facts)
    if not names:
        return
    handed: dict[str, None] = {}
    for call, value in _values(file):
        for part in _parts(value):
            root = part
            while root.type == "attribute" and (owner := root.child_by_field_name("object")) is not None:
                root = owner
            if root.type != "identifier" or text_of(root) not in names:
                continue
            if call is not None and (_is_inclusion_call(call) or _is_harmless_call(file, call)):
                continue
            if (symbol := variable(file, part)) is not None:
                # `users.router.routes` hands on what `users.router` holds.
                handed[symbol] = None
                if part.type == "attribute" and text_of(part).rpartition(".")[2] == "routes":
                    handed[symbol.removesuffix(".routes")] = None
    for symbol in handed:
        facts.add(HandedOn(symbol))


def _imported_names(file: PyFile, facts: Facts) -> set[str]:
    """The imported names that may be a router or a module; those of other sorts by their spelling."""
    names: set[str] = set()
    for node in file.nodes("import_from_statement", "import_statement"):
        module = node.child_by_field_name("module_name")
        for child in node.children_by_field_name("name"):
            alias = child.child_by_field_name("alias")
            original = child.child_by_field_name("name") if alias is not None else child
            if original is None:
                continue
            bound = text_of(alias) if alias is not None else text_of(original).split(".")[0]
            if bound[:1].islower() or bound[:1] == "_" or _NAMED_WORD.search(bound.encode()):
                names.add(bound)
                target = variable(file, alias) if alias is not None and module is not None else None
                if target is not None and target.rpartition(".")[2] != bound:
                    facts.add(Renamed(target, bound))
    return names


def _values(file: PyFile) -> Iterator[tuple[Node | None, Node]]:
    """Expressions that hand their value on, with the call that they are an argument of."""
    for call in file.nodes("call"):
        arguments = call.child_by_field_name("arguments")
        for child in arguments.named_children if arguments is not None else ():
            yield call, child
    for node in file.nodes("assignment", "augmented_assignment", "for_statement", "for_in_clause"):
        if (right := node.child_by_field_name("right")) is not None:
            yield None, right
    for node in file.nodes("return_statement"):
        for child in node.named_children:
            yield None, child
    for node in file.nodes("named_expression"):
        if (value := node.child_by_field_name("value")) is not None:
            yield None, value


_TRANSPARENT = frozenset(
    {
        "list", "tuple", "set", "dictionary", "expression_list", "conditional_expression", "boolean_operator",
        "parenthesized_expression", "await", "list_splat", "dictionary_splat", "lambda", "yield",
        "binary_operator", *COMPREHENSIONS,
    }
)  # fmt: skip


def _parts(value: Node) -> Iterator[Node]:
    stack = [value]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "attribute"):
            yield node
        elif node.type in ("keyword_argument", "pair"):
            if (inner := node.child_by_field_name("value")) is not None:
                stack.append(inner)
        elif node.type in _TRANSPARENT:
            stack.extend(node.named_children)
