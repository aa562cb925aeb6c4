"""What all tables have in common: a class says what a row holds, and becomes a table of `metadata`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ConfigDict
from sqlalchemy import Table
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel
from sqlmodel.main import get_column_from_field

metadata = SQLModel.metadata


class Row(SQLModel):
    """The columns are the fields, with what `sqlmodel.Field` says of them.

    Not `table=True`: that also maps the class, which takes half of a cold start for twenty of them. Statements are
    written with the tables, since reading plain rows costs a fraction of building mapped objects.
    """

    # What validates is made when it is asked for, which it never is.
    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]  # SQLModel narrows what pydantic takes
    __table_args__: ClassVar[tuple[SchemaItem, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        columns = []
        for name, field in cls.model_fields.items():
            column = get_column_from_field(field)
            column.name = column.key = name
            columns.append(column)
        Table(str(cls.__tablename__), metadata, *columns, *cls.__table_args__)
