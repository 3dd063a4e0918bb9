"""BC901 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix, project_of

CACHE = """
#- backend/core/cache/cache_system.py
class CacheInvalidator:
    def __init__(self, cache):
        self.cache = cache

    def invalidate(self, pattern, **kwargs):
        return self.cache.drop(pattern)

    def invalidate_pattern(self, pattern):
        return self.cache.drop(pattern)

cache_invalidator = CacheInvalidator({})
"""


def test_method_called_on_the_class_of_another_file() -> None:
    check_findings(
        "BC901",
        CACHE
        + """
#- backend/api/routes/games.py
from backend.core.cache.cache_system import CacheInvalidator

def create_game():
    CacheInvalidator.invalidate_key("games.list")
    #                ^^^^^^^^^^^^^^ BC901 CacheInvalidator has no attribute invalidate_key
    CacheInvalidator.invalidate_key("dashboard_statistics")
    #                ^^^^^^^^^^^^^^ BC901
""",
    )


def test_mend_goes_to_the_instance_of_the_module() -> None:
    before = {
        "routes": """
#- backend/api/routes/games.py
from backend.core.cache.cache_system import CacheInvalidator

def create_game():
    CacheInvalidator.invalidate_key("games.list")
""",
        "after": """
#- backend/api/routes/games.py
from backend.core.cache.cache_system import cache_invalidator

def create_game():
    cache_invalidator.invalidate("games.list")
""",
    }
    check_fix("BC901", before["routes"] + CACHE, before["after"] + CACHE)


def test_bases_known_from_libraries() -> None:
    check_findings(
        "BC901",
        """
from enum import Enum
from typing import NamedTuple
from dataclasses import dataclass, field
from pydantic import BaseModel

class Color(Enum):
    RED = 1
    GREEN = 2

class Point(NamedTuple):
    x: int
    y: int

@dataclass(frozen=True)
class Order:
    number: str
    lines: list[str] = field(default_factory=list)

class Settings(BaseModel):
    timeout: int = 3

