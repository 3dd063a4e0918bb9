"""Where a name is usually imported from: the standard library, and libraries that a file uses already."""

from __future__ import annotations

import sys
from typing import NamedTuple


class ImportSource(NamedTuple):
    """`import module`, or `from module import name`, maybe `as alias`."""

    module: str
    name: str | None = None
    alias: str | None = None


def standard_source(name: str, attribute: str) -> ImportSource | None:
    """The standard library's place of an unmistakable name; `attribute` is what is read of it, if any."""
    if name == "datetime":
        if attribute in _DATETIME_MEMBERS:
            return ImportSource("datetime")
        return ImportSource("datetime", "datetime")
    module = _STANDARD_NAMES.get(name)
    if module is not None:
        return ImportSource(module, name)
    if (
        attribute
        and name in sys.stdlib_module_names
        and not name.startswith("_")
        and name not in _PLAIN_WORDS
    ):
        return ImportSource(name)
    return None


def library_sources(name: str, imported: frozenset[str]) -> list[ImportSource]:
    """Where libraries offer a name of which a file imports something already."""
    return [
        ImportSource(module, name)
        for module, names in _LIBRARY_NAMES.items()
        if name in names and module.partition(".")[0] in imported
    ]


def is_of_libraries(name: str) -> bool:
    """Whether one of the known libraries offers a name."""
    return any(name in names for names in _LIBRARY_NAMES.values())


def usual_alias(name: str) -> ImportSource | None:
    """What is by custom imported under a short name."""
    module = _ALIASES.get(name)
    return ImportSource(module, None, name) if module is not None else None


_ALIASES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "sa": "sqlalchemy"}
_DATETIME_MEMBERS = frozenset(
    {"datetime", "date", "time", "timedelta", "timezone", "tzinfo", "UTC", "MINYEAR"}
)
# Modules that are also words: as a forgotten variable they are at least as likely.
_PLAIN_WORDS = frozenset(
    {"code", "parser", "select", "signal", "site", "test", "this", "token", "types", "profile", "queue"}
    | {"platform", "resource", "statistics", "symbol", "string", "cmd", "email", "numbers", "calendar"}
)


def _by_name(table: dict[str, str]) -> dict[str, str]:
    return {name: module for module, names in table.items() for name in names.split()}


