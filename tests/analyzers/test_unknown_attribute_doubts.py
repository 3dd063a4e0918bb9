"""BC901 and BC902 where something gives a class or module what its own text does not show."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings


def test_classes_that_functions_fill() -> None:
    check_findings(
        "BC901",
        """
        #- app/filling.py
        def fill(obj, values):
            for name, value in values.items():
                setattr(obj, name, value)

        def with_names(cls):
            for name in ("first", "last"):
                setattr(cls, name, "")

        #- app/use.py
        import argparse
        from sqlalchemy.orm import registry
        from app.filling import fill, with_names

        class Filled:
            def __init__(self, values):
                self.values = values
                fill(self, values)

            def title(self):
                return self.name

        class Named:
            kind = "x"

        class Looped:
            kind = "x"

        class Mapped:
            def __init__(self, label):
                self.label = label

        class Options:
            verbose: bool

        class Plain:
            kind = "x"

        with_names(Named)
        for cls in (Looped, Named):
            for name in "abc":
                setattr(cls, f"is_{name}", False)
        registry().map_imperatively(Mapped, None)
        argparse.ArgumentParser().parse_args(namespace=Options())
        Named.first, Looped.is_a, Mapped("x").id, Options().quiet
        Plain.first
        #     ^^^^^ BC901
        """,
    )


def test_names_that_are_only_written_as_texts() -> None:
    check_findings(
        "BC901",
        """
        #- app/models.py
        from pydantic import BaseModel, create_model

        COLUMNS = ("x", "y")

        class Point:
            __slots__ = COLUMNS

        class Pair:
            __slots__ = "left right".split()

        class Driver:
            bindings = {"port": int}

        class Reply(BaseModel):
            text: str

        def extended():
            return create_model("ExtendedReply", original=(str, ...))

        def use(reply: Reply):
            Point().z, Pair().left, Driver().port, reply.original
            Pair().middle
            #      ^^^^^^ BC901
            Driver().speed
            #        ^^^^^ BC901
        """,
    )


def test_modules_that_run_more_than_they_say() -> None:
    check_findings(
        "BC901",
        """
        #- app/__init__.py
        __all__ = ["generated"]
        #- app/computed.py
        for number in range(3):
            exec("X%d = %d" % (number, number))
        #- app/parser.py
        from app import computed
        computed.publish("app.parser")
        #- app/messages_pb2.py
        Message = 1
        #- app/plain.py
        VALUE = 1
        #- use.py
        import app
        from app import computed, messages_pb2, parser, plain
        from app._build import date

        computed.X1, parser.Token, messages_pb2.Other, app.generated.x, app._build.date
        plain.VALUES
        #     ^^^^^^ BC901
        """,
    )


def test_bases_through_variables_and_calls() -> None:
    check_findings(
        "BC901",
        """
        import six

        class Lines:
            def header(self):
                return self.out.write("x")

        class Short:
            def run(self):
                return self.do()

        class Mixed:
            def log(self):
                return self.logger.info("x")

        class Final(dict):
            def __init_subclass__(cls):
                cls.logger = None

        class Blob(Final, Mixed):
            pass

        class Writer:
            def __init__(self):
                self.out = None

        def writer(is_short):
            base = Short if is_short else Lines
            if is_short:
                base = Lines
            class Output(base, Writer):
                def do(self):
                    return 1
            class Other(six.with_metaclass(type, Short)):
                def do(self):
                    return 1
            return Output(), Other()
        """,
    )


def test_bases_under_the_name_that_they_are_installed_by() -> None:
    check_findings(
        "BC901",
        """
        #- client/base_job.py
        class BaseJob:
            def record(self):
                return self.logger_of()
        #- server/job.py
        from autotest.client import base_job
        class Job(base_job.BaseJob):
            def logger_of(self):
                return 1

        #- src/__init__.py
        #- src/specs/saving.py
        class Saver:
            def save(self):
                return self.key()
        #- src/specs/work.py
        from specs.saving import Saver
        class Work(Saver):
            def key(self):
                return 1
        """,
    )


def test_what_never_runs() -> None:
    check_findings(
        "BC901",
        """
        #- app/names.py
        class Names:
            first = ""

        def read():
            if False:
                Names.second
            try:
                Names.second
            except Exception:
                pass
            return Names.first
            Names.third

        #- tests/test_names.py
        import pytest
        from app.names import Names

        @pytest.mark.skip(reason="gone")
        def test_skipped():
            Names.second

        def test_names():
            Names.vier
            #     ^^^^ BC901.unsure
            Names.firts
            #     ^^^^^ BC901
        """,
    )


def test_results_that_others_choose() -> None:
    check_findings(
        "BC901",
        """
        #- app/base.py
        from app.lib import cached

        class Context:
            def __enter__(self):
                return connect()

            def __exit__(self, *args):
                pass

        class Small:
            x = 1

        class Base:
            renderer_class = Small

            def renderer(self):
                return self.renderer_class()

            def open(self):
                with Context() as connection:
                    self.connection = connection

        @cached(1)
        def inner():
            return Small()

        def outer():
            return inner()

        #- app/use.py
        from app.base import Base, Small, outer

        class Large:
            y = 1

        class Derived(Base):
            renderer_class = Large

            def use(self):
                self.renderer().y
                self.connection.commit()
                outer().y
                Small().y
                #       ^ BC901
        """,
    )


def test_imports_that_mean_something_else() -> None:
    check_findings(
        "BC901",
        """
        #- shop/__init__.py
        #- shop/cloud/redis/__init__.py
        #- shop/cloud/redis/errors.py
        class Failed(Exception):
            pass
        #- shop/cloud/use.py
        from redis import errors
        from shop.cloud.redis.errors import Failed
        errors.Missing

        #- one/lib/__init__.py
        #- one/lib/log.py
        class Log:
            pass
        #- two/lib/__init__.py
        #- two/lib/log.py
        class Log:
            def start(self):
                pass
        #- check.py
        from lib.log import Log
        Log().start()
        """,
    )


def test_copies_of_other_packages() -> None:
    check_findings(
        "BC901",
        """
        #- libs/requests/__init__.py
        class Session:
            x = 1
        Session.zork
        #       ^^^^ BC901.unsure
        #- libs/tornado/__init__.py
        #- libs/jinja2.py
        """,
    )


def test_first_parameters_that_are_no_instance() -> None:
    check_findings(
        "BC902",
        """
        #- app/files.py
        from typing import Type

        class Files:
            def listed(cls, path):
                return cls.items(path)

            def items(cls, path):
                return []

            def read(self, path=""):
                return path

        class Other:
            chosen = Files

            def use(self):
                return self.chosen.read()

        class Further(Other):
            chosen = Files()

        def annotated(files: Type[Files]):
            files.read()
          # ^^^^^^^^^^ BC902.unsure

        Files.read()
        # <------- BC902

        #- tests/test_files.py
        from app.files import Files

        def test_files():
            Files.read("", "")
            Files.read()
          # ^^^^^^^^^^ BC902.unsure
        """,
    )


def test_a_rule_of_signs_in_a_handler_is_read_at_once() -> None:
    check_findings(
        "BC901",
        f"""
        class Files:
            def read(self):
                return []

        def show():
            try:
                Files().write()
                      # ^^^^^ BC901
            except Exception:
                {"#" * 200}
                print("failed")
        """,
    )


def test_what_a_base_keeps_of_an_unknown_thing_is_unknown_below() -> None:
    check_findings(
        "BC901",
        """
        #- app/base.py
        class View:
            def __init__(self, response):
                self.response = response

            def body(self):
                return self.response.get("body")

        #- app/child.py
        from app.base import View

        class Answer:
            def __init__(self):
                self.text = ""

        class Child(View):
            def prepare(self):
                self.response = Answer()

            def header(self):
                return self.response.get("header")

        def show(child: Child):
            return child.response.get("x"), Child().response.get("y")

        class Empty:
            def __init__(self):
                self.response = None

        class Filled(Empty):
            def __init__(self):
                self.response = Answer()

            def header(self):
                return self.response.get("header")
                                   # ^^^ BC901
        """,
    )


def test_what_a_property_hands_on_may_be_set_elsewhere() -> None:
    check_findings(
        "BC901",
        """
        #- app/store.py
        class Opened:
            def read(self): ...

        class Base:
            def take(self, connection):
                self._connection = connection

        class Store(Base):
            def __init__(self):
                self._connection = Opened()
                self._own = Opened()

            @property
            def connection(self):
                return self._connection

            @property
            def own(self):
                return self._own

            def get_connection(self):
                return self._connection

        #- app/use.py
        from app.store import Store

        Store().connection.write("x")
        Store().get_connection().write("x")
        Store().own.write("x")
                  # ^^^^^ BC901.unsure
        """,
    )


def test_a_member_that_is_kept_makes_no_class_open() -> None:
    check_findings(
        "BC901",
        """
        from enum import Enum

        class Status(str, Enum):
            PAID = "paid"
            CANCELLED = "cancelled"

        class Lender:
            def version(self):
                return self.number

        class Borrower:
            number = 1

        Borrower.version = Lender.version

        def cancel(order):
            order.status = Status.CANCELED
                                # ^^^^^^^^ BC901
        """,
    )


def test_the_body_of_a_route_is_what_it_is_annotated_as() -> None:
    check_findings(
        "BC901",
        """
        #- app/schemas.py
        from pydantic import BaseModel

        class Item(BaseModel):
            title: str

        class User(BaseModel):
            email: str

        #- app/deps.py
        from typing import Annotated
        from fastapi import Depends
        from app.schemas import User

        def get_user(): ...

        CurrentUser = Annotated[User, Depends(get_user)]

        #- app/api.py
        from fastapi import APIRouter, Body, Depends
        from app.deps import CurrentUser, get_user
        from app.schemas import Item, User

        router = APIRouter()

        @router.post("/items")
        async def create(item: Item, user: User = Depends(get_user)):
            return item.amount, user.password
                      # ^^^^^^ BC901
                                   # ^^^^^^^^ BC901.unsure

        @router.put("/items")
        async def change(user: CurrentUser, item: Item = Body(...)):
            return item.quantity, user.age
                      # ^^^^^^^^ BC901
                                     # ^^^ BC901.unsure

        def weigh(item: Item):
            return item.weight
        """,
    )


def test_tests_that_are_expected_to_fail() -> None:
    check_findings(
        "BC901",
        """
        #- names.py
        def name_of(show): ...

        #- tests/test_names.py
        import unittest
        import names

        class TestNames(unittest.TestCase):
            @unittest.expectedFailure
            def test_names(self):
                self.assertEqual(names.names_of("x"), None)
        """,
    )


def test_a_further_test_of_the_type_in_several_rows() -> None:
    check_findings(
        "BC901",
        """
        class Event:
            def publish(self): ...

        class Sent:
            def receipt(self): ...

        def tell(event):
            if isinstance (event, Event):
                event.publsh()
                    # ^^^^^^ BC901

        def follow(event):
            if isinstance(event, Event):
                event.publish()
                if isinstance(
                    event,
                    (Sent, str),
                ):
                    event.receipt()
        """,
    )


def test_historical_models_stand_in_the_module_of_their_model() -> None:
    check_findings(
        "BC901",
        """
        #- core/models.py
        from django.db import models
        from simple_history.models import HistoricalRecords

        class OwnRecords(HistoricalRecords):
            pass

        class Kept(models.Model):
            history = OwnRecords(inherit=True)
            class Meta:
                abstract = True

        #- forms/models.py
        from core.models import Kept
        from simple_history.models import HistoricalRecords
        from django.db import models

        class Answer(Kept):
            text = models.TextField()

        class Question(models.Model):
            history = HistoricalRecords(module="forms.history")

        #- forms/history.py
        VERSION = 1

        #- plain/models.py
        from django.db import models
        class Page(models.Model):
            title = models.TextField()

        #- forms/signals.py
        from forms import history, models
        import plain.models

        def names():
            return models.HistoricalAnswer, history.HistoricalQuestion, plain.models.Pages
                                                                                   # ^^^^^ BC901
        """,
    )


def test_a_base_out_of_a_mapping_is_unknown() -> None:
    check_findings(
        "BC901",
        """
        #- forms.py
        from typing import Generic, TypeVar
        T = TypeVar("T")

        class Form:
            def fill(self): ...

        class Box(Generic[T]):
            def put(self, value: T): ...

        FORMS = {"plain": Form}

        def made(kind):
            TYPES = {"plain": Form}
            class ProductForm(TYPES[kind]):
                pass
            ProductForm.set_fields(kind)
            class Boxed(Box[int]):
                pass
            Boxed.set_fields(kind)
                # ^^^^^^^^^^ BC901

        #- other.py
        import forms

        class OtherForm(forms.FORMS["plain"]):
            pass

        OtherForm.set_fields(1)
        """,
    )


def test_a_function_that_hands_on_gives_a_class_below_its_annotation() -> None:
    check_findings(
        "BC901",
        """
        #- base.py
        class RoutePlugin:
            def setup(self): ...

        _KEPT: dict[str, RoutePlugin] = {}

        def register(plugin: RoutePlugin) -> RoutePlugin:
            _KEPT[plugin.name] = plugin
            return plugin

        def find(name) -> RoutePlugin:
            return _KEPT[name]

        #- lb.py
        import base

        class LBPlugin(base.RoutePlugin):
            name = "lb"
            def refresh(self): ...

        lb_plugin = base.register(LBPlugin())

        #- routes.py
        import base
        from lb import lb_plugin

        class Routes:
            def __init__(self):
                self.plugin = base.find("lb")

            def reload(self):
                self.plugin.refresh()
                self.plugin.stop()
                          # ^^^^ BC901

        def change():
            lb_plugin.refresh()
            lb_plugin.refreshed()
                    # ^^^^^^^^^ BC901
            base.find("lb").refresh()
        """,
    )


def test_a_class_that_hands_on_to_what_it_is_mixed_in_with() -> None:
    check_findings(
        "BC901",
        """
        class Superusers(object):
            def fields_for(self, request):
                found = super(Superusers, self).fields_for(request)
                return found + self.model_fields

        class Plain(object):
            def fields_for(self, request):
                return self.model_fields
                     #      ^^^^^^^^^^^^ BC901
        """,
    )
