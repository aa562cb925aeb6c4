"""frab's schedule.xml: what one event becomes, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.formats import detect_and_parse
from storage.formats.frab_xml import looks_like, parse
from storage.programme import Day, FormatError, Hints, Programme, Speaker, Talk

DAY = dt.date(2024, 5, 1)
BERLIN = "<time_zone_name>Europe/Berlin</time_zone_name>"
TALK = '<event id="1" guid="AB"><date>2024-05-01T10:00:00+02:00</date><start>10:00</start><title>T</title>{}</event>'


def at(hour: int, minute: int = 0, day: int = 1) -> dt.datetime:
    return dt.datetime(2024, 5, day, hour, minute, tzinfo=dt.UTC)


def schedule(events: str, head: str = "") -> bytes:
    """A schedule of one day and one hall; the events begin on line 3."""
    return (
        f"<schedule><conference><title>C</title>{head}</conference>\n"
        f'<day index="1" date="2024-05-01"><room name="Herbert">\n{events}</room></day></schedule>'
    ).encode()


def starts(body: bytes, timezone: str = "") -> list[dt.datetime]:
    return [talk.starts_at for talk in parse(body, Hints(timezone)).talks]


def problems(body: bytes, timezone: str = "") -> list[str]:
    return [str(problem) for problem in parse(body, Hints(timezone)).problems]


def test_an_event_becomes_a_talk() -> None:
    body = b"""
<?xml version="1.0" encoding="utf-8"?>
<schedule>
  <version>v7</version>
  <conference>
    <title>A  Conference</title><acronym>ac24</acronym><base_url>https://example.org/2024/</base_url>
    <time_zone_name>Europe/Berlin</time_zone_name>
  </conference>
  <day index="1" date="2024-05-01">
    <room name="Herbert">
      <event id="17" guid="ABCD-ef">
        <date>2024-05-01T10:00:00+02:00</date><start>10:00</start><duration>1:30</duration>
        <room>Herbert</room><title>Rust &amp; the kernel</title><subtitle>Again</subtitle>
        <track>Systems</track><type>lecture</type><language>en</language>
        <abstract>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</abstract><description>Three.</description>
        <url>talk/17</url>
        <persons><person id="3">Ada  Lovelace</person><person>Bob</person></persons>
      </event>
    </room>
  </day>
