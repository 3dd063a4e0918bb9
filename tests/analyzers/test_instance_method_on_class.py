"""BC902 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_what_is_passed_decides() -> None:
    check_findings(
        "BC902",
        """
class Store:
    def __init__(self, url="x"):
        self.url = url

    def save(self, item, force=False):
        return item

    def clear(self):
        return None

    def note(self, who, what, **details):
        return details

    def plain(value):
        return value

    @classmethod
    def make(cls):
        cls.clear()
      # ^^^^^^^^^ BC902 clear is a method of instances and is called on the class Store
        return cls()

class Child(Store):
    def save(self, item, force=False):
        return Store.save(self, item, force)

def run(store: Store, child: Child, unknown, *args, **kwargs):
    Store.save("item")
  # ^^^^^^^^^^ BC902
    Store.save("item", True)
  # ^^^^^^^^^^ BC902
    Store.save(item=unknown)
  # ^^^^^^^^^^ BC902
    Child.clear()
  # ^^^^^^^^^^^ BC902
    Store.note(unknown, "ban", target=1)
  # ^^^^^^^^^^ BC902
    Store.note(unknown, "ada", "ban", target=1)
    Store.note(unknown, "ban", **kwargs)
    Store.save(unknown, **kwargs)
    Store.save(**kwargs)
  # ^^^^^^^^^^ BC902
    Store.save(store, "item")
    Store.save(child, "item")
    Store.save(unknown, "item")
    Store.save(*args)
    Store.save(self=unknown, item=1)
    Store.plain(3)
    Store.clear(unknown)
    return [Store.clear, map(Store.clear, [store])]
""",
    )


def test_instance_of_another_module_replaces_the_import() -> None:
    other = """
#- app/cache.py
class CacheInvalidator:
    def __init__(self, cache):
        self.cache = cache

    def invalidate(self, pattern):
        return self.cache.pop(pattern)

cache_invalidator = CacheInvalidator({})
"""
    check_fix(
        "BC902",
        """
#- app/api.py
from app.cache import CacheInvalidator

def changed():
    CacheInvalidator.invalidate("dashboard_statistics")
"""
        + other,
        """
#- app/api.py
from app.cache import cache_invalidator

def changed():
    cache_invalidator.invalidate("dashboard_statistics")
"""
        + other,
    )


def test_method_that_takes_cls_becomes_a_class_method() -> None:
    check_fix(
        "BC902",
        """
class DB:
    def set_sync_db(cls):
        cls.engine = 1

    @classmethod
    def get(cls):
        cls.set_sync_db()
""",
        """
class DB:
    @classmethod
    def set_sync_db(cls):
        cls.engine = 1

    @classmethod
    def get(cls):
        cls.set_sync_db()
""",
    )


def test_self_is_the_instance_inside_of_the_class() -> None:
    check_fix(
        "BC902",
        """
class Job:
    def __init__(self, name):
        self.name = name

    def stop(self):
        return self.name

    def run(self):
        Job.stop()
""",
        """
class Job:
    def __init__(self, name):
        self.name = name

    def stop(self):
        return self.name

    def run(self):
        self.stop()
""",
    )


def test_no_mend_where_an_instance_needs_arguments() -> None:
    code = """
class Job:
    def __init__(self, name):
        self.name = name

    def stop(self):
        return self.name

def run():
    Job.stop()
"""
    check_fix("BC902", code, code)


def test_decorators_that_give_all_arguments_on() -> None:
    check_findings(
        "BC902",
        """
#- app/decorators.py
import functools

def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner

def named(name):
    def decorator(function):
        async def inner(*args, **kwargs):
            return await function(*args, **kwargs)

        return inner

    return decorator

def with_registry(function):
    def inner(*args, **kwargs):
        return function(REGISTRY, *args, **kwargs)

    return inner

def on_either(function):
    def inner(*args, **kwargs):
        args = (REGISTRY, *args)
        return function(*args, **kwargs)

    return inner

def shared(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return classmethod(inner)

#- app/report.py
from tenacity import retry

from app.decorators import logged, named, on_either, shared, with_registry

class Report:
    @logged
    def plain(self, title): ...

    @named("report")
    async def called(self, title): ...

    @retry(reraise=True)
    def again(self, title): ...

    @with_registry
    def given(self, title): ...

    @on_either
    def either(self, title): ...

    @shared
    def of_class(self, title): ...

made = Report.plain("a")
#      ^^^^^^^^^^^^ BC902
made = Report.called("a")
#      ^^^^^^^^^^^^^ BC902
made = Report.again("a")
#      ^^^^^^^^^^^^ BC902
Report.given("a")
Report.either("a")
Report.of_class("a")
""",
    )


def test_dataclass_with_defaults() -> None:
    check_fix(
        "BC902",
        """
        from dataclasses import dataclass

        @dataclass
        class Conf:
            path: str = "x"

            def load(self):
                return self.path

        Conf.load()
        """,
        """
        from dataclasses import dataclass

        @dataclass
        class Conf:
            path: str = "x"

            def load(self):
                return self.path

        Conf().load()
        """,
    )


def test_methods_of_metaclasses() -> None:
    check_findings(
        "BC902",
        """
        class Meta(type):
            def __init__(cls, name, bases, attrs):
                super().__init__(name, bases, attrs)
                cls.gather()

            def gather(cls):
                cls.steps = []
        """,
    )


def test_base_of_a_library_that_makes_events_of_methods() -> None:
    check_findings(
        "BC902",
        """
        import reflex as rx
        from django.db import models

        class State(rx.State):
            def save(self):
                return 1

        class Order(models.Model):
            def total(self):
                return 1

        def page():
            State.save()
            return Order.total()
            #      ^^^^^^^^^^^ BC902
        """,
    )


def test_new_instances_of_generic_and_concrete_classes() -> None:
    check_fix(
        "BC902",
        """
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

T = TypeVar("T")

class Repo(Generic[T]):
    def find(self, id: int) -> T: ...

class Gateway(ABC):
    @abstractmethod
    def pay(self, amount: int) -> str: ...

class Stripe(Gateway):
    def pay(self, amount: int) -> str: ...

def f():
    return Repo.find(1), Stripe.pay(100)
""",
        """
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

T = TypeVar("T")

class Repo(Generic[T]):
    def find(self, id: int) -> T: ...

class Gateway(ABC):
    @abstractmethod
    def pay(self, amount: int) -> str: ...

class Stripe(Gateway):
    def pay(self, amount: int) -> str: ...

def f():
    return Repo().find(1), Stripe().pay(100)
""",
    )


def test_instance_behind_a_re_export_and_one_that_another_module_keeps_to_itself() -> None:
    services = """
#- app/__init__.py
#- app/services/__init__.py
from app.services.cache import Cache
#- app/services/cache.py
class Cache:
    def drop(self, key): ...

class Queue:
    def push(self, job): ...

cache = Cache()
_queue = Queue()
"""
    check_fix(
        "BC902",
        services
        + """
#- app/routes.py
from app import services
from app.services.cache import Queue

def create():
    services.Cache.drop("x")
    Queue.push("y")
""",
        services
        + """
#- app/routes.py
from app.services.cache import Queue, cache

def create():
    cache.drop("x")
    Queue().push("y")
""",
    )
