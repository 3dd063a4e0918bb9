"""A small project with known bugs, for editors to open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

FILES = {
    "pyproject.toml": """\
[project]
name = "shop"

[tool.bugcatalog]
ignore = ["BC601"]
""",
    "alembic.ini": """\
[alembic]
script_location = migrations
""",
    "client.py": """\
import requests
from pathlib import Path


def load(url: str) -> str:
    answer = requests.get(url)
    answer.raise_for_status()
    requests.post(url, json={})
    requests.delete(url)
    return Path("answer.txt").read_text()
""",
    "saved.py": """\
import requests

requests.put("https://shop.example/price", json={})
""",
    "never_opened.py": """\
import requests

requests.get("https://shop.example/prices")
""",
    "models.py": """\
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    email = Column(String(320), nullable=True)
""",
    "migrations/env.py": """\
from alembic import context

from models import Base

target_metadata = Base.metadata
""",
    "migrations/versions/0001_users.py": '''\
"""users"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("users")
''',
    "cache.py": """\
from shop.cache import cache

cache.delete("price:1")
""",
    "app.log": """\
2026-11-27 09:12:01,114 INFO shop.api GET /users/7
2026-11-27 09:12:01,140 ERROR shop.api unhandled
Traceback (most recent call last):
  File "/srv/shop/users.py", line 12, in load_user
    return session.query(User).get(key)
  File "/usr/lib/python3.11/site-packages/sqlalchemy/engine/default.py", line 942, in do_execute
    cursor.execute(statement, parameters)
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such column: users.email
[SQL: SELECT users.id AS users_id, users.email AS users_email FROM users WHERE users.id = ?]
2026-11-27 09:12:02,001 INFO shop.api GET /health
""",
    "crash.txt": """\
Traceback (most recent call last):
  File "/srv/shop/client.py", line 10, in load
    return Path("answer.txt").read_text()
  File "/usr/lib/python3.11/codecs.py", line 322, in decode
    (result, consumed) = self._buffer_decode(data, self.errors, final)
UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 6: ordinal not in range(128)
""",
    "report.md": """\
# Incidents of November

## BUG-101: Prices are stale after an import

**Symptom**: the shop shows yesterday's prices until the cache expires.

**Root cause**: the import deletes the key without its version.

Wrong:

```python
drop_price("1")
```

Right:

```python
drop_price("1", version=current())
```

## BUG-102: Carrier hangs and all workers with it

**Symptom**: the pool runs dry, requests time out.

**Root cause**: `requests.get` is called without a timeout.

```python
requests.get(url)
```

```python
requests.get(url, timeout=10)
```
""",
    ".bugcatalog/TEAM-1-raw-cache-delete.md": """\
---
code: TEAM-1
name: raw-cache-delete
severity: warning
rules:
  - language: Python
    rule: {pattern: $CACHE.delete($KEY)}
    resolves: {CACHE: [shop.cache.cache]}
    message: the key is deleted without its version
---
# Key deleted behind the cache's back

A key of the price cache is deleted by hand here; see also BC201.
""",
}


def make_shop(folder: Path, others: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Write the project, with some files otherwise, into a folder."""
    for name, text in {**FILES, **others}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
