"""The replayed schema against what Alembic really builds: a small history, and those of real packages.

Each package has an environment of its own below `BUGCATALOG_REAL_FOLDER`, where it is kept for the next run.
`BUGCATALOG_REAL_MIGRATIONS=1` brings the large packages too (minutes).
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from schema_truth import built, compare

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.schema_picture import Picture, migrations_picture
from bugcatalog_ls.text.source import Source

FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
NAMES = ("red", "blue")


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(80), nullable=False),
        sa.Column("color", sa.Enum(*NAMES, name="color"), nullable=False),
        sa.Column("born", sa.DateTime(timezone=True)),
        sa.Column("data", sa.JSON().with_variant(sa.Text(), "mysql")),
        sa.Column("key", sa.Uuid(), nullable=False),
    )
    for name in NAMES:
        op.create_table(f"log_{name}", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.execute("CREATE TABLE raw (id INTEGER NOT NULL, note VARCHAR(20), price NUMERIC(8, 2) NOT NULL)")


def downgrade():
    pass
"""
SECOND = """\
import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def has(table, column):
    return column in [each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)]


def upgrade():
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column("email", new_column_name="mail", type_=sa.String(120), nullable=True)
        batch_op.drop_column("born")
    if not has("users", "nick"):
        op.add_column("users", sa.Column("nick", sa.String(20)))
    if has("users", "mail"):
        op.add_column("users", sa.Column("seen", sa.Boolean(), server_default=sa.false(), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        op.add_column("raw", sa.Column("lite", sa.LargeBinary()))
    else:
        op.drop_column("raw", "note")
    op.rename_table("log_red", "history")
    op.drop_table("log_blue")
    op.execute("ALTER TABLE raw RENAME COLUMN note TO remark")


def downgrade():
    pass
"""


def test_a_small_history_is_replayed_as_alembic_runs_it(tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "r1.py").write_text(FIRST, encoding="utf-8")
    (versions / "r2.py").write_text(SECOND, encoding="utf-8")
    truth = built(sys.executable, tmp_path / "migrations", folder=tmp_path)
    result = compare(_picture(tmp_path, "migrations"), truth)
    assert (result.invented, result.differences, result.explained) == ([], [], [])
    assert result.n_equal == result.n_columns > 10


@dataclass(frozen=True)
class Package:
    """`needs` are what its revisions import besides the package's own dependencies, or where those are
    too many (`bare`) instead of them. `variables` are of its environment."""

    requirement: str
    home: str
    versions: str = ""
    prelude: str = ""
    needs: tuple[str, ...] = ()
    bare: bool = False
    dialect: str = "sqlite"
    naming: str = ""
    begin: str = ""
    variables: tuple[tuple[str, str], ...] = ()


_OPEN_WEBUI_NEEDS = (
    "sqlalchemy[asyncio]", "alembic", "pydantic", "aiosqlite", "markdown", "beautifulsoup4", "cryptography",
    "fastapi", "redis", "loguru", "python-dotenv", "requests", "aiohttp", "opentelemetry-api", "orjson",
    "bcrypt", "pyjwt", "passlib", "argon2-cffi", "psycopg[binary]", "peewee", "typer", "uvicorn", "httpx",
    "python-socketio", "aiofiles", "pytz", "itsdangerous", "starlette-compress", "authlib", "psutil",
    "python-mimeparse", "python-multipart", "aiocache", "tiktoken", "pillow",
)  # fmt: skip

# Its revisions import nothing of its own.
_ARGILLA_NEEDS = ("sqlalchemy<2.1", "alembic", "psycopg[binary]")

