"""Attempts: what is tried with nothing to lose, so that its failure is only another answer.

It knows what converts, parses or reads what is at hand, and what says in words that it falls back.
"""

from __future__ import annotations

import re
from itertools import chain

from tree_sitter import Node

from bugcatalog_ls.facts.clean_up import is_log_call, only_tells
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import handler_around
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    called_name,
    callee_of,
    enclosing_function,
    holds_node,
    is_docstring,
    statements,
    string_value,
    text_of,
    walk,
)

_LINES = 12
_SHORT = 40
_STATEMENTS = frozenset(
    {
        *("expression_statement", "return_statement", "if_statement", "pass_statement", "raise_statement"),
        *("import_statement", "import_from_statement", "continue_statement", "break_statement"),
        *("match_statement", "case_clause", "for_statement", "assert_statement", "delete_statement"),
    }
)
_BUILTINS = frozenset(
    {
        "abs", "all", "any", "bool", "bytes", "chr", "complex", "dict", "divmod", "enumerate", "filter",
        "float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "int", "isinstance",
        "issubclass", "iter", "len", "list", "map", "max", "min", "next", "ord", "range", "repr",
        "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
        "Exception", "ValueError", "TypeError", "KeyError",
    }
)  # fmt: skip
# Methods of texts, mappings, dates and matches: none of them reaches further than what it is called on.
_METHODS = frozenset(
    {
        "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "lower", "upper", "title", "capitalize",
        "casefold", "replace", "removeprefix", "removesuffix", "startswith", "endswith", "encode", "decode",
        "partition", "rpartition", "join", "format", "isdigit", "isnumeric", "isalnum", "group", "groups",
        "groupdict", "keys", "values", "items", "append", "isoformat", "strftime", "strptime",
        "fromisoformat", "fromtimestamp", "utcfromtimestamp", "timestamp", "total_seconds", "astimezone",
        "tzname", "utcoffset",
        "localize", "hexdigest", "as_posix", "relative_to", "is_absolute", "with_suffix", "to_bytes",
        "from_bytes", "quantize", "is_integer", "zfill", "ljust", "rjust", "public_key", "isocalendar",
        "make_aware", "make_naive", "is_naive", "is_aware", "tolist", "item", "fromhex", "toordinal",
        "find", "findall", "find_all", "findtext", "select_one", "find_element", "find_elements",
        "get_text", "xpath", "is_displayed", "getboolean", "getint", "getfloat", "getAttribute",
        "getElementsByTagName",
    }
)  # fmt: skip
# What is given more than words is another thing: `ldap.groups(user)`, `jwt.decode(token)`.
_BARE = frozenset(
    {
        "group",
        "groups",
        "keys",
        "values",
        "items",
        "encode",
        "decode",
        "item",
        "title",
        "find",
        "findall",
        "find_all",
        "findtext",
    }
)
_CONVERTERS = re.compile(
    r"_*(?:try_|safe_)?parse_(?!.*(?:file|feed|page|url|request|args|upload|document|response))\w+|isoparse|parsedate\w*"
    r"|_*valid_\w+|_*is_?valid(?:_\w+)?|load_(?:pem|der)_\w+|(?:urlsafe_|standard_)?b(?:16|32|64|85)(?:de|en)code"
    r"|(?:un)?hexlify|loads|dumps|safe_load|raw_decode|JSONDecoder|deserialize|literal_eval|urlparse|urlsplit|urlunparse|urljoin|unquote(?:_plus)?|quote|parse_qsl?"
    r"|UUID|Decimal|Fraction|IPNetwork|IPAddress|ip_(?:address|network|interface)|IPv[46](?:Address|Network)"
    r"|(?:HTTP|[A-Z]\w*)Status|[A-Z]\w*(?:Enum|Kind|Level)|SubElement|_*(?:pad|strip|trim|normali[sz]e)_\w+|Path|PurePath|PurePosixPath|ObjectId|timedelta|ZoneInfo|getenv|gethostname|getnode|guess_type"
)
# Besides what converts: looks at the machine, and rights and times of files, which few systems insist on.
_CONVERTED = re.compile(
    r"(?:re|regex|math|operator|platform|unicodedata|colorsys|calendar|string|textwrap|html)\.\w+"
    r"|(?:dateutil\.parser|dateparser)\.\w+|importlib\.metadata\.version|packaging\.version\.\w+"
    r"|datetime\.(?:datetime|date|time)(?:\.\w+)?|os\.path\.\w+|os\.(?:stat|lstat|access|getenv|environ\.get)"
    r"|os\.(?:chmod|chown|lchown|utime|nice)|shutil\.(?:which|copymode|copystat|disk_usage)|psutil\.\w+"
    r"|socket\.(?:inet_\w+|gethostname)|hashlib\.\w+|hmac\.\w+|locale\.\w+|builtins\.(?:str|bytes|dict)\.\w+"
    r"|pytz\.timezone|json\.(?:loads|dumps)"
)
_MAPPING = re.compile(
    r"(?:\w*_|[A-Z]\w*(?=Table|Map))?(?:data|dict|dictionary|conf|config|cfg|settings|options|opts|params|kwargs|args|headers|meta|metadata|item"
    r"|items|row|entry|payload|info|environ|env|attrs|attrib|attributes|props|properties|values|mapping|table|map|body|d|obj|json)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w.@:-]+")
