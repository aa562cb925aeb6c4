"""A number that grows whenever what people are to be told, or when, may have become something else."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.search import Driver

TOUCH = (
    "INSERT INTO state (name, value) VALUES ('wanted', '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
)
STAMP = "SELECT (SELECT value FROM state WHERE name = 'wanted'), (SELECT max(id) FROM revision)"


def touch(connection: Connection) -> None:
    """Something was changed that reminders depend on; kept as a row, so that other processes see it."""
    connection.exec_driver_sql(TOUCH)


def stamp(driver: Driver) -> tuple[object, ...]:
    """The number, and the newest revision of the programme: while both stay, so does what is due when."""
    return tuple(driver.execute(STAMP).fetchone())
