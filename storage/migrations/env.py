"""Alembic's entry: migrations run on the connection that the database hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from storage.tables.everything import metadata

# The index behind the search is a virtual table with shadow tables of its own; Alembic must not compare those.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    include_name=lambda name, kind, _parents: not (kind == "table" and str(name).startswith("talk_search")),
)
context.run_migrations()
