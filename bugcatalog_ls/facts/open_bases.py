"""Whether a class has a base from a library that may make something else of its methods."""

from __future__ import annotations

import sys

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import class_at, mro

# Libraries of which the classes leave the methods of those that derive from them as they are.
_PLAIN = frozenset(
    {"django", "rest_framework", "graphene", "graphene_django", "sqlalchemy", "sqlmodel", "flask_sqlalchemy"}
    | {"pydantic", "pydantic_settings", "marshmallow", "attrs", "attr", "msgspec", "peewee", "mongoengine"}
    | {"tortoise", "ormar", "beanie", "odmantic", "pymongo", "motor", "redis", "celery", "dramatiq", "rq"}
    | {"fastapi", "starlette", "flask", "flask_restful", "flask_restx", "flask_login", "quart", "litestar"}
    | {"falcon", "tornado", "aiohttp", "sanic", "werkzeug", "pyramid", "httpx", "requests", "urllib3"}
    | {"pytest", "factory", "faker", "injector", "oslo_service", "oslo_messaging", "oslo_config", "grpc"}
    | {"yaml", "jinja2", "click", "scrapy", "channels", "strawberry", "websockets", "watchdog", "jose"}
)


@derived
def has_open_base(index: FactIndex, symbol: str) -> bool:
    """Whether a base of the class is of a library that is not known to leave methods alone: with some,
    what is called on the class is an event (`State.save()`), a query or a field."""
    known = [class_at(index, base) for base in mro(index, symbol)[0]]
    if any(found is not None and None in found[1].bases for found in known):
        return True
    tops = (base.partition(".")[0] for base in mro(index, symbol)[0] if class_at(index, base) is None)
    return any(top not in sys.stdlib_module_names and top not in _PLAIN for top in tops)