_AFAR = re.compile(
    r"cache|redis|client|session|store|db|repo|api|http|request|service|manager|objects|query|es$|server|registry|\)$",
    re.IGNORECASE,
)
_PATTERN = re.compile(r"(?:\w*_)?(?:re|rx|regex|pattern|regexp)s?", re.IGNORECASE)
_SOCKET = re.compile(r"(?:\w+_)?(?:ws|wss|websocket)", re.IGNORECASE)
_SENDS = frozenset({"send", "send_json", "send_text", "send_bytes", "send_str", "send_message"})
_AWAITED = _SENDS | {"json"}
_ANSWER = re.compile(
    r"\b(?:jsonify|\w*[rR]esponse\w*|make_response|render\w*|abort)\(|[\"'](?:error|detail)[\"']\s*:"
)
_CLIENT_ERROR = re.compile(
    r"\b(?:HTTP_|HTTPStatus\.)?(?:4\d\d|BAD_REQUEST|NOT_FOUND|FORBIDDEN|UNAUTHORIZED)\b|HttpResponse(?:BadRequest|NotFound)"
)
_ASKS = re.compile(
    r"_*(?:is|are|has|check)_(?:\w+_)?(?:alive|running|available|ready|connected|connection|reachable|healthy|health"
    r"|installed|up|online|supported|service|accessible)|_*(?:\w+_)?health_?check|_*ping|_*(?:test|can)_connect(?:ion)?"
)
_REPEATS = re.compile(r"(?:range|count|itertools\.(?:count|repeat))\(")
_NO = re.compile(r"pass|\.\.\.|return(?: False| None)?")
_SAYS_SO = re.compile(
    r"\bbest[- ]effort\b|\bnever (?:raises?|fails?|throws?|breaks?)\b|\bfall(?:s|ing)?[- ]?back\b"
    r"|\bfail(?:s|ing)?[- ](?:open|closed|soft|safe|silently)\b|\b(?:swallow|suppress)(?:s|ed|ing)?\b"
    r"|\b(?:on|for) any (?:error|exception|failure)\b"
    r"|\b(?:errors?|exceptions?|failures?) (?:is|are) (?:silently )?ignored\b",
    re.IGNORECASE,
)  # fmt: skip


def is_mere_attempt(file: PyFile, block: Node, answers: list[Node]) -> bool:
    """Whether the body of a `try` or `with` may fail without loss; `answers` is what the handler does."""
    if any(_answers_request(statement) for statement in answers):
        return False
    if _only_converts(file, block) or _says_so(block) or _is_told_behind(block):
        return True
    return _asks_whether_there(block, answers) or _follows_told_error(block) or _is_alternative(block)


def _only_converts(file: PyFile, block: Node) -> bool:
    """Whether a short body does nothing but convert, parse, and read attributes and items."""
    body = block.child_by_field_name("body")
    if body is None or body.end_point[0] - body.start_point[0] >= _LINES:
        return False
    for node in chain(statements(body), walk(body)):
        if node.type.endswith("_statement") and node.type not in _STATEMENTS:
            return False
        if node.type in ("yield", "function_definition", "class_definition"):
            return False
        if node.type == "await" and called_name(node.named_children[0]) not in _AWAITED:
            return False  # What is waited for is elsewhere: `await redis.keys(pattern)`.
        if node.type == "call" and not _is_pure(file, node) and not is_log_call(node):
            return False
    return True


