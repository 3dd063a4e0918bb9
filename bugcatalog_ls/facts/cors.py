"""Registrations of CORS: which origins they allow, and whether together with credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Constant, Expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    statement_of,
    string_value,
    text_of,
    unparenthesised,
)

_STARLETTE = ("allow_origins", "allow_credentials")
_FLASK = ("origins", "supports_credentials")
_QUART = ("allow_origin", "allow_credentials")
_FLASK_SYMBOLS = {
    "flask_cors.CORS": _FLASK,
    "flask_cors.extension.CORS": _FLASK,
    "flask_cors.cross_origin": _FLASK,
    "flask_cors.decorator.cross_origin": _FLASK,
    "sanic_cors.CORS": _FLASK,
    "sanic_cors.cross_origin": _FLASK,
    "sanic_cors.extension.CORS": _FLASK,
    "sanic_cors.decorator.cross_origin": _FLASK,
    "quart_cors.cors": _QUART,
    "quart_cors.route_cors": _QUART,
}
_LITESTAR_SYMBOLS = frozenset(
    {"litestar.config.cors.CORSConfig", "starlite.config.cors.CORSConfig", "starlite.CORSConfig"}
)
_FOR_DEVELOPERS = re.compile(r"debug|\bdev|develop|local|test", re.IGNORECASE)
_DJANGO_ALL = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
_DJANGO_CREDENTIALS = "CORS_ALLOW_CREDENTIALS"
_ANY_ORIGIN = re.compile(rb"access-control-allow-origin[\"']\s*(?:\]\s*=|[:,])\s*[\"']\*[\"']", re.IGNORECASE)
_CREDENTIALS = re.compile(
    rb"access-control-allow-credentials[\"']\s*(?:\]\s*=|[:,])\s*[\"']true[\"']", re.IGNORECASE
)
_SANIC_ORIGINS = re.compile(rb"\bconfig(?:\.|\[[\"'])CORS_ORIGINS(?:[\"']\])?\s*=\s*[\"']\*[\"']")
_SANIC_CREDENTIALS = re.compile(rb"\bconfig(?:\.|\[[\"'])CORS_SUPPORTS_CREDENTIALS(?:[\"']\])?\s*=\s*True")
_LIKES_ANY = Constant("*")


class CorsRegistration(Fact, frozen=True):
    """Where CORS is set up, with what is said of origins and credentials (as keywords of those names).

    `maker` is the symbol of the object whose `init_app` this is, which must be one of flask-cors;
    `by_default` where nothing is said of origins, so that the application's own settings may.
    """

    path: str
    anchor: str
    origins_keyword: str
    credentials_keyword: str
    origins: Expression
    credentials: Expression
    maker: str = ""
    by_default: bool = False

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for call in file.calls_named("add_middleware", "Middleware", "CORSMiddleware"):
        if _is_starlette(file, call):
            _add(file, facts, call, _STARLETTE)
    for call in file.calls_named("CORSConfig"):
        if file.callee(call) in _LITESTAR_SYMBOLS:
            given = arguments_of(call)
            origins = given.get("allow_origins", 0)
            known = expression(file, origins) if origins is not None else _LIKES_ANY
            credentials = given.keywords.get("allow_credentials")
            if not given.dict_unpacked and "allow_origin_regex" not in given.keywords:
                _registration(file, facts, call, _STARLETTE, known, credentials)
    if b"_cors" in file.source.data:
        for call in file.calls_named("CORS", "cross_origin", "cors", "route_cors"):
            names = _FLASK_SYMBOLS.get(file.callee(call) or "")
            if names is not None:
                _add(file, facts, call, names)
        for call in file.calls_named("ResourceOptions"):
            if file.callee(call) == "aiohttp_cors.ResourceOptions" and _is_for_any(call):
                credentials = arguments_of(call).keywords.get("allow_credentials")
                _registration(file, facts, call, ("", "allow_credentials"), _LIKES_ANY, credentials)
    if b"supports_credentials" in file.source.data:
        for call in file.calls_written("init_app"):
            callee = callee_of(call)
            owner = callee.child_by_field_name("object") if callee is not None else None
            maker = file.symbol(owner) if owner is not None else None
            if maker is not None:
                _add(file, facts, call, _FLASK, maker)
    if b"CORS_ALLOW_CREDENTIALS" in file.source.data:
        _django(file, facts)
    if _CREDENTIALS.search(file.source.data) is not None:
        _headers(file, facts)
    if b"sanic" in file.source.data and _SANIC_CREDENTIALS.search(file.source.data) is not None:
        for match in _SANIC_ORIGINS.finditer(file.source.data):
            node = file.root.named_descendant_for_byte_range(match.start(), match.start() + 1)
            if node is not None:
                anchor = facts.anchor("cors config", statement_of(node))
                facts.add(CorsRegistration(file.path, anchor, "", "", _LIKES_ANY, Constant(True)))


VOCABULARY = Vocabulary(
    _collect,
    (
        b"CORS",
        b"_cors",
        b"supports_credentials",
        b"Access-Control-Allow-Credentials",
        b"access-control-allow-credentials",
    ),
)


def _headers(file: PyFile, facts: Facts) -> None:
    """Headers that are set by hand: any origin, and credentials in the same function or dictionary."""
    for match in _ANY_ORIGIN.finditer(file.source.data):
        node = file.root.named_descendant_for_byte_range(match.start(), match.start() + 1)
        if node is None:
            continue
        function = enclosing(node, "function_definition", "dictionary")
        if function is None or not any(
            _may_go_together(node, function, found.start())
            for found in _CREDENTIALS.finditer(function.text or b"")
        ):
            continue
        pair = enclosing(node, "pair", "expression_statement")
        place = pair if pair is not None else statement_of(node)
        if not _is_for_developers(place):
            anchor = facts.anchor(f"cors headers {file.qualname_at(node.start_byte)}", place)
            facts.add(CorsRegistration(file.path, anchor, "", "headers", _LIKES_ANY, Constant(True)))


def _may_go_together(origin: Node, function: Node, offset: int) -> bool:
    """Whether what stands at an offset of a function does not stand in another branch than a node."""
    start = function.start_byte + offset
    other = function.named_descendant_for_byte_range(start, start + 1)
    branches = [
        {parent.id for parent in ancestors(node) if parent.type in ("block", "else_clause", "elif_clause")}
        for node in (origin, other)
        if node is not None
    ]
    return len(branches) < 2 or branches[0] <= branches[1] or branches[1] <= branches[0]


def _is_starlette(file: PyFile, call: Node) -> bool:
    callee = callee_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    made: Node | None = callee
    if name == "add_middleware":
        arguments = arguments_of(call)
        made = arguments.get("middleware_class", 0) or arguments.get("middleware")
    elif (symbol := file.symbol(callee)) is not None and symbol.endswith("middleware.Middleware"):
        made = arguments_of(call).get("cls", 0)
    return made is not None and (file.symbol(made) or "").endswith("CORSMiddleware")


def _add(file: PyFile, facts: Facts, call: Node, names: tuple[str, str], maker: str = "") -> None:
    keywords = keywords_with_unpacked(file, call)
    if keywords is None:
        return
    origins, credentials = keywords.get(names[0]), keywords.get(names[1])
    is_flask = names == _FLASK
    # What is made first and told of its application later may have been given its origins before.
    by_default = is_flask and not maker
    resources = keywords.get("resources") if is_flask else None
    if resources is not None:
        for options in _resource_options(resources):
            own = {string_value(k): v for k, v in options}
            given = own.get("origins", origins)
            known = _origins(file, given, by_default)
            _registration(
                file, facts, call, names, known, own.get(names[1], credentials), maker, given is None
            )
        return
    known = _origins(file, origins, by_default)
    _registration(file, facts, call, names, known, credentials, maker, is_flask and origins is None)


def _origins(file: PyFile, given: Node | None, by_default: bool) -> Expression | None:
    """What is said of origins; in flask-cors all are meant where nothing is, here or in the settings."""
    if given is not None:
        return expression(file, given)
    return _LIKES_ANY if by_default and b"CORS_ORIGINS" not in file.source.data else None


def _registration(
    file: PyFile,
    facts: Facts,
    call: Node,
    names: tuple[str, str],
    origins: Expression | None,
    credentials: Node | None,
    maker: str = "",
    by_default: bool = False,
) -> None:
    if origins is None or credentials is None or _is_for_developers(call):
        return
    anchor = facts.anchor(f"cors {text_of(callee_of(call) or call)}", call)
    told = expression(file, credentials)
    facts.add(CorsRegistration(file.path, anchor, *names, origins, told, maker, by_default))


def keywords_with_unpacked(file: PyFile, call: Node) -> dict[str, Node] | None:
    """The keywords of a call, those of an unpacked literal too; None where some are unknown."""
    arguments = arguments_of(call)
    keywords = dict(arguments.keywords)
    for unpacked in arguments.dict_unpacked:
        node = unparenthesised(unpacked)
        if node.type == "identifier":
            bindings = file.names.bindings(node)
            held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
            node = held if held is not None else node
        if node.type == "call" and text_of(callee_of(node) or node) == "dict":
            keywords.update(arguments_of(node).keywords)
            continue
        if node.type != "dictionary":
            return None
        for pair in node.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            name = string_value(key)
            if name is None or value is None:
                return None
            keywords[name] = value
    return keywords


def _resource_options(resources: Node) -> Iterator[list[tuple[Node, Node]]]:
    for pair in resources.named_children if resources.type == "dictionary" else ():
        value = pair.child_by_field_name("value")
        if value is not None and value.type == "dictionary":
            yield [
                (key, inner)
                for child in value.named_children
                if (key := child.child_by_field_name("key")) is not None
                and (inner := child.child_by_field_name("value")) is not None
            ]


def _is_for_any(call: Node) -> bool:
    """Whether the options of aiohttp-cors stand under the key `*` of a dictionary."""
    pair = call.parent
    return pair is not None and pair.type == "pair" and string_value(pair.child_by_field_name("key")) == "*"


def _django(file: PyFile, facts: Facts) -> None:
    bindings = file.scopes.module.bindings
    credentials = bindings.get(_DJANGO_CREDENTIALS, [])
    if len(credentials) != 1 or constant_value(credentials[0].value) is not True:
        return
    for name in _DJANGO_ALL:
        found = bindings.get(name, [])
        if (
            len(found) == 1
            and constant_value(found[0].value) is True
            and not _is_for_developers(found[0].node)
        ):
            statement = found[0].node.parent
            if statement is None or credentials[0].value is None:
                continue
            anchor = facts.anchor(f"cors {name}", statement)
            facts.add(
                CorsRegistration(file.path, anchor, "", _DJANGO_CREDENTIALS, _LIKES_ANY, Constant(True))
            )


def _is_for_developers(node: Node) -> bool:
    """Whether a registration is made on developers' machines only."""
    return any(
        condition.holds
        and _FOR_DEVELOPERS.search(text_of(condition.node))
        and "not " not in text_of(condition.node)
        for condition in conditions_at(node)
    )
