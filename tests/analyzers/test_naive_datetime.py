"""BC501: corners of finding and mending beyond the page's examples."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.testing.checks import builtin_catalog, check_findings, check_fix, project_of


@pytest.mark.parametrize(
    "statement",
    [
        "import datetime as dt\nmoment = lambda: dt.datetime.utcnow()",
        "from datetime import datetime as Moment\nmoment = lambda: Moment.now()",
        "from datetime import datetime\nmoment = lambda: datetime.now(None)",
        "from datetime import datetime\nmoment = lambda: datetime.now(tz=None)",
        "from datetime import datetime\nmoment = lambda: datetime.today()",
        "from datetime import datetime\nmoment = lambda s: datetime.fromtimestamp(s)",
        "from datetime import datetime\nmoment = lambda s: datetime.utcfromtimestamp(s)",
        "from datetime import datetime\nutcnow = datetime.utcnow\nmoment = lambda: utcnow()",
    ],
)
def test_every_spelling_of_a_naive_reading_is_found(statement: str) -> None:
    assert _variants(statement) == [""]


@pytest.mark.parametrize(
    "expression",
    [
        "datetime.now(timezone.utc)",
        "datetime.now(tz=zone)",
        "datetime.now(*zones)",
        "datetime.now(**options)",
        "datetime.fromtimestamp(0, timezone.utc)",
        "datetime.now().astimezone()",
        "datetime.utcnow().replace(tzinfo=timezone.utc)",
        "timezone.localize(datetime.utcnow())",
        "datetime.fromisoformat(text)",
        "datetime(2026, 1, 1)",
        "datetime.strptime(text, '%Y-%m-%d')",
        "datetime.min",
        "date.today()",
    ],
)
def test_what_knows_its_zone_or_meets_nothing_aware_is_left(expression: str) -> None:
    header = "from datetime import date, datetime, timezone\n\ndef f(zone, zones, options, text):\n"
    text = f"{header}    return {expression}\n"
    assert _variants(text) == []


@pytest.mark.parametrize(
    ("use", "variant"),
    [
        ("return now", ""),
        ("row.seen_at = now", ""),
        ("self.seen_at = now", ""),
        ("row['seen_at'] = now", ""),
        ("save({'seen_at': now})", ""),
        ("query.filter(Row.at < now)", ""),
        ("Row(at=now)", ""),
        ("query.values(at=now)", ""),
        ("setattr(row, 'at', now)", ""),
        ("json.dumps({'at': now.isoformat()})", ""),
        ("return {'at': now.strftime('%Y-%m-%d %H:%M')}", ""),
        ("return row.expires_at - now", ""),
        ("return row.expires_at < now", ""),
        ("yield now", ""),
        ("return [now]", ""),
        ("return str(now)", ""),
        ("return f'{now}'", ""),
        ("later = now + timedelta(days=1)\n    row.at = later", ""),
        ("print(now)", "unstored"),
        ("logger.info('at %s', now)", "unstored"),
        ("log.info(f'at {now:%H:%M}')", "unstored"),
        ("raise ValueError(f'at {now}')", "unstored"),
        ("return int(now.timestamp())", "unstored"),
        ("return now.year", "unstored"),
        ("pass", "unstored"),
        ("open(f'run-{now:%Y}.log')", None),
        ("name = now.strftime('run-%Y%m%d.csv')", None),
        ("log_file = 'run-' + now.strftime('%Y%m%d')", None),
        ("return folder / f'{now:%Y%m%d}'", None),
        ("stamp = now.strftime('%Y%m%d')\n    path = f'{folder}/{stamp}.log'", None),
        ("return now.astimezone()", None),
        ("return now.replace(tzinfo=timezone.utc)", None),
    ],
)
def test_where_the_value_goes_decides_the_weight(use: str, variant: str | None) -> None:
    header = "import json\nfrom datetime import datetime, timedelta, timezone\n\n"
    text = f"{header}def f(self, row, query, folder):\n    now = datetime.now()\n    {use}\n"
    assert _variants(text) == ([] if variant is None else [variant])


def test_the_epoch_of_utcnow_is_wrong_that_of_now_is_right() -> None:
    check_findings(
        "BC501",
        """
        from datetime import datetime

        wrong = lambda: datetime.utcnow().timestamp()
        #               ^^^^^^^^^^^^^^^^^ BC501 datetime.utcnow() has no zone and is read as local time
        right = lambda: datetime.now().timestamp()
        #               ^^^^^^^^^^^^^^ BC501.unstored
        """,
    )


def test_names_of_other_modules_are_followed() -> None:
    check_findings(
        "BC501",
        """
        #- clock.py
        from datetime import datetime as Moment

        #- extensions.py
        import pytz
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()
        ZONE = pytz.timezone("Europe/Paris")

        #- models.py
        from datetime import datetime, timezone

        from clock import Moment
        from extensions import ZONE, db


        class Order(db.Model):
            made_at = db.Column(db.DateTime, default=lambda: datetime.now(timezone.utc))
            #                   ^^^^^^^^^^^ BC501
            paid_at = db.Column(db.DateTime(timezone=True), default=lambda: datetime.now(timezone.utc))

            def pay(self) -> None:
                self.paid_at = Moment.utcnow()
                #              ^^^^^^^^^^^^^^^ BC501

            def opening(self) -> datetime:
                return datetime(2026, 1, 1).replace(tzinfo=ZONE)
                #                                   ^^^^^^^^^^^ BC501
        """,
    )


def test_defaults_of_every_kind() -> None:
    check_findings(
        "BC501",
        """
        from dataclasses import dataclass, field
        from datetime import date, datetime, timezone
        from functools import partial

        from pydantic import BaseModel, Field
        from sqlalchemy import TIMESTAMP, Column, DateTime


        def utc() -> datetime:
            return datetime.now(timezone.utc)


        class Row(BaseModel):
            a: datetime = Field(default_factory=datetime.now)
            #                                   ^^^^^^^^^^^^ BC501
            b: datetime = Field(default_factory=utc)
            c: date = Field(default_factory=date.today)
            #                               ^^^^^^^^^^ BC501.date
            d: datetime = Field(default=datetime.utcnow())
            #                           ^^^^^^^^^^^^^^^^^ BC501 datetime.utcnow() is computed once


        @dataclass
        class Point:
            at: datetime = field(default_factory=datetime.utcnow)
            #                                    ^^^^^^^^^^^^^^^ BC501


        columns = [
            Column(TIMESTAMP, default=utc),
            #      ^^^^^^^^^ BC501
            Column(DateTime, onupdate=partial(datetime.now, timezone.utc)),
            #      ^^^^^^^^ BC501
            Column(DateTime(True), default=utc),
            Column(DateTime(timezone=True), default=datetime.min),
            #                                       ^^^^^^^^^^^^ BC501
            Column(DateTime(timezone=True), default=datetime.now(timezone.utc)),
            #                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC501 datetime.now
            Column(DateTime, server_default="now()"),
        ]


        def touch(at: datetime = datetime.now()) -> None:
            #                    ^^^^^^^^^^^^^^ BC501
            print(at)
        """,
    )


def test_naive_constants_only_where_they_meet_aware_values() -> None:
    check_findings(
        "BC501",
        """
        from datetime import datetime, timezone

        from sqlalchemy import DateTime
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Order(DeclarativeBase):
            aware: Mapped[datetime] = mapped_column(DateTime(timezone=True))
            naive: Mapped[datetime] = mapped_column(DateTime)


        def read(rows, text: str):
            newest = datetime.min
            #        ^^^^^^^^^^^^ BC501
            for row in rows:
                newest = row.at.astimezone(timezone.utc)
            yield newest
            yield Order.aware >= datetime(2026, 1, 1)
            #                    ^^^^^^^^^^^^^^^^^^^^ BC501
            yield Order.naive >= datetime(2026, 1, 1)
            rows[0].at = datetime.strptime(text, "%Y-%m-%d")
            #            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC501
            rows[1].at = datetime.strptime(text, "%Y-%m-%d %z")
            rows[2].on = datetime.strptime(text, "%Y-%m-%d").date()
            assert datetime.strptime(text, "%H") < datetime.strptime(text, "%M")
        """,
    )


@pytest.mark.parametrize("name", ["UTC", "Etc/GMT+3", "GMT"])
def test_a_pytz_zone_with_a_fixed_offset_is_left(name: str) -> None:
    assert (
        _variants(
            "from datetime import datetime\nimport pytz\n"
            f"zone = pytz.timezone({name!r})\nmade = lambda: datetime(2026, 1, 1, tzinfo=zone)\n"
        )
        == []
    )


def test_mend_both_ends_of_a_comparison() -> None:
    check_fix(
        "BC501",
        """
        import datetime


        def is_over(seconds: int) -> bool:
            end = datetime.datetime.utcfromtimestamp(seconds)
            return end < datetime.datetime.utcnow()
        """,
        """
        import datetime


        def is_over(seconds: int) -> bool:
            end = datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)
            return end < datetime.datetime.now(datetime.timezone.utc)
        """,
    )


def test_mend_safely_only_what_stays_the_same_for_its_users() -> None:
    text = (
        "from datetime import datetime, timezone\n\n"
        "epoch = lambda: datetime.utcnow().timestamp()\n"
        "late = lambda: datetime.now(timezone.utc) > datetime.utcnow()\n"
        "kept = lambda: datetime.utcnow()\n"
        "ever = lambda: datetime.now(timezone.utc) > datetime.min\n"
        "from_start = lambda rows: max(rows, default=datetime.min)\n"
    )
    project = project_of("BC501", {"example.py": text}, None)
    fixes = [project.fixes(finding)[0].applicability for finding in project.findings("example.py")]
    assert fixes == ["safe", "safe", "suggested", "safe"]


def test_mend_with_the_short_name_where_the_project_allows_it() -> None:
    before = "from datetime import datetime\n\nmoment = lambda: datetime.utcnow()\n"
    after = "from datetime import UTC, datetime\n\nmoment = lambda: datetime.now(UTC)\n"
    check_fix("BC501", before, after, options=Options(target_python=(3, 11)))


def test_mend_an_untyped_column_and_a_pytz_replace() -> None:
    check_fix(
        "BC501",
        """
        from datetime import datetime

        import pytz
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Order(DeclarativeBase):
            made_at: Mapped[datetime] = mapped_column(default=datetime.utcnow)


        def local(value: datetime) -> datetime:
            return value.replace(tzinfo=pytz.timezone("Asia/Tokyo"))
        """,
        """
        from datetime import datetime, timezone

        import pytz
        from sqlalchemy import DateTime
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Order(DeclarativeBase):
            made_at: Mapped[datetime] = mapped_column(
                DateTime(timezone=True), default=lambda: datetime.now(timezone.utc)
            )


        def local(value: datetime) -> datetime:
            return pytz.timezone("Asia/Tokyo").localize(value.replace(tzinfo=None))
        """,
    )


def test_no_edit_is_offered_for_a_frozen_parameter() -> None:
    text = "from datetime import datetime\n\ndef f(at=datetime.now()):\n    return at\n"
    project = project_of("BC501", {"example.py": text}, None)
    assert [project.fixes(finding) for finding in project.findings("example.py")] == [()]


def test_own_functions_as_defaults_are_followed_across_files() -> None:
    check_findings(
        "BC501",
        """
        #- clock.py
        from datetime import datetime, timezone


        def aware():
            return datetime.now(timezone.utc)


        def naive():
            return datetime.utcnow()
            #      ^^^^^^^^^^^^^^^^^ BC501

        #- models.py
        from datetime import timedelta

        from sqlalchemy import Column, DateTime

        import clock
        from clock import aware

        columns = [
            Column(DateTime, default=aware),
            #      ^^^^^^^^ BC501
            Column(DateTime, default=lambda: aware() + timedelta(days=1)),
            #      ^^^^^^^^ BC501
            Column(DateTime(timezone=True), default=aware),
            Column(DateTime(timezone=True), default=clock.naive),
            #                                       ^^^^^^^^^^^ BC501
            Column(DateTime(timezone=True), default=aware()),
            #                                       ^^^^^^^ BC501 aware() is computed once
            Column(DateTime, default=clock.unknown),
        ]
        """,
    )


def test_mend_an_own_function_that_was_called() -> None:
    check_fix(
        "BC501",
        """
        #- models.py
        from sqlalchemy import Column, DateTime

        from clock import aware

        made_at = Column(DateTime, default=aware())

        #- clock.py
        from datetime import datetime, timezone


        def aware():
            return datetime.now(timezone.utc)
        """,
        """
        #- models.py
        from sqlalchemy import Column, DateTime

        from clock import aware

        made_at = Column(DateTime(timezone=True), default=aware)

        #- clock.py
        from datetime import datetime, timezone


        def aware():
            return datetime.now(timezone.utc)
        """,
    )


def test_a_deadline_is_compared_but_a_duration_is_measured() -> None:
    check_findings(
        "BC501",
        """
        from datetime import datetime, timedelta


        class Token:
            def __init__(self, ttl):
                self.expires_at = datetime.utcnow() + timedelta(seconds=ttl)
                #                 ^^^^^^^^^^^^^^^^^ BC501
                self.started = datetime.utcnow()
                #              ^^^^^^^^^^^^^^^^^ BC501.unstored

            def is_expired(self):
                return datetime.utcnow() > self.expires_at
                #      ^^^^^^^^^^^^^^^^^ BC501

            def show(self):
                print(datetime.utcnow() - self.started)
                #     ^^^^^^^^^^^^^^^^^ BC501.unstored
        """,
    )


def _variants(text: str) -> list[str]:
    assert builtin_catalog().entries["BC501"].analyzer == "naive_datetime"
    project = project_of("BC501", {"example.py": text}, None)
    return [finding.variant for finding in project.findings("example.py")]


def test_mend_a_field_of_django_with_what_its_migrations_can_name() -> None:
    check_fix(
        "BC501",
        """
        from datetime import datetime

        from django.db import models


        class Order(models.Model):
            made = models.DateTimeField(default=datetime.now)
            frozen = models.DateTimeField(default=datetime.utcnow())
        """,
        """
        from django.db import models
        from django.utils import timezone


        class Order(models.Model):
            made = models.DateTimeField(default=timezone.now)
            frozen = models.DateTimeField(default=timezone.now)
        """,
    )


def test_mend_a_table_of_sqlmodel_with_a_column_that_keeps_the_zone() -> None:
    check_fix(
        "BC501",
        """
        from datetime import datetime, timezone

        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Hero(SQLModel, table=True):
            id: int = Field(primary_key=True)
            at: datetime = Field(default_factory=datetime.utcnow)


        class HeroOut(SQLModel):
            at: datetime = Field(default_factory=datetime.utcnow)
        """,
        """
        from datetime import datetime, timezone

        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Hero(SQLModel, table=True):
            id: int = Field(primary_key=True)
            at: datetime = Field(
                default_factory=lambda: datetime.now(timezone.utc),
                sa_type=DateTime(timezone=True),
            )


        class HeroOut(SQLModel):
            at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
        """,
    )


def test_a_parsed_time_that_is_given_its_zone_next() -> None:
    check_findings(
        "BC501",
        """
        from datetime import datetime, timezone

        import pandas as pd

        def deserialize(value, zone):
            at = datetime.strptime(value, "%Y-%m-%d")
            return pd.Timestamp(at).tz_localize(zone)

        def store(row, value):
            at = datetime.strptime(value, "%Y-%m-%d %H:%M")
            if at.tzinfo is None:
                at = at.replace(tzinfo=timezone.utc)
            row.at = at

        def keep(row, value):
            row.at = datetime.strptime(value, "%Y-%m-%d %H:%M")
                  #  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC501
        """,
    )


def test_labels_that_may_name_files_and_the_models_of_revisions_are_left() -> None:
    check_findings(
        "BC501",
        """
        #- app.py
        from datetime import datetime

        class Run:
            def begin(self):
                self.started = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")

            def collection_name(self):
                return datetime.now().isoformat()

        #- versions/one.py
        from datetime import datetime
        from sqlalchemy import Column, DateTime

        revision = "2"
        down_revision = "1"

        class Build(Base):
            __tablename__ = "builds"
            at = Column(DateTime, default=datetime.utcnow)

        #- migrations/one.py
        import datetime
        from django.db import migrations, models

        class Migration(migrations.Migration):
            operations = [
                migrations.AddField("job", "at", models.DateTimeField(default=datetime.datetime.now)),
            ]
        """,
    )


def test_what_asks_a_pytz_zone_for_the_right_offset_is_left() -> None:
    check_findings(
        "BC501",
        """
        import pytz
        from babel.dates import format_datetime
        from datetime import datetime as moment

        def shown(at, zone):
            text = format_datetime(at, "full", tzinfo=pytz.timezone(zone))
            return text, moment(2026, 1, 1, tzinfo=pytz.timezone(zone))
                                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC501
        """,
    )


def test_django_without_zones_takes_naive_times() -> None:
    check_findings(
        "BC501",
        """
        #- site/settings.py
        USE_TZ = False
        #- shop/models.py
        from datetime import datetime
        from django.db import models
        class Order(models.Model):
            placed = models.DateTimeField(default=datetime.now)
            changed = models.DateTimeField(default=datetime.now())
            #                                      ^^^^^^^^^^^^^^ BC501
        def touch(order):
            order.changed = datetime.now()
            order.save()
        """,
    )
    check_findings(
        "BC501",
        """
        #- site/settings.py
        USE_TZ = True
        #- shop/models.py
        from datetime import datetime
        from django.db import models
        class Order(models.Model):
            placed = models.DateTimeField(default=datetime.now)
            #                                     ^^^^^^^^^^^^ BC501
        def touch(order):
            order.changed = datetime.now()
            #               ^^^^^^^^^^^^^^ BC501
            order.save()
        """,
    )


def test_a_branch_on_a_zone_that_is_always_there_makes_it_aware() -> None:
    check_findings(
        "BC501",
        """
        import datetime
        from pytz import timezone
        def store(slot, year, month, day):
            tz = timezone("Asia/Tokyo")
            start = datetime.datetime(year, month, day)
            if tz:
                start = tz.localize(start)
            slot.objects.create(at=start)
        def sometimes(slot, year, month, day, is_local):
            tz = timezone("Asia/Tokyo")
            start = datetime.datetime(year, month, day)
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC501
            if is_local:
                start = tz.localize(start)
            slot.objects.create(at=start)
        """,
    )


def test_mend_with_what_a_module_of_the_workspace_hands_on() -> None:
    check_fix(
        "BC501",
        """
        #- service.py
        from clock import datetime


        def renew(row):
            row.renewed_at = datetime.utcnow()
        #- clock.py
        from datetime import datetime, timezone

        __all__ = ["datetime", "timezone"]
        """,
        """
        #- service.py
        from datetime import timezone

        from clock import datetime


        def renew(row):
            row.renewed_at = datetime.now(timezone.utc)
        #- clock.py
        from datetime import datetime, timezone

        __all__ = ["datetime", "timezone"]
        """,
    )


def test_mend_with_the_clock_of_django_that_a_file_has() -> None:
    check_fix(
        "BC501",
        """
        from datetime import datetime

        from django.db import models
        from django.utils import timezone


        class Visit(models.Model):
            started = models.DateTimeField(default=timezone.now)
            ended = models.DateTimeField(null=True)

            def close(self):
                self.ended = datetime.now()
                self.save()
        """,
        """
        from django.db import models
        from django.utils import timezone


        class Visit(models.Model):
            started = models.DateTimeField(default=timezone.now)
            ended = models.DateTimeField(null=True)

            def close(self):
                self.ended = timezone.now()
                self.save()
        """,
    )


def test_what_sqlmodel_hands_on_and_what_redis_keeps() -> None:
    check_findings(
        "BC501",
        """
        from datetime import datetime

        import redis
        from sqlmodel import Field, SQLModel

        cache = redis.Redis()


        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            seen: datetime | None = Field(default=None, sa_column_kwargs={"onupdate": datetime.utcnow})
                                                                                    # ^^^^^^^^^^^^^^^ BC501


        def mark(key):
            cache.set(key, datetime.now().isoformat())
                         # ^^^^^^^^^^^^^^ BC501
        """,
    )


def test_in_tests_a_naive_time_is_information_and_a_function_that_asks_use_tz_is_right() -> None:
    check_findings(
        "BC501",
        """
        #- tests/test_orders.py
        from datetime import datetime
        def test_expiry(order):
            order.expires_at = datetime.now()
                             # ^^^^^^^^^^^^^^ BC501.test
            order.save()

        #- today.py
        from datetime import datetime
        from django.conf import settings
        from django.utils.timezone import localdate
        def today():
            if settings.USE_TZ:
                return localdate()
            return datetime.today()
        """,
    )


def test_files_that_use_models_are_of_django_without_naming_it() -> None:
    check_findings(
        "BC501",
        """
        #- site/settings.py
        USE_TZ = False
        #- reports/tasks.py
        from datetime import datetime, timedelta
        from reports.models import Report
        def delete_old():
            limit = datetime.today() - timedelta(hours=24)
            Report.objects.filter(made__lt=limit).delete()
        """,
    )


def test_what_a_query_is_given_is_compared() -> None:
    check_findings(
        "BC501",
        """
        from datetime import date, datetime, timedelta
        def old(session, Report):
            limit = datetime.today() - timedelta(hours=24)
                  # ^^^^^^^^^^^^^^^^ BC501 datetime.today() has no zone and is compared
            return Report.objects.filter(made__lt=limit)
        def due(Report):
            return Report.objects.filter(due=date.today())
                                           # ^^^^^^^^^^^^ BC501.date
        def make(Report):
            now = datetime.now()
                # ^^^^^^^^^^^^^^ BC501 datetime.now() has no zone and is stored
            return Report.objects.filter(made__lt=now).update(seen=now)
        """,
    )
