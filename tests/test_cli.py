"""The command line: exit status, one-line errors, machine-readable output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "storage" / "sample" / "lpc2022.json"


def hallway(folder: Path, *arguments: str, said: str = "") -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `hallway` in a folder of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_ask_answers_from_the_sample_when_nothing_else_is_there(tmp_path: Path) -> None:
    status, out, err = hallway(tmp_path, "ask", "--json", "--at", "2022-09-12T09:00+01:00", "!next rust")
    answer = json.loads(out)
    assert (status, sorted(answer), answer["ok"]) == (0, ["asked", "html", "ok", "plain", "talks"], True)
    assert answer["talks"] == ["51", "52", "53", "54", "55", "56", "57", "173"]
    assert err == "hallway: there is no hallway.db here, so this is the sample programme (LPC 2022)\n"


def test_ask_takes_the_bots_name_for_an_address(tmp_path: Path) -> None:
    asked = "!next rust\n@Hallway next rust\nhallway: next rust\n"
    _, out, _ = hallway(
        tmp_path, "ask", "--programme", str(SAMPLE), "--json", "--at", "2022-09-12T09:00", "-", said=asked
    )
    answers = [json.loads(line) for line in out.splitlines()]
    assert [(one["ok"], one["plain"] == answers[0]["plain"]) for one in answers] == [(True, True)] * 3


def test_ask_reads_one_command_a_line_and_remembers_the_list(tmp_path: Path) -> None:
    asked = "!search cxl\n!talk 2\nhello\n"
    status, out, _ = hallway(
        tmp_path, "ask", "--programme", str(SAMPLE), "--json", "--at", "2022-09-12T09:00", "-", said=asked
    )
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[1]["talks"] == answers[0]["talks"][1:2]
    assert answers[2] == {"asked": "hello", "plain": "", "html": "", "talks": [], "ok": False}


def test_ask_shows_each_question_before_its_answer(tmp_path: Path) -> None:
    _, out, _ = hallway(
        tmp_path, "ask", "--programme", str(SAMPLE), "--at", "2022-09-12T09:00", "-", said="!where\n!at\n"
    )
    assert out.splitlines()[:1] + out.splitlines()[2:4] == ["> !where", "", "> !at"]


def test_ask_says_how_to_fill_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "hallway.db").touch()
    assert "hallway load SOURCE" in hallway(tmp_path, "ask", "!now")[2]


def test_load_says_what_changed_and_ask_uses_it(tmp_path: Path) -> None:
    first = hallway(tmp_path, "load", str(SAMPLE))
    assert first == (0, f"{SAMPLE}: frab-json, 215 talks (215 added)\n", "")
    status, out, _ = hallway(tmp_path, "load", "--json", str(SAMPLE))
    assert (status, json.loads(out)) == (
        0,
        {
            "source": str(SAMPLE),
            "format": "frab-json",
            "talks": 215,
            "added": 0,
            "moved": 0,
            "cancelled": 0,
            "restored": 0,
            "changed": 0,
            "unchanged": 215,
            "noteworthy": 0,
            "errors": [],
        },
    )
    status, out, err = hallway(tmp_path, "ask", "--at", "2022-09-12T12:10", "!now kunit")
    assert (status, err) == (0, "")
    assert "KUnit" in out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "this is empty"),
        (b"<schedule><day>", "line 1: not well-formed XML"),
        (b'{"schedule": [1, 2', "line 1, column 19: not valid JSON"),
        (b"BEGIN:VCALENDAR\n", "line 1: the file ends before its calendar does, without any event"),
        (b"<!DOCTYPE html><html></html>", "this is a web page, not a programme"),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line_and_changes_nothing(tmp_path: Path, body: bytes, said: str) -> None:
    hallway(tmp_path, "load", str(SAMPLE))
    (tmp_path / "broken").write_bytes(body)
    status, out, err = hallway(tmp_path, "load", "broken")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"hallway: broken: {said}")
    assert json.loads(hallway(tmp_path, "load", "--json", str(SAMPLE))[1])["unchanged"] == 215


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["load", "nowhere.xml"], 1, "hallway: nowhere.xml: there is no such file"),
        (["load", "ftp://example.org/x"], 1, "hallway: ftp://example.org/x: only http, https and files can be read"),
        (["load", "http://127.0.0.1:9/x"], 1, "hallway: http://127.0.0.1:9/x: cannot be fetched"),
        (["ask", "--at", "noon", "!now"], 2, "hallway: --at noon: not a time like 2022-09-12T09:00"),
        (["ask", "--database", "mysql://x", "!now"], 2, "hallway: `mysql://x`"),
        (["frobnicate"], 2, "hallway: argument COMMAND: invalid choice: 'frobnicate'"),
        (["run", "--config", "nowhere.toml"], 2, "hallway: nowhere.toml does not exist"),
        (["forget-user", "ada"], 2, "hallway: “ada” is not a full Matrix user id"),
    ],
)
def test_mistakes_are_one_line_with_the_right_status(
    tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    done, _, err = hallway(tmp_path, *arguments)
    err = err.replace("hallway: there is no hallway.db here, so this is the sample programme (LPC 2022)\n", "")
    assert (done, len(err.splitlines())) == (status, 1), err
    assert err.startswith(said)


def test_check_is_content_with_the_sample_and_not_with_a_programme_without_a_zone(tmp_path: Path) -> None:
    assert hallway(tmp_path, "check", "sample") == (0, "sample: frab-json, 215 talks; nothing doubtful\n", "")
    (tmp_path / "old.xml").write_text(
        '<schedule><conference/><day date="2023-02-04" index="1"><room name="A">\n'
        '<event id="1"><start>10:00</start><duration>1000000</duration></event></room></day></schedule>',
        encoding="utf-8",
    )
    assert hallway(tmp_path, "check", "old.xml") == (
        1,
        "old.xml: error: conference: no time zone is given, so times are read as UTC: configure the zone\n"
        "old.xml: error: line 2: the title is missing\n"
        "old.xml: warning: line 2: a duration of “1000000” cannot be believed; none is taken\n"
        "old.xml: warning: line 2: 1 of 1 talks have no duration\n"
        "old.xml: frab-xml, 1 talk; 2 errors, 2 warnings\n",
        "",
    )


def test_a_backup_is_taken_while_the_database_is_there(tmp_path: Path) -> None:
    hallway(tmp_path, "load", "sample")
    assert hallway(tmp_path, "backup", "copy.db")[0] == 0
    status, _, err = hallway(tmp_path, "backup", "copy.db")
    assert (status, err) == (2, "hallway: copy.db exists already: name a file that does not\n")


def test_an_answer_is_whole_however_many_are_asked_for(tmp_path: Path) -> None:
    """`hallway ask` ends without taking the interpreter apart: what it printed has to be out by then."""
    asked = "!day\n!help\n" * 200
    status, out, _ = hallway(tmp_path, "ask", "--programme", str(SAMPLE), "--json", "-", said=asked)
    assert (status, len([json.loads(line) for line in out.splitlines()])) == (0, 400)


def test_nobody_reading_the_answer_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "bot", "ask", "--programme", str(SAMPLE), "!help"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