</schedule>"""
    assert parse(body) == Programme(
        title="A Conference",
        timezone="Europe/Berlin",
        days=(Day(1, DAY, at(8), at(9, 30)),),
        talks=(
            Talk(
                key="abcd-ef",
                id="17",
                title="Rust & the kernel",
                starts_at=at(8),
                duration=dt.timedelta(minutes=90),
                day=DAY,
                location="Herbert",
                track="Systems",
                kind="lecture",
                subtitle="Again",
                abstract="One.\n\nTwo.\n\nThree.",
                language="en",
                url="https://example.org/2024/talk/17",
                speakers=(Speaker("Ada Lovelace", "3"), Speaker("Bob")),
            ),
        ),
        acronym="ac24",
        url="https://example.org/2024/",
        version="v7",
        format="frab-xml",
    )
    assert parse(body).problems == ()


def test_an_abstract_that_the_description_repeats_is_said_once() -> None:
    body = schedule(TALK.format("<abstract>One.</abstract><description>One. Two.</description>"))
    assert parse(body).talks[0].abstract == "One. Two."


@pytest.mark.parametrize(
    ("written", "minutes", "believed"),
    [
        ("00:30", 30, True),
        ("1:30", 90, True),
        ("1:30:00", 90, True),
        ("45", 45, True),
        ("0", 0, True),
        ("", 0, True),
        ("48:00", 48 * 60, True),
        ("-5", 0, False),
        ("soon", 0, False),
        ("1000000", 0, False),
        ("99999:00", 0, False),
    ],
)
def test_a_duration_is_believed_up_to_three_days(written: str, minutes: int, believed: bool) -> None:
    body = schedule(TALK.format(f"<duration>{written}</duration>"))
    said = [] if believed else [f"line 3: a duration of “{written}” cannot be believed; none is taken"]
    assert (parse(body).talks[0].duration, problems(body)) == (dt.timedelta(minutes=minutes), said)


def test_without_a_date_a_start_before_the_day_change_is_after_midnight() -> None:
    events = "".join(f'<event id="{hour}"><start>{hour}:15</start></event>' for hour in ("00", "03", "04", "23"))
    body = schedule(events, "<day_change>04:00</day_change>" + BERLIN)
    talks = [(talk.starts_at, talk.day) for talk in parse(body).talks]
    assert talks == [(at(22, 15), DAY), (at(1, 15, day=2), DAY), (at(2, 15), DAY), (at(21, 15), DAY)]


def test_a_day_change_at_the_opening_makes_no_night_of_the_early_morning() -> None:
    body = schedule('<event id="1"><start>08:30</start></event>', "<day_change>09:00:00</day_change>" + BERLIN)
    assert starts(body) == [at(6, 30)]


def test_a_date_with_an_offset_is_trusted_without_any_zone() -> None:
    body = schedule(TALK.format(""))
    assert (starts(body), parse(body).timezone, problems(body)) == ([at(8)], "Etc/GMT-2", [])


def test_a_local_time_marked_as_utc_is_read_from_its_start() -> None:
    body = schedule(TALK.format("").replace("+02:00", "+00:00"), BERLIN)
    assert (starts(body), problems(body)) == (
        [at(8)],
        ["line 3: date says 12:00, start says 10:00; start is taken"],
    )


def test_the_configured_zone_serves_a_feed_that_gives_none() -> None:
    body = schedule('<event id="1" guid="a"><start>10:00</start><title>T</title></event>')
    assert (starts(body, "Europe/Brussels"), problems(body, "Europe/Brussels")) == ([at(8)], [])


def test_no_zone_at_all_is_utc_and_said() -> None:
    body = schedule('<event id="1"><start>10:00</start><title>T</title></event>')
    assert (starts(body), problems(body)) == (
        [at(10)],
        ["conference: no time zone is given, so times are read as UTC: configure the zone"],
    )


def test_an_event_without_a_time_stands_at_the_beginning_of_its_day() -> None:
    body = schedule('<event id="1"><title>T</title></event>', BERLIN)
    assert (starts(body), problems(body)) == (
        [dt.datetime(2024, 4, 30, 22, tzinfo=dt.UTC)],
        ["line 3: no time is given; the beginning of its day is taken"],
    )


def test_an_event_without_day_and_time_is_left_out_and_said() -> None:
    body = schedule('<event id="1"><title>T</title></event>', BERLIN).replace(b"2024-05-01", b"soon")
    assert (starts(body), problems(body)) == (
        [],
        ["line 2: the day's date “soon” is no date", "line 3: “T” has no time that can be read; left out"],
    )


def test_a_missing_title_is_named_and_said() -> None:
    body = schedule('<event id="1"><date>2024-05-01T10:00:00+02:00</date></event>')
    assert (parse(body).talks[0].title, problems(body)) == ("Untitled", ["line 3: the title is missing"])


def test_a_shared_guid_gets_the_start_and_then_a_number() -> None:
    one = TALK.format("")
    later = one.replace("10:00", "11:00")
    assert [(talk.key, talk.id) for talk in parse(schedule(one + one + later)).talks] == [
        ("ab@20240501T0800Z", "1@20240501T0800Z"),
        ("ab@20240501T0800Z#2", "1@20240501T0800Z#2"),
        ("ab@20240501T0900Z", "1@20240501T0900Z"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/", "relative/without/base", "a b"])
def test_only_absolute_web_addresses_are_kept(url: str) -> None:
    assert parse(schedule(TALK.format(f"<url>{url}</url>"))).talks[0].url == ""


def test_days_inside_days_double_no_talk() -> None:
    inner = TALK.format("").encode()
    body = b'<schedule><day date="2024-05-01"><day date="2024-05-02">' + inner + b"</day></day></schedule>"
    assert [talk.day for talk in parse(body).talks] == [DAY + dt.timedelta(days=1)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<schedule>\n<day>", "line 2: not well-formed XML"),
        (b"<rss/>", "line 1: the root is <rss>, not <schedule>"),
        (b"<schedule/>", "line 1: <schedule> has neither a <conference> nor a <day>"),
        (b"", "line 1: not well-formed XML"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_line(body: bytes, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse(body)
    assert str(refused.value).startswith(said)


def test_declared_entities_are_refused() -> None:
    body = b'<!DOCTYPE schedule [<!ENTITY own SYSTEM "file:///etc/hostname">]><schedule><day>&own;</day></schedule>'
    with pytest.raises(FormatError, match="declares entities"):
        parse(body)


def test_the_root_is_recognized_behind_declaration_comment_and_doctype() -> None:
    heads = [
        b"<schedule>",
        b'<?xml version="1.0"?>\n<!-- made by --><schedule a="b">',
        b"<!DOCTYPE schedule><schedule>",
    ]
    strangers = [b"<schedules>", b"<rss>", b'{"schedule":', b""]
    assert ([looks_like(head) for head in heads], [looks_like(head) for head in strangers]) == (
        [True] * 3,
        [False] * 4,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" \n", "this is empty"),
        (b"<!DOCTYPE html><html>", "this is a web page"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"a,b,c", "this is no programme in a format that is known"),
    ],
)
def test_a_stranger_is_called_by_its_name(body: bytes, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        detect_and_parse(body)
    assert str(refused.value).startswith(said)


def test_encodings_and_leading_newlines_make_no_difference() -> None:
    text = schedule(TALK.format("").replace("<title>T", "<title>Ä")).decode()
    latin = b'<?xml version="1.0" encoding="iso-8859-1"?>' + text.encode("latin-1")
    bodies = [text.encode(), b"\n\n" + text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), latin]
    assert [detect_and_parse(body).talks[0].title for body in bodies] == ["Ä"] * 5


def test_a_person_written_as_elements_has_a_plain_name() -> None:
    person = '<persons><person id="3"><code>XY</code><public_name>Ada</public_name><biography/></person></persons>'
    assert parse(schedule(TALK.format(person))).talks[0].speakers == (Speaker("Ada", "3"),)


def test_utf_16_that_declares_itself_is_read() -> None:
    body = ('<?xml version="1.0" encoding="utf-16"?>' + schedule(TALK.format("")).decode()).encode("utf-16")
    assert len(detect_and_parse(body).talks) == 1


def test_an_event_outside_any_day_is_kept_or_said() -> None:
    programme = parse(b"<schedule><conference/>" + TALK.format("").encode() + b"</schedule>")
    assert len(programme.talks) + len(programme.problems) == 1


def test_an_hour_that_the_clocks_skip_is_said() -> None:
    event = '<event id="1"><start>02:30</start><title>T</title></event>'
    body = schedule(event).replace(b"2024-05-01", b"2024-03-31")
    assert problems(body, "Europe/Berlin") == [
        "line 3: the clocks are put forward over 2024-03-31 02:30, so nothing can begin then"
    ]
