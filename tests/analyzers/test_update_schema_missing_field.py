"""BC104 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix

_MODEL = """
        #- app/models.py
        from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, UniqueConstraint
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class Item(Base):
            __tablename__ = "items"
            __table_args__ = (UniqueConstraint("shelf", "label"),)

            id = Column(Integer, primary_key=True)
            title = Column(String(50))
            notes = Column(String(200))
            shelf = Column(String(20))
            label = Column(String(20))
            code = Column(String(20), unique=True)
            item_type = Column(String(20))
            box_id = Column(Integer, ForeignKey("boxes.id", ondelete="CASCADE"))
            owner_id = Column(Integer, ForeignKey("users.id"))
            is_admin = Column(Boolean)
"""


def test_what_must_not_change_later_is_left_alone() -> None:
    check_findings(
        "BC104",
        _MODEL
        + """
        #- app/schemas.py
        from pydantic import BaseModel

        class ItemCreate(BaseModel):
            title: str
            shelf: str
            label: str
            code: str
            item_type: str
            box_id: int
            owner_id: int
            is_admin: bool

        class ItemUpdate(BaseModel):
            title: str | None = None

        #- app/main.py
        from app.schemas import ItemUpdate

        def update(item, data: ItemUpdate):
            for name, value in data.model_dump(exclude_unset=True).items():
                setattr(item, name, value)
        """,
    )


def test_other_names_of_schemas_and_a_generic_update() -> None:
    check_findings(
        "BC104",
        _MODEL
        + """
        #- app/schemas.py
        from typing import ClassVar, Optional
        from pydantic import BaseModel, Field

        class CreateItem(BaseModel):
            kind_of: ClassVar[str] = "item"
            title: str
            notes: str

        class UpdateItem(BaseModel):
            # ^^^^^^^^^^ BC104 UpdateItem lacks notes, which CreateItem can set
            title: Optional[str] = None

        class ItemPatchRequest(BaseModel):
            title: Optional[str] = None
            remarks: Optional[str] = Field(None, alias="notes")

        #- app/crud.py
        from typing import Generic, TypeVar, Union
        from fastapi.encoders import jsonable_encoder

        ModelType = TypeVar("ModelType")
        UpdateType = TypeVar("UpdateType")

        class Crud(Generic[ModelType, UpdateType]):
            def update(self, db, *, row: ModelType, data: Union[UpdateType, dict]):
                values = data if isinstance(data, dict) else data.dict(exclude_unset=True)
                for name in jsonable_encoder(row):
                    if name in values:
                        setattr(row, name, values[name])

        class ItemCrud(Crud):
            pass

        items = ItemCrud()

        #- app/main.py
        from fastapi import APIRouter
        from app import schemas
        from app.crud import items

        router = APIRouter()

        @router.put("/items/{item_id}")
        def update(item_id: int, item_in: schemas.UpdateItem, db):
            return items.update(db, row=item_id, data=item_in)
        """,
    )


def test_schemas_that_keep_or_refuse_unknown_keys_and_ones_own_profile() -> None:
    check_findings(
        "BC104",
        _MODEL
        + """
        #- app/schemas.py
        from pydantic import BaseModel, Extra
        import msgspec

        class ItemCreate(BaseModel):
            title: str
            notes: str

        class ItemUpdate(BaseModel):
            title: str | None = None

            class Config:
                extra = Extra.allow

        class ItemUpdateMe(BaseModel):
            title: str | None = None

        class ItemPatch(BaseModel, extra="forbid"):
            # ^^^^^^^^^ BC104.uncopied ItemPatch lacks notes, which ItemCreate can set
            title: str | None = None

        class ItemEdit(make_optional(ItemCreate)):
            title: str | None = None

        class ItemEditor(BaseModel):
            title: str

        class BoxUpdate(BaseModel):
            title: str
        """,
    )


def test_a_copy_without_the_field_and_one_field_at_a_time() -> None:
    check_findings(
        "BC104",
        _MODEL
        + """
        #- app/schemas.py
        import msgspec

        class ItemCreate(msgspec.Struct):
            title: str
            notes: str

        class ItemUpdate(msgspec.Struct):
            title: str | None = None

        class ItemPatch(msgspec.Struct):
            # ^^^^^^^^^ BC104.uncopied
            title: str | None = None

        #- app/main.py
        from msgspec.structs import asdict
        from app.schemas import ItemPatch, ItemUpdate

        FIXED = {"notes"}

        def update(item, data: ItemUpdate):
            for name, value in asdict(data).items():
                if name in FIXED:
                    continue
                setattr(item, name, value)

        def patch(item, data: ItemPatch):
            item.title = data.title
        """,
    )


def test_a_narrow_schema_is_information() -> None:
    check_findings(
        "BC104",
        """
        from sqlmodel import Field, SQLModel

        class JobBase(SQLModel):
            title: str
            script: str
            engine: str
            memory: int

        class Job(JobBase, table=True):
            id: int | None = Field(default=None, primary_key=True)

        class JobCreate(JobBase):
            pass

        class JobUpdate(SQLModel):
            # ^^^^^^^^^ BC104.narrow
            title: str | None = None

        def update(job: Job, data: JobUpdate):
            job.sqlmodel_update(data.model_dump(exclude_unset=True))
        """,
    )


def test_fields_come_with_their_types_and_imports() -> None:
    check_fix(
        "BC104",
        """
        #- app/schemas/update.py
        from typing import Optional

        from pydantic import BaseModel

        class PlanUpdate(BaseModel):
            \"\"\"What may change.\"\"\"

            name: Optional[str] = None

            def is_empty(self) -> bool:
                return self.name is None

        #- app/schemas/create.py
        import datetime as dt
        from typing import Annotated, Optional

        from pydantic import BaseModel, Field

        from app.kinds import Colour

        class PlanCreate(BaseModel):
            name: str
            starts: dt.date
            colour: Colour
            places: list[Colour]
            note: Optional[str] = None

        #- app/kinds.py
        from enum import Enum

        class Colour(Enum):
            RED = "red"

        #- app/models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Plan(Base):
            __tablename__ = "plans"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            starts: Mapped[str]
            colour: Mapped[str]
            places: Mapped[str]
            note: Mapped[str]
        """,
        """
        #- app/schemas/update.py
        import datetime
        from typing import Optional

        from pydantic import BaseModel

        from app.kinds import Colour

        class PlanUpdate(BaseModel):
            \"\"\"What may change.\"\"\"

            name: Optional[str] = None
            starts: Optional[datetime.date] = None
            colour: Optional[Colour] = None
            places: Optional[list[Colour]] = None
            note: Optional[str] = None

            def is_empty(self) -> bool:
                return self.name is None

        #- app/schemas/create.py
        import datetime as dt
        from typing import Annotated, Optional

        from pydantic import BaseModel, Field

        from app.kinds import Colour

        class PlanCreate(BaseModel):
            name: str
            starts: dt.date
            colour: Colour
            places: list[Colour]
            note: Optional[str] = None

        #- app/kinds.py
        from enum import Enum

        class Colour(Enum):
            RED = "red"

        #- app/models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Plan(Base):
            __tablename__ = "plans"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            starts: Mapped[str]
            colour: Mapped[str]
            places: Mapped[str]
            note: Mapped[str]
        """,
    )


def test_the_password_of_a_user_is_changed_elsewhere() -> None:
    check_findings(
        "BC104",
        """
        #- app/models.py
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class User(Base):
            __tablename__ = "users"

            id = Column(Integer, primary_key=True)
            name = Column(String(50))
            password = Column(String(200))

        class Mailbox(Base):
            __tablename__ = "mailboxes"

            id = Column(Integer, primary_key=True)
            name = Column(String(50))
            password = Column(String(200))

        #- app/schemas.py
        from pydantic import BaseModel

        class UserCreate(BaseModel):
            name: str
            password: str

        class UserUpdate(BaseModel):
            name: str | None = None

        class MailboxCreate(BaseModel):
            name: str
            password: str

        class MailboxUpdate(BaseModel):
            # ^^^^^^^^^^^^^ BC104.uncopied
            name: str | None = None
        """,
    )


def test_fields_with_an_update_schema_of_their_own_and_times_by_name() -> None:
    check_findings(
        "BC104",
        """
        #- app/models.py
        from sqlalchemy import JSON, Column, DateTime, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class Tenant(Base):
            __tablename__ = "tenants"

            id = Column(Integer, primary_key=True)
            name = Column(String(50))
            quota_config = Column(JSON)
            update_time = Column(DateTime, server_default=NOW)

        #- app/schemas.py
        from datetime import datetime
        from pydantic import BaseModel

        class TenantCreate(BaseModel):
            name: str
            quota_config: dict | None = None
            update_time: datetime | None = None

        class TenantUpdate(BaseModel):
            name: str | None = None

        class TenantQuotaUpdate(BaseModel):
            quota_config: dict
        """,
    )


def test_fields_that_are_unset_by_default_get_another_such() -> None:
    model = """
        import msgspec
        from msgspec import UNSET, Struct, UnsetType
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Plan(Base):
            __tablename__ = "plans"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str]
            seats: Mapped[int]

        class CreatePlan(Struct):
            title: str
            seats: int = 1

        class UpdatePlan(Struct, omit_defaults=True):
            title: str | UnsetType = UNSET
        """
    check_fix("BC104", model, f"{model}    seats: int | UnsetType = UNSET\n        ")


def test_columns_of_tortoise_strict_schemas_and_keys_of_a_parent() -> None:
    check_findings(
        "BC104",
        """
        #- app/models.py
        from sqlalchemy import Column, ForeignKey, Integer, String
        from sqlalchemy.orm import declarative_base
        from tortoise import fields
        from tortoise.models import Model

        Base = declarative_base()

        class Article(Model):
            id = fields.IntField(pk=True)
            title = fields.CharField(max_length=100)
            summary = fields.TextField(null=True)
            changed = fields.DatetimeField(auto_now=True)
            blog = fields.ForeignKeyField("models.Blog")

        class Comment(Base):
            __tablename__ = "comments"

            id = Column(Integer, primary_key=True)
            post_id = Column(Integer, ForeignKey("posts.id"), nullable=False)
            text = Column(String(500))
            mood = Column(String(20))

        #- app/schemas.py
        from pydantic import BaseModel, ConfigDict

        class Strict(BaseModel):
            model_config = ConfigDict(extra="forbid")

        class ArticleCreate(Strict):
            title: str
            summary: str | None = None
            changed: str | None = None
            blog: int

        class ArticleUpdate(Strict):
            # ^^^^^^^^^^^^^ BC104 ArticleUpdate lacks summary, which ArticleCreate can set
            title: str | None = None

        class CommentCreate(BaseModel):
            post_id: int
            text: str
            mood: str = ""

        class CommentUpdate(BaseModel):
            # ^^^^^^^^^^^^^ BC104 CommentUpdate lacks mood, which CommentCreate can set
            text: str | None = None

        #- app/api.py
        from app.models import Article, Comment
        from app.schemas import ArticleUpdate, CommentUpdate

        async def change(article_id: int, body: ArticleUpdate):
            await Article.filter(id=article_id).update(**body.model_dump(exclude_unset=True))

        def reword(comment: Comment, body: CommentUpdate):
            for name, value in body.model_dump(exclude_unset=True).items():
                setattr(comment, name, value)
        """,
    )


def test_fields_keep_the_limits_of_their_values() -> None:
    model = """
        from pydantic import BaseModel, Field
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Plan(Base):
            __tablename__ = "plans"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str]
            seats: Mapped[int]

        class PlanCreate(BaseModel):
            title: str
            seats: int = Field(1, ge=1, le=LARGEST, description="How many may come")

        class PlanUpdate(BaseModel):
            title: str | None = None
        """
    check_fix("BC104", model, f"{model}    seats: int | None = Field(None, ge=1)\n        ")


def test_a_decoded_schema_that_is_copied_weighs_and_the_mend_writes_as_the_class_does() -> None:
    text = """
        from datetime import datetime
        from typing import Optional
        import msgspec
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase):
            pass
        class Sensor(Base):
            __tablename__ = "sensors"
            id: Mapped[int] = mapped_column(primary_key=True)
            label: Mapped[str]
            seen: Mapped[datetime | None]
        class SensorCreate(msgspec.Struct):
            label: str
            seen: datetime | None = None
        class SensorPatch(msgspec.Struct):MARK
            label: Optional[str] = NoneFIELD
        def patch(row: Sensor, raw: bytes):
            data = msgspec.json.decode(raw, type=SensorPatch)
            for name, value in msgspec.structs.asdict(data).items():
                setattr(row, name, value)
        """
    message = "\n            # ^^^^^^^^^^^ BC104 SensorPatch lacks seen, which SensorCreate can set"
    marked = text.replace("MARK", message).replace("FIELD", "")
    check_findings("BC104", marked)
    field = "\n            seen: Optional[datetime] = None"
    check_fix(
        "BC104",
        text.replace("MARK", "").replace("FIELD", ""),
        text.replace("MARK", "").replace("FIELD", field),
    )