_LARGE = [
    Package(
        "dstack==0.22.5",
        "dstack/_internal/server/migrations",
        needs=(
            "sqlalchemy[asyncio]<2.1",
            "alembic",
            "sqlalchemy_utils",
            "alembic-postgresql-enum",
            "cryptography",
            "aiosqlite",
        ),
    ),
    Package(
        "prefect==3.9.1",
        "prefect/server/database/_migrations",
        "prefect/server/database/_migrations/versions/sqlite",
        "prefect.server.database",
    ),
    Package(
        "mlflow==3.17.2",
        "mlflow/store/db_migrations",
        "",
        "mlflow.store.tracking.dbmodels.initial_models:Base",
    ),
    Package("open-webui==0.12.4", "open_webui/migrations", bare=True, needs=_OPEN_WEBUI_NEEDS),
    Package("mlflow==3.17.2", "mlflow/server/auth/db/migrations"),
    Package(
        "fractal-server==2.18.5",
        "fractal_server/migrations",
        dialect="postgresql",
        naming="fractal_server.migrations.naming_convention:NAMING_CONVENTION",
    ),
]
_SMALL = [
    Package("argilla-server==2.8.0", "argilla_server/alembic", bare=True, needs=_ARGILLA_NEEDS),
    Package(
        "argilla-server==2.8.0",
        "argilla_server/alembic",
        bare=True,
        needs=_ARGILLA_NEEDS,
        dialect="postgresql",
    ),
]
PACKAGES = _SMALL + (_LARGE if "BUGCATALOG_REAL_MIGRATIONS" in os.environ else [])


@pytest.mark.parametrize(
    "package", PACKAGES, ids=lambda package: f"{package.requirement}-{package.home}-{package.dialect}"
)
def test_real_histories_are_replayed_as_alembic_runs_them(
    package: Package, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    site = _installed(package)
    url = "sqlite://" if package.dialect == "sqlite" else request.getfixturevalue("maria")
    if package.dialect == "postgresql":
        url = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
        _empty(url)
    truth = built(
        str(_environment(package) / "bin" / "python"),
        site / package.home,
        folder=tmp_path,
        versions=str(site / package.versions) if package.versions else "",
        prelude=package.prelude,
        url=url,
        naming=package.naming,
        begin=package.begin,
        environment={
            "ENABLE_DB_MIGRATIONS": "false",
            "WEBUI_SECRET_KEY": "x",
            "DATA_DIR": str(tmp_path),
            **dict(package.variables),
        },
    )
    picture = _picture(site, package.versions or package.home, package.home.split("/")[0], package.dialect)
    result = compare(picture, truth)
    with capsys.disabled():
        print(f"\n{package.requirement} {package.home} on {package.dialect}: {len(truth.tables)} tables")
        print(f"    {result.share:.2%} of {result.n_columns} columns equal, {result.n_outside} made outside")
        print(f"    {len(result.explained)} explained, {len(result.invented)} tables invented")
        for each in (*result.differences, *result.explained):
            print(f"    {each}")
    assert not result.invented
    # What is left is in tables that an opaque operation of ours names.
    assert not result.differences
    assert result.share >= 0.98, result.explained


def _empty(url: str) -> None:
    """Take away what another package's history left."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


def _picture(root: Path, home: str, package: str = "", dialect: str = "sqlite") -> Picture:
    sources: dict[str, Source] = {}
    for path in sorted((root / package).rglob("*.py")):
        try:
            sources[path.relative_to(root).as_posix()] = Source(path.read_bytes().decode("utf-8"))
        except UnicodeDecodeError:
            continue
    project = Project(Plan({}), Options(), sources.get, incremental=False)
    for path, source in sources.items():
        project.set_text(path, source)
    (environment,) = [each.name for each in environments(project.index) if each.name.startswith(home)]
    return migrations_picture(project.index, environment, dialect)


def _environment(package: Package) -> Path:
    folder = os.environ.get("BUGCATALOG_REAL_FOLDER") or str(Path.home() / ".cache" / "bugcatalog-real")
    return Path(folder) / package.requirement


def _installed(package: Package) -> Path:
    """The site-packages of the package's own environment, made where it is missing."""
    environment = _environment(package)
    if not (environment / "ready").exists():
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q"]
        no_others = ["--no-deps"] if package.bare else []
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        try:
            subprocess.run([*pip, *no_others, package.requirement], check=True)
            if package.needs:
                subprocess.run([*pip, *package.needs], check=True)
        except subprocess.CalledProcessError:
            (pytest.fail if "CI" in os.environ else pytest.skip)(f"{package.requirement} can't be installed")
        (environment / "ready").touch()
    (site,) = environment.glob("lib/python*/site-packages")
    return site
