"""Schemas with the fields of their bases."""

from bugcatalog_ls.facts.schemas import schema
from bugcatalog_ls.testing.checks import project_of, split_fixture


def test_fields_of_bases_in_other_files_and_what_is_said_of_unknown_keys() -> None:
    project = project_of(
        "",
        split_fixture(
            """
            #- base.py
            from typing import ClassVar
            from pydantic import BaseModel, ConfigDict, Field

            class Fields(BaseModel):
                model_config = ConfigDict(extra="forbid")
                kind: ClassVar[str] = "thing"
                _hidden: int = 0
                title: str = Field(alias="heading")

            #- schemas.py
            from base import Fields
            from elsewhere import Other
            from sqlmodel import SQLModel

            class ThingCreate(Fields):
                notes: str

            class Strange(Other, Fields):
                notes: str

            class Row(SQLModel, table=True):
                notes: str
            """
        ),
        None,
    )
    made = schema(project.index, "schemas.ThingCreate")
    assert made is not None
    assert [field.name for field in made.fields] == ["title", "notes"]
    assert made.fields[0].names == ("title", "heading")
    assert (made.library, made.extra, made.own, made.complete) == ("pydantic", "forbid", ("notes",), True)
    strange = schema(project.index, "schemas.Strange")
    assert strange is not None
    assert not strange.complete
    assert schema(project.index, "schemas.Row") is None
