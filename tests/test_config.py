"""A wrong configuration is one sentence that names the place and the key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, ConfigError, load_config

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
MATRIX = '[matrix]\nhomeserver = "https://example.org"\nuser_id = "@bot:example.org"\n'


def refused(tmp_path: Path, text: str, **environment: str) -> str:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "c.toml", environment)
    return str(error.value).removeprefix(f"{tmp_path}/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[matrix]\nhomserver = "x"\n',
            "c.toml, line 2: `matrix.homserver` is not a setting. Did you mean `matrix.homeserver`?",
        ),
        (MATRIX + "[confrence]\n", "c.toml, line 4: `confrence` is not a setting. Did you mean `conference`?"),
        ('[matrix]\nuser_id = "@a:b"\n', "c.toml, line 1: `matrix.homeserver` is missing"),
        (MATRIX + "prefix = 5\n", "c.toml, line 4: `matrix.prefix`: should be a valid string"),
        (MATRIX + '[clock]\nspeed = "60"\n', "c.toml, line 5: `clock.speed`: should be a valid number"),
        (MATRIX + "[clock]\nspeed = 0\n", "c.toml, line 5: `clock.speed`: should be greater than 0"),
        (
            MATRIX + '[conference]\ntimezone = "Europe/Dubln"\n',
            "c.toml, line 5: `conference.timezone`: “Europe/Dubln” is not a time zone. Did you mean “Europe/Dublin”?",
        ),
        (
            MATRIX + '[conference]\nlanguage = "deutsch"\n',
            "c.toml, line 5: `conference.language`: “deutsch” is no language of ours; there are en (English), "
            "de (Deutsch), fr (Français), es (Español)",
        ),
        (
            MATRIX + '[roles]\norganizers = ["ada"]\n',
            "c.toml, line 5: `roles.organizers`: “ada” is not a full Matrix user id like @ada:example.org",
        ),
        (
            MATRIX + '[[feeds]]\nname = "a"\nsource = "x"\n\n[[feeds]]\nname = "b"\nsource = "y"\nrefresh = "often"\n',
            "c.toml, line 11: `feeds.refresh`: “often” is not a span of time like 30s, 5m, 1h or 1d",
        ),
        (
            MATRIX + '[[feeds]]\nname = "a"\nsource = "x"\n[[feeds]]\nname = "a"\nsource = "y"\n',
            "c.toml, line 4: `feeds`: two feeds are called “a”",
        ),
        (
            MATRIX + '[[roles.leads]]\nuser = "@ada:x.org"\ntracks = ["Rust"]\n[[roles.leads]]\nuser = "@bob:x.org"\n',
            "c.toml, line 7: `roles.leads`: @bob:x.org is given neither `tracks` to lead nor `locations` to look after",
        ),
        (
            MATRIX + '[[roles.leads]]\nuser = "grace"\ntracks = ["Rust"]\n',
            "c.toml, line 5: `roles.leads.user`: “grace” is not a full Matrix user id like @ada:example.org",
        ),
        (
            MATRIX + '[roles]\n[[roles.leads]]\nuser = "@ada:x.org"\nlocations = [\n "Herbert",\n " ",\n]\n',
            "c.toml, line 7: `roles.leads.locations`: an empty name names nothing",
        ),
        (
            MATRIX + '[roles]\nleads = [{ track = "Rust" }]\n',
            "c.toml, line 5: `roles.leads.track` is not a setting. Did you mean `roles.leads.tracks`?",
        ),
        (MATRIX + '[[roles.leads]]\ntracks = ["Rust"]\n', "c.toml, line 4: `roles.leads.user` is missing"),
        ("[matrix\n", "c.toml: Expected ']' at the end of a table declaration (at line 1, column 8)"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == said


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml does not exist: copy config\.example\.toml"):
        load_config(tmp_path / "nowhere.toml", {})


def test_the_environment_wins_and_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('[matrix]\nuser_id = "@bot:example.org"\n', encoding="utf-8")
    given = {"HALLWAY_MATRIX__HOMESERVER": "https://other.org/", "HALLWAY_CLOCK__SPEED": "60", "HALLWAY_SHARED": "x"}
    config = load_config(tmp_path / "c.toml", given)
    assert (config.matrix.homeserver, config.clock.speed) == ("https://other.org", 60.0)
    assert refused(tmp_path, MATRIX, HALLWAY_MATRIX__PASSWROD="x") == (
        "environment HALLWAY_MATRIX__PASSWROD: `matrix.passwrod` is not a setting. Did you mean `matrix.password`?"
    )


def test_the_example_shows_every_key_and_no_other(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    # What has no default is shown as a comment: "# key = value" and "# [section]".
    everything = re.sub(r"^# (\[+[\w.]+\]+|\w+ = .*)$", r"\1", text, flags=re.MULTILINE)
    assert keys_of(tomllib.loads(everything)) == keys_in(Config)


def test_the_example_is_a_configuration_as_it_stands() -> None:
    config = load_config(EXAMPLE, {})
    assert config == Config.model_validate(
        {"matrix": {"homeserver": "https://matrix.example.org", "user_id": "@hallway:example.org"}}
    )


def keys_of(table: dict[str, Any], prefix: str = "") -> set[str]:
    keys: set[str] = set()
    for name, value in table.items():
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        keys |= keys_of(inner, f"{prefix}{name}.") if isinstance(inner, dict) and inner else {prefix + name}
    return keys


def keys_in(model: type[BaseModel], prefix: str = "") -> set[str]:
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        section = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        keys |= keys_in(section, f"{prefix}{name}.") if section else {prefix + name}
    return keys