_STANDARD_NAMES = _by_name(
    {
        "abc": "ABC ABCMeta abstractmethod",
        "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
        "collections.abc": "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Coroutine Generator"
        " Hashable Iterable Iterator Mapping MutableMapping Sequence",
        "concurrent.futures": "ProcessPoolExecutor ThreadPoolExecutor",
        "contextlib": "AsyncExitStack ExitStack asynccontextmanager closing contextmanager nullcontext"
        " suppress",
        "contextvars": "ContextVar",
        "copy": "deepcopy",
        "dataclasses": "InitVar asdict dataclass field",
        "datetime": "date timedelta timezone",
        "decimal": "Decimal",
        "enum": "Enum IntEnum IntFlag StrEnum",
        "fractions": "Fraction",
        "functools": "cached_property lru_cache partial partialmethod singledispatch total_ordering wraps",
        "http": "HTTPStatus",
        "io": "BytesIO StringIO",
        "ipaddress": "IPv4Address IPv4Network IPv6Address IPv6Network",
        "itertools": "chain islice",
        "json": "JSONDecodeError JSONEncoder",
        "operator": "attrgetter itemgetter",
        "pathlib": "Path PosixPath PurePath PurePosixPath",
        "secrets": "token_hex token_urlsafe",
        "subprocess": "CalledProcessError Popen",
        "tempfile": "NamedTemporaryFile TemporaryDirectory",
        "textwrap": "dedent",
        "types": "MappingProxyType ModuleType SimpleNamespace TracebackType",
        "typing": "Annotated Any ClassVar Dict Final Generic List Literal NamedTuple NewType NoReturn"
        " Optional"
        " ParamSpec Protocol Set Tuple Type TypeAlias TypedDict TypeVar Union cast overload"
        " runtime_checkable",
        "urllib.parse": "quote_plus urlencode urljoin urlparse",
        "uuid": "UUID uuid4",
        "zoneinfo": "ZoneInfo",
    }
)
_LIBRARY_NAMES = {
    module: frozenset(names.split())
    for module, names in {
        "enum": "Flag auto unique",
        "functools": "cache reduce",
        "fastapi": "APIRouter BackgroundTasks Body Cookie Depends FastAPI File Form HTTPException Header"
        " Path Query"
        " Request Response Security UploadFile WebSocket WebSocketDisconnect status",
        "fastapi.encoders": "jsonable_encoder",
        "fastapi.middleware.cors": "CORSMiddleware",
        "fastapi.responses": "FileResponse HTMLResponse JSONResponse ORJSONResponse PlainTextResponse"
        " RedirectResponse StreamingResponse",
        "fastapi.security": "APIKeyHeader HTTPAuthorizationCredentials HTTPBasic HTTPBasicCredentials"
        " HTTPBearer"
        " OAuth2PasswordBearer OAuth2PasswordRequestForm",
        "fastapi.staticfiles": "StaticFiles",
        "fastapi.testclient": "TestClient",
        "starlette.applications": "Starlette",
        "starlette.middleware": "Middleware",
        "starlette.middleware.base": "BaseHTTPMiddleware",
        "starlette.routing": "Mount Route Router WebSocketRoute",
        "flask": "Blueprint Flask Response abort current_app flash g jsonify make_response redirect"
        " render_template"
        " request send_file session url_for",
        "flask.views": "MethodView",
        "quart": "Quart websocket",
        "django.db": "models transaction",
        "django.contrib": "admin",
        "django.urls": "include path re_path reverse",
        "django.http": "Http404 HttpRequest HttpResponse JsonResponse",
        "django.shortcuts": "get_object_or_404 render",
        "django.conf": "settings",
        "django.dispatch": "receiver",
        "django.contrib.auth.decorators": "login_required permission_required",
        "django.utils.translation": "gettext_lazy",
        "rest_framework": "serializers viewsets",
        "rest_framework.decorators": "action api_view permission_classes",
        "rest_framework.views": "APIView",
        "rest_framework.response": "Response",
        "pydantic": "AnyHttpUrl AnyUrl BaseModel ConfigDict EmailStr Field HttpUrl PositiveInt PrivateAttr"
        " SecretStr"
        " TypeAdapter ValidationError computed_field conint constr field_serializer field_validator"
        " model_serializer model_validator root_validator validator",
        "pydantic_settings": "BaseSettings SettingsConfigDict",
        "sqlalchemy": "ARRAY BigInteger Boolean CheckConstraint Column Computed Date DateTime Double Enum"
        " Float"
        " ForeignKey ForeignKeyConstraint Identity Index Integer Interval JSON LargeBinary MetaData Numeric"
        " PrimaryKeyConstraint Sequence SmallInteger String Table Text Time Unicode UnicodeText"
        " UniqueConstraint"
        " Uuid and_ create_engine delete event func insert or_ select text update",
        "sqlalchemy.ext.asyncio": "AsyncAttrs AsyncEngine AsyncSession async_sessionmaker"
        " create_async_engine",
        "sqlalchemy.ext.hybrid": "hybrid_method hybrid_property",
        "sqlalchemy.orm": "DeclarativeBase Mapped MappedAsDataclass Session backref column_property"
        " declarative_base declared_attr mapped_column relationship sessionmaker validates",
        "sqlmodel": "Field Relationship SQLModel",
        "alembic": "context op",
        "celery": "Celery chain chord group shared_task",
        "click": "command option",
        "typer": "Typer",
        "tenacity": "retry retry_if_exception_type stop_after_attempt wait_exponential wait_fixed",
        "pytest": "fixture",
        "httpx": "AsyncClient",
        "redis": "Redis",
    }.items()
}
