"""What functions do, rendered as text."""

from __future__ import annotations

from bugcatalog_ls.facts.db_sessions import database_kind
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.http_clients import http_call, response_library
from bugcatalog_ls.testing.checks import project_of, split_fixture


def rendered(fixture: str) -> str:
    project = project_of("", split_fixture(fixture), None)
    lines = []
    for path in sorted(project.results):
        for fact in project.index.in_file(path, FunctionEffects):
            done = ", ".join(f"{effect.action} {effect.on}.{effect.verb}" for effect in fact.effects)
            lines.append(f"{fact.symbol}: {done}")
    return "\n".join(lines)


def test_effects_of_a_session() -> None:
    assert (
        rendered("""
        from sqlalchemy import select, text, update
        from sqlalchemy.orm import Session

        def save(session, user):
            session.add(user)
            session.commit()

        def rename(session: Session, name):
            statement = update(User).values(name=name)
            session.execute(statement)
            session.execute(select(User))
            session.execute(text("DELETE FROM users"))

        def nothing(names):
            return sorted(names)
        """)
        == "example.save: write session.add, commit session.commit\n"
        "example.rename: write session.execute, query session.execute"
    )


def test_effects_on_others() -> None:
    assert (
        rendered("""
        import httpx
        import requests
        from app.db import SessionLocal

        class Repository:
            def __init__(self, session):
                self.session = SessionLocal()
            def store(self, row):
                self.session.add(row)
                seen = set()
                seen.add(row)

        async def send(client: httpx.AsyncClient):
            await client.post("/")
            requests.request("PUT", "https://example.com", timeout=3)
        """)
        == "example.Repository.store: write app.db.SessionLocal().add\n"
        "example.send: request httpx.post, request requests.put"
    )


def test_kinds_of_handles() -> None:
    assert database_kind("sqlalchemy.orm.sessionmaker()()") == "session"
    assert database_kind("sqlalchemy.orm.sessionmaker().begin()") == "session"
    assert database_kind("sqlalchemy.create_engine()") == "engine"
    assert database_kind("sqlalchemy.create_engine().begin()") == "connection"
    assert database_kind("sqlite3.connect().cursor()") == "cursor"
    assert database_kind("sqlalchemy.orm.Session") is None
    assert database_kind("requests.Session()") is None


def test_requests() -> None:
    assert http_call("httpx.AsyncClient().post") == ("httpx", "post")
    assert http_call("requests.get") == ("requests", "get")
    assert http_call("requests.Response().get") is None
    assert response_library("aiohttp.ClientSession().get()") == "aiohttp"
    assert response_library("httpx.Response()") == "httpx"
    assert response_library("dict().get()") is None