def _is_pure(file: PyFile, call: Node) -> bool:
    """Whether a call converts what it is given, or reads from what it is called on."""
    function = callee_of(call)
    if call.type != "call" or function is None:
        return False
    name = called_name(call)
    if function.type == "identifier":
        if file.symbol(function) == f"builtins.{name}":
            return name in _BUILTINS
    elif function.type == "attribute":
        owner = text_of(function.child_by_field_name("object") or function)
        last = owner.rpartition(".")[2]
        if name in _METHODS:
            given = arguments_of(call).positional
            if name not in _BARE or all(value.type in ("string", "integer") for value in given):
                return True
        if name in ("get", "setdefault", "pop"):
            return _is_mapping(owner, last) or _names_key(call, last)
        if name in ("match", "fullmatch", "search", "sub", "findall"):
            return _PATTERN.fullmatch(last) is not None
        if name == "json":
            arguments = arguments_of(call)
            return not arguments.positional and not arguments.keywords and "(" not in owner
        if name in _SENDS and _SOCKET.fullmatch(last):
            return True
    symbol = file.symbol(function)
    return _CONVERTERS.fullmatch(name) is not None or (
        symbol is not None and _CONVERTED.fullmatch(symbol) is not None
    )


def _is_mapping(owner: str, last: str) -> bool:
    is_item = owner.endswith("]") and "(" not in owner
    return is_item or _MAPPING.fullmatch(last) is not None or ".get(" in owner


def _names_key(call: Node, owner: str) -> bool:
    """Whether a `get` asks for a word, of what is not named like a server or a store."""
    key = string_value(next(iter(arguments_of(call).positional), None))
    return key is not None and _WORD.fullmatch(key) is not None and _AFAR.search(owner) is None


def _answers_request(statement: Node) -> bool:
    """Whether a statement tells a client that the server failed; that the client did is an answer."""
    written = text_of(statement)
    return _ANSWER.search(written) is not None and _CLIENT_ERROR.search(written) is None


def _says_so(block: Node) -> bool:
    """Whether the function promises in its own words to go on without what is tried."""
    function = enclosing_function(block)
    if function is None or function.end_point[0] - function.start_point[0] > _SHORT:
        return False  # Of a long one it speaks of something else as well.
    first = next(iter(body_of(function)), None)
    return first is not None and is_docstring(first) and _SAYS_SO.search(text_of(first)) is not None


def _asks_whether_there(block: Node, answers: list[Node]) -> bool:
    """Whether the function asks if something runs or is there, so that an error is the answer no."""
    function = enclosing_function(block)
    name = function.child_by_field_name("name") if function is not None else None
    return (
        name is not None
        and _ASKS.fullmatch(text_of(name)) is not None
        and all(_NO.fullmatch(text_of(answer)) for answer in answers)
    )


def _follows_told_error(block: Node) -> bool:
    """Whether it stands in a handler that tells of the first error, or raises it again."""
    handler = handler_around(block)
    inside = walk(handler) if handler is not None else ()
    return any(
        (node.type == "raise_statement" or (node.type == "call" and is_log_call(node)))
        and not holds_node(block, node)
        for node in inside
    )


def _is_alternative(block: Node) -> bool:
    """Whether a loop tries one thing after the other, not the same again, and ends where one works."""
    loop = block.parent.parent if block.parent is not None else None
    if loop is None or loop.type != "for_statement" or block.type != "try_statement":
        return False
    candidates = loop.child_by_field_name("right")
    tried = body_of(block)
    ends = bool(tried) and tried[-1].type in ("return_statement", "break_statement")
    return ends and candidates is not None and _REPEATS.match(text_of(candidates)) is None


def _is_told_behind(block: Node) -> bool:
    """Whether what works leaves the place, so that the log call behind it is of the failure."""
    following = block.next_named_sibling
    if block.type != "try_statement" or following is None or not only_tells(following):
        return False
    return any(
        node.type in ("break_statement", "return_statement", "continue_statement")
        for statement in body_of(block)
        for node in (statement, *walk(statement))
    )
