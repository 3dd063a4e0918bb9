"""Calls that keep what they are given, read all of it, or close it: by the names of libraries' functions."""

from __future__ import annotations

# Calls whose result lives on what the resource still has to give.
DERIVING = frozenset({"cursor", "makefile", "execution_options", "begin", "connection", "detach"})
LAZY = frozenset({"reader", "DictReader", "iter", "map", "filter", "zip", "enumerate", "chain", "islice"})
READS_ALL = frozenset(
    {"list", "tuple", "set", "dict", "frozenset", "sorted", "sum", "max", "min", "any", "all", "next"}
)
LIBRARIES = frozenset(
    {
        *("pandas", "numpy", "yaml", "orjson", "ujson", "simplejson", "toml", "tomllib", "tomli", "tomli_w"),
        *("requests", "httpx", "polars", "joblib", "torch", "lxml", "docx", "openpyxl", "PyPDF2", "pypdf"),
        *("cv2", "dill", "cloudpickle", "polib", "rsa", "ruamel", "xmltodict", "sqlalchemy", "sqlmodel"),
    }
)
# Functions of the standard library whose result keeps what they are given, and closes it.
KEEPING = frozenset(
    {
        *(
            "closing",
            "aclosing",
            "enter_context",
            "enter_async_context",
            "enterContext",
            "enterAsyncContext",
            "enterClassContext",
            "push",
            "callback",
            "register",
        ),
        *("finalize", "TextIOWrapper", "BufferedReader", "BufferedWriter", "nullcontext", "wrap_socket"),
        *(
            "connect_read_pipe",
            "connect_write_pipe",
            "partial",
            "submit",
            "run_in_executor",
            "to_thread",
            "create_task",
            "Thread",
            "Process",
            "setattr",
        ),
    }
)
# Their servers and transports close the socket that they are given as `sock=`.
SERVERS = frozenset(
    {"start_server", "create_server", "start_unix_server", "create_unix_server"}
    | {"open_connection", "create_connection", "connect_accepted_socket", "create_datagram_endpoint"}
)
PLAIN_CLASSES = frozenset({"csv.DictReader", "csv.DictWriter", "csv.reader", "csv.writer"})


def is_collecting(last: str) -> bool:
    """Whether a method puts what it is given into a container."""
    return last in ("append", "add", "put", "put_nowait", "setdefault", "insert", "extend", "update", "set")
