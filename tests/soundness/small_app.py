"""A small back end with something of many entries in it, spread over files that need each other."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from bugcatalog_ls.workspace.workspace import Workspace


def write_app(root: Path) -> None:
    for path, text in APP.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def opened(root: Path, texts: dict[str, str] | None = None) -> Workspace:
    """A new workspace of the folder, scanned, in which an editor holds `texts`."""
    # The folder keeps the loaded catalog; results are saved only where somebody asks for it.
    workspace = Workspace(root, cache_folder=root.parent / "cache")
    workspace.find_files()
    for path, text in (texts or {}).items():
        workspace.set_text(path, text)
    workspace.scan()
    return workspace


APP = {
    path: dedent(text).lstrip()
    for path, text in {
        "alembic.ini": """
            [alembic]
            script_location = migrations
            """,
        "shop/__init__.py": "",
        "shop/database.py": """
            from sqlalchemy import create_engine
            from sqlalchemy.orm import DeclarativeBase, sessionmaker

            engine = create_engine("sqlite:///shop.db")
            SessionLocal = sessionmaker(engine)


            class Base(DeclarativeBase):
                pass
            """,
        "shop/models.py": """
            from datetime import datetime

            from sqlalchemy import Boolean, DateTime, String
            from sqlalchemy.orm import Mapped, mapped_column

            from shop.database import Base


            class Game(Base):
                __tablename__ = "games"

                id: Mapped[int] = mapped_column(primary_key=True)
                title: Mapped[str] = mapped_column(String(100))
                description: Mapped[str] = mapped_column(String(500))
                created_at: Mapped[datetime] = mapped_column(DateTime, default=datetime.utcnow)


            class Order(Base):
                __tablename__ = "orders"

                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str] = mapped_column(String(50))
                is_paid: Mapped[bool] = mapped_column(Boolean)
            """,
        "migrations/env.py": """
            from alembic import context

            from shop.models import Base

            target_metadata = Base.metadata
            context.configure(target_metadata=target_metadata)
            """,
        "migrations/versions/0001_games.py": """
            import sqlalchemy as sa
            from alembic import op

            revision = "0001"
            down_revision = None


            def upgrade():
                op.create_table(
                    "games",
                    sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("title", sa.String(100), nullable=False),
                    sa.Column("created_at", sa.DateTime(), nullable=False),
                )


            def downgrade():
                op.drop_table("games")
            """,
        "migrations/versions/0002_orders.py": """
            import sqlalchemy as sa
            from alembic import op

            revision = "0002"
            down_revision = "0001"


            def upgrade():
                op.create_table(
                    "orders",
                    sa.Column("id", sa.Integer(), primary_key=True),
                    sa.Column("note", sa.String(50), nullable=False),
                )


            def downgrade():
                op.drop_table("orders")
            """,
        "shop/schemas.py": """
            from pydantic import BaseModel


            class GameCreate(BaseModel):
                title: str
                description: str


            class GameUpdate(BaseModel):
                title: str | None = None
            """,
        "shop/cache.py": """
            class CacheInvalidator:
                def __init__(self, store: dict[str, object]) -> None:
                    self.store = store

                def invalidate(self, key: str) -> None:
                    self.store.pop(key, None)

                def size(self) -> int:
                    return len(self.stroe)


            cache_invalidator = CacheInvalidator({})
            """,
        "shop/optional.py": """
            try:
                import statsd
            except ImportError:
                statsd = None
            """,
        "shop/http.py": """
            import requests as http
            from requests import Session

            TIMEOUT = None
            session = Session()


            def fetch(url):
                return http.get(url)


            def fetch_all(urls):
                return [session.get(url, timeout=TIMEOUT) for url in urls]
            """,
        "shop/routes/__init__.py": "",
        "shop/routes/games.py": """
            import logging

            from fastapi import APIRouter

            from shop.cache import CacheInvalidator, cache_invalidator
            from shop.database import SessionLocal
            from shop.http import http, session
            from shop.models import Game
            from shop.optional import statsd
            from shop.schemas import GameCreate, GameUpdate

            logger = logging.getLogger(__name__)
            router = APIRouter(prefix="/games")


            @router.post("/")
            def create_game(data: GameCreate):
                with SessionLocal() as db:
                    game = Game(**data.model_dump())
                    db.add(game)
                    db.commit()
                    cache_invalidator.invalidate_key("games")
                    return {"id": game.id, "title": game.title, "description": game.description}


            @router.patch("/{game_id}")
            def update_game(game_id: int, data: GameUpdate):
                with SessionLocal() as db:
                    game = db.get(Game, game_id)
                    for field, value in data.model_dump(exclude_unset=True).items():
                        setattr(game, field, value)
                    db.commit()
                    CacheInvalidator.invalidate("games")
                    return {"id": game.id, "title": game.title, "description": game.description}


            @router.get("/prices")
            def prices(api_key: str):
                try:
                    logger.info("prices for %s", api_key)
                    return {"success": True, "prices": session.get("https://prices").json()}
                except ConnectionError:
                    return {"success": False, "error": "no prices"}


            def count(name):
                statsd.increment(name)
                # bugcatalog: ignore[BC201] the service answers at once
                http.post("https://statistics", data={"name": name})
                http.get("https://ready", timeout=3)  # bugcatalog: ignore[BC201]
            """,
        "shop/routes/creators.py": """
            from fastapi import APIRouter

            router = APIRouter(prefix="/creators")


            @router.get("/stats")
            def stats():
                try:
                    with open("stats.txt") as file:
                        return {"total": len(file.read())}
                except Exception:
                    pass
            """,
        "shop/main.py": """
            from fastapi import FastAPI

            from shop.routes.games import router as games

            app = FastAPI()
            app.include_router(games)
            """,
    }.items()
}
