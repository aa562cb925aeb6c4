"""The configuration: a TOML file, with environment variables over it."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from bot.config_lines import line_of
from bot.config_values import (
    DatabaseUrl,
    FeedName,
    FormatName,
    LanguageCode,
    Name,
    RoomName,
    Span,
    Timezone,
    UserId,
    seconds_of,
)
from storage.programme import Hints
from storage.reminders import Rules

ENVIRONMENT = "HALLWAY_"
JOIN = ("invited-by-organizers", "anyone", "nobody")


class ConfigError(Exception):
    """The configuration is wrong. The text names the file, the line, the key and what to do."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Matrix(Section):
    homeserver: str
    user_id: UserId
    device_id: str = Field(default="HALLWAY", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    password: str = ""
    password_file: str = ""
    access_token: str = ""
    access_token_file: str = ""
    session_file: str = ""
    join: str | list[str] = "invited-by-organizers"
    hints: bool = False
    prefix: str = Field(default="!", min_length=1, max_length=5, pattern=r"^[^\sA-Za-z0-9]+$")
    command_hints: bool = False

    @field_validator("homeserver")
    @classmethod
    def _is_url(cls, homeserver: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", homeserver):
            raise ValueError(f"“{homeserver}” is not an address like https://matrix.example.org")
        return homeserver.rstrip("/")

    @field_validator("join")
    @classmethod
    def _is_policy(cls, join: str | list[str]) -> str | list[str]:
        if isinstance(join, str) and join not in JOIN:
            raise ValueError(f'“{join}” is none of {", ".join(JOIN)}, nor a list of servers like ["example.org"]')
        return join


class DatabaseSection(Section):
    url: DatabaseUrl = "sqlite:///hallway.db"
    backup: Span = "1d"
    backups_kept: int = Field(default=3, ge=0, le=1000)


class ConferenceSection(Section):
    name: str = ""
    timezone: Timezone = ""
    language: LanguageCode = "en"


class FeedSection(Section):
    name: FeedName
    source: str = Field(min_length=1)
    format: FormatName = "auto"
    refresh: Span = "5m"
    timeout: Span = "60s"
    timezone: Timezone = ""
    allow_local: bool = False
    columns: dict[str, str] = {}

    @property
    def refresh_seconds(self) -> float:
        return seconds_of(self.refresh)

    @property
    def timeout_seconds(self) -> float:
        return seconds_of(self.timeout)


class ChangesSection(Section):
    settle: Span = "3m"

    @property
    def settle_seconds(self) -> float:
        return seconds_of(self.settle)


class RemindersSection(Section):
    leads: list[Span] = ["15m"]
    speakers: list[Span] = ["1d", "1h", "15m"]
    speakers_by_kind: dict[str, list[Span]] = {}

    def rules(self, zone: ZoneInfo, settle: float) -> Rules:
        """What storage goes by; `settle` in seconds."""
        return Rules(
            zone,
            _seconds(self.leads),
            _seconds(self.speakers),
            {kind.casefold(): _seconds(leads) for kind, leads in self.speakers_by_kind.items()},
            dt.timedelta(seconds=settle),
        )


class LeadSection(Section):
    user: UserId
    tracks: list[Name] = []
    locations: list[Name] = []

    @model_validator(mode="after")
    def _leads_something(self) -> LeadSection:
        if not self.tracks and not self.locations:
            raise ValueError(f"{self.user} is given neither `tracks` to lead nor `locations` to look after")
        return self


class Roles(Section):
    organizers: list[UserId] = []
    control_room: RoomName = ""
    leads: list[LeadSection] = []


class LocationSection(Section):
    name: str = Field(min_length=1)
    rooms: list[RoomName] = []


class ClockSection(Section):
    start: dt.datetime | None = None
    since: AwareDatetime | None = None
    speed: float = Field(default=1.0, gt=0, le=100_000)


class Config(Section):
    """Everything that can be configured; the keys are described in config.example.toml."""

    matrix: Matrix
    database: DatabaseSection = DatabaseSection()
    conference: ConferenceSection = ConferenceSection()
    feeds: list[FeedSection] = []
    changes: ChangesSection = ChangesSection()
    reminders: RemindersSection = RemindersSection()
    roles: Roles = Roles()
    locations: list[LocationSection] = []
    clock: ClockSection = ClockSection()

    def hints(self, feed: FeedSection) -> Hints:
        """What is said of a feed here: its own zone, else the conference's, and the names of its columns."""
        return Hints(feed.timezone or self.conference.timezone, feed.columns)

    @field_validator("feeds")
    @classmethod
    def _names_differ(cls, feeds: list[FeedSection]) -> list[FeedSection]:
        names = [feed.name for feed in feeds]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two feeds are called “{twice}”")
        return feeds


def _seconds(spans: list[str]) -> tuple[int, ...]:
    return tuple(sorted({int(seconds_of(one)) for one in spans}))


def unknown_halls(config: Config, halls: Iterable[str]) -> list[str]:
    """The names in `[[locations]]` that are no hall of the programme, whatever their case."""
    return _strange((location.name for location in config.locations), halls)


def unknown_leads(config: Config, tracks: Iterable[str], halls: Iterable[str]) -> list[str]:
    """The names in `[[roles.leads]]` that are no track, or no hall, of the programme, whatever their case."""
    leads = config.roles.leads
    strange_tracks = _strange((name for one in leads for name in one.tracks), tracks)
    return strange_tracks + _strange((name for one in leads for name in one.locations), halls)


def _strange(names: Iterable[str], known: Iterable[str]) -> list[str]:
    folded = {name.casefold() for name in known}
    return [name for name in dict.fromkeys(names) if name.casefold() not in folded]


def load_config(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Read the file and the environment (`HALLWAY_SECTION__KEY` wins). Raises `ConfigError`."""
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist: copy config.example.toml and fill in its first section") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    overrides = _from_environment(os.environ if environment is None else environment)
    try:
        # Strict for the file, where types are written; a value from the environment is always text.
        _check_types(data)
        return Config.model_validate(_merged(data, overrides))
    except ValidationError as error:
        # A misspelt key is often also a missing one: the misspelling is what to say.
        details = sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise ConfigError(_sentence(details[0], path, source, overrides)) from None


def _check_types(data: dict[str, Any]) -> None:
    try:
        Config.model_validate(data, strict=True)
    except ValidationError as error:
        # What is missing here may still come from the environment.
        wrong = [detail for detail in error.errors() if detail["type"] != "missing"]
        if wrong:
            raise


def _from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        section, two, key = name.removeprefix(ENVIRONMENT).lower().partition("__")
        if name.startswith(ENVIRONMENT) and two:
            found.setdefault(section, {})[key] = value
    return found


def _merged(data: dict[str, Any], overrides: dict[str, dict[str, str]]) -> dict[str, Any]:
    merged = dict(data)
    for section, values in overrides.items():
        kept = merged.get(section, {})
        merged[section] = {**kept, **values} if isinstance(kept, dict) else kept
    return merged


def _sentence(detail: ErrorDetails, path: Path, source: str, overrides: dict[str, dict[str, str]]) -> str:
    """One sentence for a validation error: where, which key, what is wrong."""
    steps = [step for step in detail["loc"] if not str(step).startswith(("literal[", "list["))]
    key = ".".join(str(step) for step in steps if isinstance(step, str))
    if len(steps) > 1 and str(steps[1]) in overrides.get(str(steps[0]), {}):
        where = f"environment {ENVIRONMENT}{str(steps[0]).upper()}__{str(steps[1]).upper()}"
    else:
        line = line_of(steps, source)
        where = f"{path}, line {line}" if line else str(path)
    return f"{where}: {_complaint(detail, key)}"


def _complaint(detail: ErrorDetails, key: str) -> str:
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _all_keys(), 1, 0.6)
        return f"`{key}` is not a setting." + (f" Did you mean `{near[0]}`?" if near else "")
    if detail["type"] == "missing":
        return f"`{key}` is missing"
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"`{key}`: {said}"


def _all_keys(model: type[BaseModel] = Config, prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        parts = getattr(inner, "__args__", (inner,))
        sections = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        keys.append(prefix + name)
        for section in sections:
            keys += _all_keys(section, f"{prefix}{name}.")
    return keys
