"""What the command line does with a configuration: which database it works on, what the doctor says of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import SAMPLE, hallway

CONFIG = """
[matrix]
homeserver = "http://127.0.0.1:9"
user_id = "@bot:example.org"
{password}
[database]
url = "sqlite:///{name}.db"
[[feeds]]
name = "lpc"
source = "{sample}"
allow_local = true
{more}
"""


def configured(folder: Path, name: str, more: str = "", password: str = 'password = "x"') -> None:
    text = CONFIG.format(name=name, more=more, password=password, sample=SAMPLE)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_programme_and_speakers_go_into_the_database_of_the_configuration_that_is_named(tmp_path: Path) -> None:
    configured(tmp_path, "mine")
    (tmp_path / "people.csv").write_text("matrix_id,speaker\n@miguel:example.org,Miguel Ojeda\n", encoding="utf-8")
    assert hallway(tmp_path, "load", "--config", "mine.toml", str(SAMPLE))[0] == 0
    status, out, _ = hallway(tmp_path, "speakers", "import", "--config", "mine.toml", "people.csv")
    assert (status, out) == (0, "people.csv: 1 account new, 0 known already\n")
    _, out, _ = hallway(tmp_path, "speakers", "list", "--config", "mine.toml")
    assert "@miguel:example.org is Miguel Ojeda: confirmed" in out
    assert hallway(tmp_path, "speakers", "remove", "--config", "mine.toml", "@miguel:example.org")[0] == 0
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["mine.db"]
    # The feed is the configured one too.
    assert "unchanged" in hallway(tmp_path, "load", "--config", "mine.toml", "--feed", "lpc", str(SAMPLE))[1]


def test_the_configuration_may_be_named_before_what_is_done_with_speakers(tmp_path: Path) -> None:
    configured(tmp_path, "mine")
    (tmp_path / "people.csv").write_text("matrix_id,speaker\n@miguel:example.org,Miguel Ojeda\n", encoding="utf-8")
    hallway(tmp_path, "load", "--config", "mine.toml", str(SAMPLE))
    assert hallway(tmp_path, "speakers", "--config", "mine.toml", "import", "people.csv")[0] == 0
    for named in (("--config", "mine.toml"), ("--database", "sqlite:///mine.db")):
        assert "Miguel Ojeda" in hallway(tmp_path, "speakers", *named, "list")[1]
    # What is said behind it is what counts.
    assert "Miguel Ojeda" in hallway(tmp_path, "speakers", "--config", "x.toml", "list", "--config", "mine.toml")[1]


def test_ask_answers_from_the_database_of_the_configuration_that_is_named(tmp_path: Path) -> None:
    configured(tmp_path, "mine")
    asked = ("--at", "2022-09-12T12:10", "!now kunit")
    status, _, err = hallway(tmp_path, "ask", "--config", "mine.toml", *asked)
    assert (status, "mine.db" in err) == (2, True)
    hallway(tmp_path, "load", "--config", "mine.toml", str(SAMPLE))
    status, out, err = hallway(tmp_path, "ask", "--config", "mine.toml", *asked)
    assert (status, "KUnit" in out, err) == (0, True, "")
    assert hallway(tmp_path, "ask", "--config", "none.toml", *asked)[0] == 2


def test_what_is_kept_of_people_is_that_of_the_configuration_that_is_named(tmp_path: Path) -> None:
    configured(tmp_path, "mine")
    configured(tmp_path, "config")
    (tmp_path / "people.csv").write_text("matrix_id,speaker\n@miguel:example.org,Miguel Ojeda\n", encoding="utf-8")
    hallway(tmp_path, "load", "--config", "mine.toml", str(SAMPLE))
    hallway(tmp_path, "speakers", "import", "--config", "mine.toml", "people.csv")
    assert hallway(tmp_path, "backup", "--config", "mine.toml", "copy.db")[:2] == (0, "copied to copy.db\n")
    person = ("--config", "mine.toml", "@miguel:example.org")
    for database in (person, ("--database", "sqlite:///copy.db", *person)):
        status, out, _ = hallway(tmp_path, "export-user", *database)
        assert (status, "Miguel Ojeda" in out) == (0, True)
    assert hallway(tmp_path, "forget-user", *person)[:2] == (0, "1 rows about @miguel:example.org deleted\n")
    assert "Miguel Ojeda" not in hallway(tmp_path, "export-user", *person)[1]
    assert "Miguel Ojeda" in hallway(tmp_path, "export-user", "--database", "sqlite:///copy.db", *person)[1]


def test_a_database_that_is_named_wins_and_a_configuration_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    configured(tmp_path, "mine")
    named = ("--config", "mine.toml", "--database", "sqlite:///other.db")
    assert hallway(tmp_path, "load", *named, str(SAMPLE))[0] == 0
    assert [path.name for path in tmp_path.glob("*.db")] == ["other.db"]
    for command in (
        ["load", str(SAMPLE)],
        ["speakers", "list"],
        ["backup", "copy.db"],
        ["export-user", "@ada:example.org"],
    ):
        status, _, err = hallway(tmp_path, *command, "--config", "nowhere.toml")
        assert (status, err[:43]) == (2, "hallway: nowhere.toml does not exist: copy ")


def test_the_doctor_names_tracks_and_halls_that_no_programme_has(tmp_path: Path) -> None:
    lead = '[[roles.leads]]\nuser = "@lead:example.org"\ntracks = ["Rustt", "rust"]\nlocations = ["Herbertt"]\n'
    configured(tmp_path, "mine", lead + '[[locations]]\nname = "Herbertt"\n')
    _, out, _ = hallway(tmp_path, "doctor", "--config", "mine.toml")
    lines = [line for line in out.splitlines() if "no such" in line]
    assert [line.split("; ")[0] for line in lines] == [
        "WRONG location “Herbertt”: the programme has no such hall",
        "WRONG roles.leads, “Rustt”: the programme has no such track or hall",
        "WRONG roles.leads, “Herbertt”: the programme has no such track or hall",
    ]
    assert " Rust, " in lines[1].split("; ")[1]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("organizers = []", True),
        ('organizers = ["@org:example.org"]', False),
        ('control_room = "!c:example.org"', False),
    ],
)
def test_the_doctor_says_that_nobody_can_change_anything(tmp_path: Path, roles: str, said: bool) -> None:
    configured(tmp_path, "mine", f"[roles]\n{roles}\n")
    _, out, _ = hallway(tmp_path, "doctor", "--config", "mine.toml")
    assert ("nobody can change or announce anything in chat" in out) is said


def test_what_must_be_put_right_first_is_told_from_what_may_work_later(tmp_path: Path) -> None:
    configured(tmp_path, "none", password="")
    status, out, _ = hallway(tmp_path, "doctor", "--config", "none.toml")
    assert (status, out.splitlines()[-1][:37]) == (2, "WRONG `matrix.password` is missing, a")
    configured(tmp_path, "away")
    assert hallway(tmp_path, "doctor", "--config", "away.toml")[0] == 1  # no homeserver answers