class Failure(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code

def use(order: Order, point: Point, settings: Settings):
    Color.RED.value
    Color.PURPLE
    #     ^^^^^^ BC901
    point._replace(x=1).x, point.x
    point.z
    #     ^ BC901
    order.lines, order.number
    order.numbr
    #     ^^^^^ BC901
    settings.model_dump(), settings.timeout, settings.dict()
    settings.time_out
    #        ^^^^^^^^ BC901
    try:
        pass
    except Failure as failure:
        failure.args, failure.code, failure.with_traceback(None)
        failure.kode
        #       ^^^^ BC901
""",
    )


def test_silent_where_something_else_may_give_the_name() -> None:
    check_findings(
        "BC901",
        """
#- app/things.py
import functools
from typing import Protocol
from somewhere import Meta, register

class Plain:
    def __init__(self):
        self.name = "x"

class Child(Plain):
    def extra(self):
        return 1

class Patched:
    name = "x"

class Slotted:
    __slots__ = ("lazy",)

class Made(metaclass=Meta):
    name = "x"

@register
class Registered:
    name = "x"

class Shape(Protocol):
    area: int

class LogMixin:
    def log(self):
        return self.request_id

class Extra:
    def __init__(self, **values):
        for key, value in values.items():
            setattr(self, key, value)

class Tried:
    def get(self):
        try:
            return self._cached
        except AttributeError:
            self._cached = 1
            return self._cached

#- app/use.py
from app import things
from app.things import Child, Extra, LogMixin, Made, Patched, Plain, Registered, Shape, Slotted

Patched.added = 1

def base(plain: Plain, shape: Shape, patched: Patched, slotted: Slotted, extra: Extra):
    plain.extra()
    shape.width
    patched.added
    slotted.lazy
    extra.anything
    Made.created
    Registered.signals
    getattr(plain, "maybe", None) and plain.maybe
    if isinstance(plain, (int, str)):
        plain.upper()

def bound_again(plain: Plain):
    while plain:
        plain.upper()
        plain = str(plain)
""",
    )


def test_modules() -> None:
    check_findings(
        "BC901",
        """
#- shop/__init__.py
from shop.config import config
#- shop/config.py
class Config:
    debug = True
config = Config()
#- shop/names.py
from shop.stars import *
try:
    import fast as engine
except ImportError:
    engine = None
if engine:
    SPEED = 2
#- shop/stars.py
STAR = 1
#- shop/sub/__init__.py
#- shop/sub/deep.py
X = 1
#- shop/use.py
import shop.names
import shop.sub
from shop import config, names

shop.names.SPEED
shop.sub.deep
config.debug
names.STAR, names.engine
names.STARS
#     ^^^^^ BC901 the module shop.names has no attribute STARS
""",
    )


def test_instances_through_returns_attributes_and_decorators() -> None:
    check_findings(
        "BC901",
        """
#- db.py
def singleton(cls):
    made = {}

    def get():
        if cls not in made:
            made[cls] = cls()
        return made[cls]

    return get

@singleton
class Redis:
    def get(self, key):
        return key

class Repo:
    def __init__(self):
        self.redis = Redis()

    def load(self):
        return self.redis.mget([])
        #                 ^^^^ BC901

def make() -> Repo:
    return Repo()

REDIS = Redis()
#- app.py
from db import REDIS, make

REDIS.mget([])
#     ^^^^ BC901
repo = make()
repo.save()
#    ^^^^ BC901
with make() as entered:
    entered.anything
""",
    )


def test_the_nearest_name_is_the_one_that_takes_the_arguments() -> None:
    check_fix(
        "BC901",
        """
class Mailer:
    def send_all(self, first, second):
        return first

    def send_one(self, address):
        return address

def notify(mailer: Mailer):
    mailer.send_now("a@b.c")
""",
        """
class Mailer:
    def send_all(self, first, second):
        return first

    def send_one(self, address):
        return address

def notify(mailer: Mailer):
    mailer.send_one("a@b.c")
""",
    )


def test_bases_behind_super() -> None:
    check_findings(
        "BC901",
        """
#- base.py
class Repository:
    async def add(self, row):
        return row

#- users.py
from base import Repository
from somewhere import Unknown

class Users(Repository):
    async def create(self, row):
        await super().add(row)
        return await super().create(row)
        #                    ^^^^^^ BC901

class Cooperative(Repository):
    def extra(self):
        super().extra()

class Extra(Repository):
    def extra(self):
        return None

class Both(Cooperative, Extra):
    pass

class Far(Unknown):
    def go(self):
        super().gone()
""",
    )


def test_names_of_generators_are_missing_where_no_function_gave_the_owner() -> None:
    check_findings(
        "BC901",
        """
class Mailer:
    def send_mail(self, address):
        return address

async def make() -> Mailer:
    return Mailer()

Mailer().send("a@b.c")
#        ^^^^ BC901
made = make()
made.close()
""",
    )


def test_the_only_method_that_takes_the_arguments() -> None:
    before = """
class Repository:
    def __init__(self, rows):
        self.rows = rows

    def find(self, key):
        return self.rows[key]

    def empty(self):
        self.rows.clear()

def use(rows):
    return Repository(rows).lookup(1)
"""
    check_fix("BC901", before, before.replace("lookup(1)", "find(1)"))


def test_chains_that_go_on_on_the_next_line() -> None:
    check_findings(
        "BC901",
        """
        class Repo:
            def find(self, key):
                return key

        def load(key):
            repo = Repo()
            return (
                repo
                # the row
                .fnd(key)
               # ^^^ BC901
            )
        """,
    )


def test_what_others_bring_to_a_class_is_not_missing() -> None:
    check_findings(
        "BC901",
        """
#- app/auth.py
class Authenticated:
    \"\"\"Mixin for handlers that are authenticated.\"\"\"

    def check(self):
        return True

class Handler(Authenticated):
    def user(self):
        return self.settings["user"]

#- app/celery.py
from celery import Celery

class App(Celery):
    def patch(self):
        class Task(self.Task):
            def __call__(self, *args):
                return self.request.get("id")
        self.Task = Task

#- app/placeholders.py
class Placeholder:
    name = "date"

    def render(self):
        return self.transform(self.name)

def made(name, transform):
    return type(f"{name}Placeholder", (Placeholder,), {"transform": transform})

#- app/passwords.py
class Hashed:
    def __init__(self, attr):
        self.attr = attr

    def __set__(self, instance, value):
        setattr(instance, self.attr, hash(value))

class User:
    password = Hashed("_password")

def is_empty(user: User):
    return User()._password is None

#- app/errors.py
class AppError(Exception):
    code = 1

def told(run):
    try:
        run()
    except* AppError as group:
        return [each.code for each in group.exceptions]
""",
    )


def test_a_submodule_that_a_star_import_hides() -> None:
    check_findings(
        "BC901",
        """
#- u/logger.py
def create_logger():
    return Logger()

class Logger:
    def info(self, text):
        print(text)

#- u/helpers.py
from .logger import create_logger

logger = create_logger()

#- u/__init__.py
from .helpers import *
from .logger import *

#- m.py
from u import logger

logger.info("begun")
""",
    )


def test_packages_without_init_are_attributes_too() -> None:
    check_findings(
        "BC901",
        """
#- shop/__init__.py

#- shop/common/__init__.py

#- shop/common/runtimes/constants.py
LIMIT = 3

#- main.py
import shop.common
import shop.common.runtimes.constants

print(shop.common.runtimes.constants.LIMIT)
""",
    )


def test_a_base_that_an_expression_gives_is_not_known() -> None:
    check_findings(
        "BC901",
        """
#- models.py
from scopes import Scoped

class Manager(Scoped(key="a").__class__):
    def active(self):
        return self.filter(active=True)
""",
    )


def test_classes_that_are_gathered_into_another_one() -> None:
    check_findings(
        "BC901",
        """
#- wizards.py
import inspect
import sys

class Server:
    def is_needed(self):
        return self._settings.get("server") is None

Wizards = type(
    "Wizards",
    tuple(cls for _, cls in inspect.getmembers(sys.modules[__name__], inspect.isclass)),
    {},
)
""",
    )


def test_optional_forward_references() -> None:
    check_findings(
        "BC901",
        """
        class User:
            def __init__(self, first: str):
                self.first = first

        def shown(user: "User | None", other: "Optional[User]"):
            if user is not None:
                return user.frist, other.frist
                          # ^^^^^ BC901
                                       # ^^^^^ BC901
        """,
    )


def test_bases_that_are_made_of_a_class() -> None:
    check_findings(
        "BC901",
        """
        #- app/base.py
        from sqlalchemy.ext.declarative import declarative_base

        class Stored:
            def save(self, db):
                db.add(self)

        class Wrapped(Stored):
            @classmethod
            def get_by(cls, db, **fields):
                return db.query(cls).filter_by(**fields).first()

        Base = declarative_base(cls=Wrapped)

        #- app/models.py
        from sqlalchemy import Column, Integer
        from app.base import Base

        class User(Base):
            id = Column(Integer, primary_key=True)

        #- app/users.py
        from app.models import User

        def rename(db):
            user = User.get_by(db, id=1)
            User().save(db)
            return User.get_bye(db, id=1)
                      # ^^^^^^^ BC901 User has no attribute get_bye
        """,
    )


def test_names_that_a_call_publishes() -> None:
    check_findings(
        "BC901",
        """
        #- mails/config/config.py
        import mails

        class Configuration:
            def __getattr__(self, name):
                return self.parsed[name]

        #- mails/__init__.py
        VERSION = 1

        #- mails/config/__init__.py
        from mails.config.config import Configuration
        from public import public

        public(config=Configuration())

        #- mails/owner.py
        from mails.config import config

        def owner():
            return config.mails.site_owner

        #- mails/sample.py
        import mails.config

        def sample():
            try:
                import mails.dist
            except ImportError:
                return None
            return mails.dist.__file__

        #- mails/start.py
        import mails.config

        def start():
            config = mails.config.config
            return config.mails.site_owner
        """,
    )


def test_subclasses_of_a_base_under_another_name() -> None:
    check_findings(
        "BC901",
        """
        #- app/models.py
        class Options:
            def dump(self):
                return {}

        class Info:
            def __init__(self, options: Options):
                self.options: Options = options

        #- app/trees.py
        from app.models import Info, Options as BaseOptions

        class Options(BaseOptions):
            kind = "tree"

        def is_tree(info: Info):
            return info.options.kind == "tree"
        """,
    )


def test_tests_that_are_mixed_into_cases() -> None:
    check_findings(
        "BC901",
        """
        #- tests/test_search.py
        from unittest import TestCase

        class SearchTests:
            def setUp(self):
                self.backend = self.backend_name

            def test_all(self):
                self.assertIn(1, self.backend)

        for name in ("sqlite", "postgresql"):
            globals()[f"Test{name}"] = type(
                f"Test{name}",
                (
                    SearchTests,
                    TestCase,
                ),
                {"backend_name": name},
            )

        #- tests/test_tags.py
        class _TagTests:
            def test_all(self):
                with self.client() as client:
                    client.get("/tags", headers=self.headers)

        #- app/connectors.py
        class Connector:
            def test_connection(self):
                return self.ping()
                #           ^^^^ BC901
        """,
    )


def test_class_that_type_makes_over_several_lines() -> None:
    check_findings(
        "BC901",
        """
        #- app/views.py
        class Listing:
            def rows(self):
                return self.store

        def listing(name, store):
            return type(
                name,
                (
                    Listing,
                    object,
                ),
                {"store": store},
            )
        """,
    )


def test_annotation_that_means_the_class_beside_it() -> None:
    check_findings(
        "BC901",
        """
        #- app/traits.py
        class Action:
            def __init__(self, minimum, maximum):
                self.minimum = minimum
                self.maximum = maximum

        class Trait:
            def __init__(self, name, actions):
                self.name = name
                self.actions = actions

        #- app/plans.py
        from app import traits

        def plan(trait: traits.Trait):
            return [steps(action) for action in trait.actions]

        def steps(action: traits.Trait):
            if action.minimum is None:
                return action.maximum
            return action.minimum

        #- app/reports.py
        from app import traits

        def report(trait: traits.Trait):
            return trait.nme
            #            ^^^ BC901
        """,
    )


def test_attribute_of_what_a_call_gives_that_only_an_annotation_tells() -> None:
    check_findings(
        "BC901",
        """
        #- app/models.py
        class Options:
            def dump(self):
                return {}

        class Model:
            options: Options

        def get(name) -> Model:
            return load(name)

        #- app/trees.py
        from app import models
        from app.models import Options as BaseOptions

        class Options(BaseOptions):
            kind = "tree"

        def is_tree(name):
            model = models.get(name)
            return model.options.kind == "tree"
        """,
    )


def test_class_that_says_that_it_needs_to_be_subclassed() -> None:
    check_findings(
        "BC901",
        """
        #- app/reports.py
        class Report:
            \"\"\"Top-level class that needs to be subclassed to give a report.\"\"\"

            def name(self):
                return self.formatters["html"]
        """,
    )


def test_what_stands_in_for_others() -> None:
    check_findings(
        "BC901",
        """
        #- app/client.py
        class Client:
            def send(self):
                return None

        def capture(target):
            target.hook = capture

        #- tests/test_client.py
        from app.client import Client, capture

        class FakeSys:
            def exit(self):
                return 1

        class FakeClient:
            pass

        def test_mocks(mocker):
            Client.send.reset_mock()
            Client.reset_mock()

        def test_replaced(monkeypatch):
            monkeypatch.setattr("app.client.Client", FakeClient)
            assert Client().closed

        def test_set_by_the_tested_code():
            fake = FakeSys()
            capture(fake)
            assert fake.hook
            assert fake.exits
            #           ^^^^^ BC901
        """,
    )


def test_submodule_that_a_star_brings_along() -> None:
    check_findings(
        "BC901",
        """
        #- tools/__init__.py
        from tools.core import *

        #- tools/core/__init__.py
        from .files import *

        #- tools/core/files.py
        def load():
            return 1

        #- tools/use.py
        import tools as t

        def supports():
            return t.files.load() or t.nothing
            #                          ^^^^^^^ BC901
        """,
    )


def test_bases_that_are_not_what_they_seem() -> None:
    check_findings(
        "BC901",
        """
        import enum
        from novalib import client as base_client

        Client = base_client.Client("2").__class__

        class FakeClient(Client):
            def __init__(self):
                self.client = None

        class Labels(str, enum.Enum):
            pass

        Kind = Labels("Kind", {"a": "a"})

        class Limits:
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.fields["start"].required = True

        class Plain:
            def __init__(self):
                super().__init__()
                self.size = 1

            def grow(self):
                return self.sizes
                #           ^^^^^ BC901

        def use():
            return FakeClient().servers, Kind.a
        """,
    )


def test_line_that_type_checkers_leave_alone() -> None:
    check_findings(
        "BC901",
        """
        class Report:
            def name(self):
                self.title = self.prefix  # type: ignore[attr-defined]
                # pylint: disable=no-member
                return self.suffix

            def size(self):
                return self.width  # type: ignore[arg-type]
                #           ^^^^^ BC901
        """,
    )


def test_what_may_be_something_else_is_information() -> None:
    check_findings(
        "BC901",
        """
        #- app/progress.py
        class Builder:
            def build(self):
                return 1

        #- app/fixtures.py
        class Fixtures:
            def create_view(self):
                table = self.create_table()
                #            ^^^^^^^^^^^^ BC901.unsure
                return self.faker.name(table)
                #           ^^^^^ BC901.unsure

        #- app/imports.py
        from app.progress import Builder

        def run(progress: Builder):
            progress.increment(1)
            #        ^^^^^^^^^ BC901.unsure

        #- app/commands.py
        class HelpCommand:
            def help(self):
                self.notify("a")
                #    ^^^^^^ BC901.unsure
                self.notify("b")
                #    ^^^^^^ BC901.unsure
                self.notify("c")
                #    ^^^^^^ BC901.unsure

        #- app/slips.py
        from app.progress import Builder

        def run(progress: Builder):
            return progress.biuld()
            #               ^^^^^ BC901
        """,
    )


def test_class_in_a_function_with_an_unknown_base() -> None:
    check_findings(
        "BC901",
        """
        #- tests/fixtures.py
        class PremiumFixtures:
            def create_view(self):
                return self.create_table()

        #- tests/conftest.py
        def premium(data):
            from tests.fixtures import PremiumFixtures as Base

            class PremiumFixtures(Base, data.__class__):
                pass

            return PremiumFixtures()
        """,
    )


def test_parts_of_a_class_whose_bases_come_out_of_a_list() -> None:
    check_findings(
        "BC901",
        """
        #- app/commands.py
        class Start:
            def start(self):
                self.notify("started")

        class Stop:
            def stop(self):
                self.notify("stopped")
                print(self.stop.__name__)

        __all__ = [Start, Stop]

        #- app/main.py
        from app.commands import __all__ as commands

        class App(*commands):
            def notify(self, text): ...
        """,
    )


def test_what_is_missing_too_often_is_information() -> None:
    names = [f"n{number}x" for number in range(9)]
    reads = "".join(f"    Settings.{name}\n" + "#            ^^^ BC901.unsure\n" for name in names)
    check_findings("BC901", f"class Settings:\n    port = 1\n\ndef read():\n{reads}")
    check_findings(
        "BC901",
        f"class Settings:\n    port = 1\n\ndef read():\n{reads.split('    Settings.n8x')[0]}".replace(
            ".unsure", ""
        ),
    )


def test_function_that_a_class_body_registers() -> None:
    check_findings(
        "BC901",
        """
        class Input:
            bindings = Bindings()

            @bindings.add("enter")
            def _(event):
                event.app.newline()

            def lower(value):
                return value.inner

            @bindings.add("tab")
            def tab(self):
                self.complete()
                #    ^^^^^^^^ BC901
        """,
    )


def test_several_names_that_an_annotated_class_lacks() -> None:
    check_findings(
        "BC901",
        """
        #- errbot/message.py
        class Message:
            def __init__(self, body, extras):
                self.body = body
                self.extras = extras

        #- errbot/telegram.py
        from errbot.message import Message

        def handle(message: Message) -> None:
            if message.text is None:
                #      ^^^^ BC901.unsure
                return
            print(message.body, message.chat["type"])
            #                           ^^^^ BC901.unsure
        """,
    )


def test_fake_of_the_test_that_has_the_name() -> None:
    check_findings(
        "BC901",
        """
        #- app/runtime.py
        class Tokens:
            def count(self): ...

        class Held:
            def __init__(self, tokens: Tokens) -> None:
                self.tokens = tokens

        #- tests/test_runtime.py
        from app.runtime import Held, Tokens

        class FakeTokens:
            closed = False

        def test_closed(held: Held):
            assert held.tokens.closed is False
            assert Tokens().closed
            #               ^^^^^^ BC901
        """,
    )


def test_self_of_a_type_variable() -> None:
    check_findings(
        "BC901",
        """
        from typing import TypeVar

        T = TypeVar("T")

        class Subscription:
            def __init__(self: T, handler) -> None:
                self._handler = handler

        def use():
            return Subscription(1)._handler, Subscription(1)._handle
            #                                                ^^^^^^^ BC901
        """,
    )


def test_base_that_is_only_one_of_two() -> None:
    check_findings(
        "BC901",
        """
        #- flows/ml.py
        try:
            from azure.ml import Includes
        except ImportError:
            class Includes:
                pass

        #- flows/flow.py
        from flows.ml import Includes

        class Flow(Includes):
            def build(self):
                return super()._build_local() or self._build_other()
        """,
    )


def test_list_that_is_annotated_as_one_item_and_stubs() -> None:
    check_findings(
        "BC901",
        """
        #- app/agents.py
        from stubs.client import Client

        class Agent:
            def __init__(self, name: str) -> None:
                self.name = name

        def parse(names):
            agents: Agent = []
            for name in names:
                agents.append(Agent(name))
            return agents, Client().connected

        #- stubs/client.pyi
        class Client:
            def start(self) -> None: ...
        """,
    )


def test_folder_that_is_called_like_a_package() -> None:
    check_findings(
        "BC901",
        """
        #- app/api/utils/rest_framework/__init__.py
        #- app/api/utils/rest_framework/viewsets.py
        from rest_framework import viewsets

        class Own(viewsets.ViewSet): ...

        #- app/audit/views.py
        from rest_framework import viewsets
        from app.api.utils.rest_framework import viewsets as own

        class Logs(viewsets.ModelViewSet, own.Owner): ...
        #                                     ^^^^^ BC901
        """,
    )


def test_what_a_test_of_its_type_says_of_a_name() -> None:
    check_findings(
        "BC901",
        """
        class Event:
            kind = "event"

        class Created(Event):
            def __init__(self, item_id):
                self.item_id = item_id

        class Paid:
            def __init__(self, amount):
                self.amount = amount

        def inside(event: Event, other):
            if other and isinstance(event, Created) and event.item:
                                                            # ^^^^ BC901
                return event.item_ids
                           # ^^^^^^^^ BC901
            if isinstance(other, Created):
                return [other.anything for other in event.kind]
            return other.anything

        def behind(event):
            if not isinstance(event, (Created, Paid)):
                return event.anything
            if not isinstance(event, Created):
                return event.amounts
            return event.itemid
                       # ^^^^^^ BC901

        def bound_again(event):
            if isinstance(event, Created):
                event = event.kind
                return event.anything
            if isinstance(event, Event):
                return hasattr(event, "more") and event.more

        def cases(event):
            match event:
                case Created() as created:
                    return created.itemid, event.itemids
                                 # ^^^^^^ BC901
                                               # ^^^^^^^ BC901
                case Created() | Paid():
                    return event.anything
                case {"paid": Paid()}:
                    return event.anything
        """,
    )


def test_elements_of_an_annotated_list() -> None:
    check_findings(
        "BC901",
        """
        from typing import Sequence

        class Row:
            def __init__(self, key):
                self.key = key

        def keys(rows: list[Row], more: Sequence[Row], pairs: dict[Row, int], first):
            for row in rows:
                print(row.keys)
                        # ^^^^ BC901
            for other in pairs.items():
                print(other.keys)
            more = first(more)
            return [row.keys for row in more]
        """,
    )


def test_classes_by_their_full_names() -> None:
    check_findings(
        "BC901",
        """
        #- app/__init__.py

        #- app/core/__init__.py

        #- app/core/mail.py
        class Mailer:
            def send(self, to): ...

        class Status:
            PAID = 1

        #- app/one.py
        import app.core.mail

        def go():
            app.core.mail.Mailer.build()
                               # ^^^^^ BC901
            return app.core.mail.Status.DONE
                                      # ^^^^ BC901

        #- app/two.py
        from app.core import mail

        def go():
            mail.sendd()
               # ^^^^^ BC901
            return mail.Status.DONE
                             # ^^^^ BC901
        """,
    )


def test_class_in_whose_place_another_may_stand_that_is_not_seen() -> None:
    check_findings(
        "BC901",
        """
        #- shop/config.py
        class Config:
            DATABASE_HOST = "db"
            DEBUG = False

        #- shop/connecting.py
        from shop.config import Config

        def connect(config: type[Config]):
            return config.DATABASE_PORT
            #             ^^^^^^^^^^^^^ BC901.unsure

        #- shop/slips.py
        from shop.config import Config

        def connect(config: Config):
            return config.DATABASE_HOSTS
            #             ^^^^^^^^^^^^^^ BC901

        def port():
            return Config.DATABASE_PORT
            #             ^^^^^^^^^^^^^ BC901

        #- shop/app.py
        from shop.config import Config

        class App:
            config_class = Config

            def run(self):
                return self.config_class().SECRET
                #                          ^^^^^^ BC901.unsure
        """,
    )


ORDER = """
#- shop.py
from dataclasses import dataclass

@dataclass
class Line:
    sku: str
    quantity: int

class Order:
    def __init__(self, lines: list[Line], by_sku: dict[str, Line]):
        self.lines = lines
        self.by_sku = by_sku
        self.texts = lines
"""


def test_items_of_annotated_collections() -> None:
    check_findings(
        "BC901",
        ORDER
        + """
    def counted(self):
        for number, line in enumerate(self.lines):
            print(number, line.quantityy)
            #                  ^^^^^^^^^ BC901
        for line in self.by_sku.values():
            print(line.sku.upper(), line.skuu)
            #                            ^^^^ BC901

    def first(self):
        return self.lines[0].prize, self.lines[0].sku, self.lines[1:].count(1)
        #                    ^^^^^ BC901
""",
    )


def test_items_that_may_be_others() -> None:
    check_findings(
        "BC901",
        ORDER
        + """
    def changed(self):
        self.texts = [line.sku for line in self.lines]
        for text in self.texts:
            print(text.upper())
        for line in self.lines:
            line = line.sku
            print(line.lower())
        for line in self.lines:
            if hasattr(line, "note"):
                print(line.note)
""",
    )


def test_slip_beside_a_name_like_no_other() -> None:
    check_findings(
        "BC901",
        """
from dataclasses import dataclass

@dataclass
class Line:
    sku: str
    qty: int

def f(line: Line):
    return line.quantity
    #           ^^^^^^^^ BC901.unsure

def g(line: Line):
    return line.qtyy
    #           ^^^^ BC901 Line has no attribute qtyy
""",
    )


def _titles(code: str) -> list[str]:
    project = project_of("BC901", {"model.py": code}, None)
    return [fix.title for finding in project.findings("model.py") for fix in project.fixes(finding)]


def test_what_is_no_mend() -> None:
    # The function around would call itself; a text cannot be called; a credit is no debit.
    assert (
        _titles(
            """
class Doc:
    def __init__(self, text):
        self.text = text

    @classmethod
    def parse(cls, text):
        return cls.from_text(text)

    def credit_note(self):
        return self.text

def f():
    return Doc("").debit_note()
"""
        )
        == []
    )
