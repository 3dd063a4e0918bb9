"""Top-level modules that are surely not of the workspace: the standard library and well-known packages."""

from __future__ import annotations

import sys

_PACKAGES = frozenset(
    {
        "aiohttp", "alembic", "anthropic", "anyio", "asyncpg", "attr", "attrs", "azure", "billiard",
        "boto3", "botocore", "bs4", "cachetools", "celery", "certifi", "charset_normalizer", "click",
        "cryptography", "dateutil", "django", "docker", "fastapi", "flask", "flask_appbuilder",
        "flask_babel", "flask_login", "google", "grpc", "h11", "httpcore", "httpx", "jinja2", "jose",
        "jwt", "jsonschema", "kubernetes", "langchain", "langchain_community", "langchain_core", "loguru",
        "lxml", "markupsafe", "marshmallow", "matplotlib", "msgpack", "msgspec", "mypy", "numpy",
        "openai", "orjson", "pandas", "passlib", "pkg_resources", "prometheus_client", "psutil",
        "psycopg", "psycopg2", "pyarrow", "pydantic", "pydantic_core", "pydantic_settings", "pymongo",
        "pymysql", "pytest", "pytest_mock", "pytz", "redis", "requests", "rich", "scipy", "selenium",
        "sentry_sdk", "setuptools", "simplejson", "six", "sklearn", "sqlalchemy", "sqlalchemy_utils",
        "sqlglot", "sqlmodel", "starlette", "tabulate", "tenacity", "tensorflow", "tiktoken", "toml",
        "tomli", "torch", "tornado", "tqdm", "transformers", "typer", "typing_extensions", "ujson",
        "urllib3", "uvicorn", "websockets", "werkzeug", "wrapt", "wtforms", "yaml",
    }
)  # fmt: skip


def is_outside(symbol: str, module: str) -> bool:
    """Whether a symbol, as the module at `module` writes it, is surely not of the workspace."""
    top = symbol.partition(".")[0].partition("(")[0].partition("[")[0]
    if top in module.split("."):
        return False
    return top in _PACKAGES or top in sys.stdlib_module_names or top in ("builtins", "None")
