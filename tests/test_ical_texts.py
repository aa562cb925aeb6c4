"""Where exporters put speakers, places and links in iCalendar, and what a broken file costs."""

from __future__ import annotations

import pytest

from storage.formats.ical import parse
from storage.programme import FormatError, Talk
from tests.test_ical import BERLIN, START, calendar, event, only, said


def names(talk: Talk) -> list[str]:
    return [speaker.name for speaker in talk.speakers]


@pytest.mark.parametrize(
    ("summary", "title", "speakers"),
    [
        ("Title - Ada King\\, Bob Roe", "Title", ["Ada King", "Bob Roe"]),
        ("Part 1 - Title - Ada King", "Part 1 - Title", ["Ada King"]),
        ("Part 1 - Title - ", "Part 1 - Title", []),
        ("Title -", "Title", []),
        ("Title", "Title", []),
    ],
)
def test_pretalx_writes_speakers_behind_the_last_dash(summary: str, title: str, speakers: list[str]) -> None:
    body = calendar(event("UID:pretalx-conf-ABCDEF@example.org", BERLIN, f"SUMMARY:{summary}"))
    (talk,) = parse(body).talks
    assert (talk.title, names(talk)) == (title, speakers)


def test_frab_does_too_where_every_summary_has_a_dash() -> None:
    head = "PRODID:-//com.denhaven2/NONSGML ri_cal gem//EN"
    events = [event("UID:1", BERLIN, "SUMMARY:A - Ada King"), event("UID:2", BERLIN, "SUMMARY:B - ")]
    assert [(talk.title, names(talk)) for talk in parse(calendar(head, *events)).talks] == [
        ("A", ["Ada King"]),
        ("B", []),
    ]
    others = parse(calendar(head, *events, event("UID:3", BERLIN, "SUMMARY:C"))).talks
    assert [talk.title for talk in others] == ["A - Ada King", "B -", "C"]


def test_in_others_a_dash_is_a_dash_and_attendees_are_guests() -> None:
    talk = only(
        BERLIN, "SUMMARY:x", "ATTENDEE;CN=Ada King:mailto:a@example.org", "ORGANIZER;CN=Bob:mailto:b@example.org"
    )
    assert names(talk) == []
    assert parse(calendar(event("UID:1", BERLIN, "SUMMARY:A - Ada King"))).talks[0].title == "A - Ada King"


def test_open_event_lists_speakers_as_attendees() -> None:
    attendees = [
        'ATTENDEE;CN="King, Ada":mailto:x@example.org',
        "ATTENDEE;CN=Bob Roe:mailto:x@example.org",
        "ATTENDEE:x",
    ]
    talk = only(BERLIN, *attendees, head=("PRODID:-//fossasia//open-event//EN",))
    assert names(talk) == ["King, Ada", "Bob Roe"]


@pytest.mark.parametrize(
    ("summary", "title", "kind", "speakers"),
    [
        ("T (talk by Ada King)", "T", "talk", ["Ada King"]),
        ("T (x) (Workshop by Ada King\\, Bob Roe & C)", "T (x)", "workshop", ["Ada King", "Bob Roe", "C"]),
        ("T (talk by Ada King\\, University of Nowhere)", "T", "talk", ["Ada King"]),
        ("T (panel by Discussion: all)", "T (panel by Discussion: all)", "", []),
        ("Songs (written by Ada King)", "Songs (written by Ada King)", "", []),
    ],
)
def test_a_summary_may_say_by_whom(summary: str, title: str, kind: str, speakers: list[str]) -> None:
    (talk,) = parse(calendar(event("UID:1", BERLIN, f"SUMMARY:{summary}"))).talks
    assert (talk.title, talk.kind, names(talk)) == (title, kind, speakers)


@pytest.mark.parametrize(
    ("description", "abstract", "speakers"),
    [
        ("Speaker: Ada King\\nText", "Text", ["Ada King"]),
        ("Speakers: Ada King (A\\, B)\\, Bob Roe\\n\\nText\\n\\nhttps://x.org/1", "Text", ["Ada King", "Bob Roe"]),
        ("The speaker: nobody", "The speaker: nobody", []),
        (
            "Text\\n\\n**__Intervenants__** :\\n  * Ada King – Chef\\, Lab\\n  * Société X\\n  * T par Bob Roe (5’)",
            "Text\n\n**__Intervenants__** :\n* Ada King – Chef, Lab\n* Société X\n* T par Bob Roe (5’)",
            ["Ada King", "Bob Roe"],
        ),
    ],
)
def test_a_description_may_name_the_speakers(description: str, abstract: str, speakers: list[str]) -> None:
    talk = only(BERLIN, f"DESCRIPTION:{description}", "URL:https://x.org/1")
    assert (talk.abstract, names(talk), talk.url) == (abstract, speakers, "https://x.org/1")


@pytest.mark.parametrize(
    ("lines", "url", "abstract"),
    [
        (["DESCRIPTION:A\\n\\nLink: https://x.org/1"], "https://x.org/1", "A"),
        (["DESCRIPTION:See\\nhttps://x.org/1"], "", "See\nhttps://x.org/1"),
        (["DESCRIPTION:See\\nhttps://x.org/2", "URL:https://x.org/1"], "https://x.org/1", "See\nhttps://x.org/2"),
        (["CONFERENCE;VALUE=URI:tel:+1", "CONFERENCE;VALUE=URI:https://x.org/join"], "https://x.org/join", ""),
        (["X-ALT-DESC;FMTTYPE=text/html:<p>A</p>"], "", "A"),
        (["DESCRIPTION:B", "X-ALT-DESC;FMTTYPE=text/html:<p>A</p>"], "", "B"),
        (["DESCRIPTION:C:\\\\x \\z \\"], "", "C:\\x \\z \\"),
    ],
)
def test_links_and_descriptions(lines: list[str], url: str, abstract: str) -> None:
    talk = only(BERLIN, *lines)
    assert (talk.url, talk.abstract) == (url, abstract)


@pytest.mark.parametrize(
    ("lines", "location"),
    [
        (["LOCATION:A\\, B"], "A, B"),
        (["LOCATION:", "X-LOCATION:B"], "B"),
        (['X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="A: B":geo:1,2'], "A: B"),
        ([], ""),
    ],
)
def test_a_location_stands_in_several_places(lines: list[str], location: str) -> None:
    assert only(BERLIN, *lines).location == location


def test_what_is_cancelled() -> None:
    assert only(BERLIN, "STATUS:Cancelled").cancelled
    assert only(BERLIN, head=("METHOD:CANCEL",)).cancelled
    assert not only(BERLIN, "STATUS:TENTATIVE", head=("METHOD:PUBLISH",)).cancelled


def test_a_talk_without_uid_is_known_by_its_title() -> None:
    assert parse(calendar(event(BERLIN, "SUMMARY:My Talk"))).talks[0].key == "my talk"


def test_the_calendars_of_a_file_are_one_programme() -> None:
    first = calendar("X-WR-TIMEZONE:Europe/Berlin", event("UID:1", "SUMMARY:A", "DTSTART:20240501T100000"))
    second = calendar("NAME:Second", "X-WR-TIMEZONE:Asia/Tokyo", event("UID:2", "SUMMARY:B", "DTSTART:20240501T170000"))
    programme = parse(first + second)
    assert [(talk.title, talk.starts_at) for talk in programme.talks] == [("A", START), ("B", START)]
    assert (programme.title, programme.timezone) == ("Second", "Europe/Berlin")


def test_other_components_are_passed_over() -> None:
    todo = "BEGIN:VTODO\nUID:1\nDTSTART:20240501T100000\nSUMMARY:no\nEND:VTODO"
    alarm = "BEGIN:VALARM\nSUMMARY:no\nTRIGGER:-PT1H\nEND:VALARM"
    assert only(BERLIN, alarm, head=(todo, "BEGIN:VFREEBUSY\nEND:VFREEBUSY")).title == "T"


def test_a_broken_event_costs_no_other() -> None:
    body = calendar(
        event("UID:1", "SUMMARY:No start"),
        event("UID:2", "SUMMARY:Bad start", "DTSTART:soon"),
        event("UID:3", "SUMMARY:Good", BERLIN, "what is this", "END:VTODO", "EXDATE:never"),
        "BEGIN:VEVENT\nUID:4\nSUMMARY:Open\nDTSTART:20240501T080000Z",
        event("UID:5", "SUMMARY:Twice", BERLIN, BERLIN),
    )
    assert [talk.title for talk in parse(body).talks] == ["Good", "Open", "Twice"]
    assert said(body) == [
        "line 16: “what is this” is no line of a calendar; left out",
        "line 17: END:VTODO without its BEGIN; left out",
        "line 24: the event before has no END:VEVENT",
        "line 18: EXDATE says “never”, which cannot be read; it is passed over",
        "line 24: “Twice” has several DTSTART; the first is taken",
        "line 3: “No start” has no DTSTART; left out",
        "line 10: “Bad start” has a DTSTART that is no time, “soon”; left out",
    ]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"hello", "line 1: no calendar begins here or later (BEGIN:VCALENDAR)"),
        (b"BEGIN:VCALENDAR\nx", "line 2: the file ends before its calendar does, without any event"),
        (b"BEGIN:VCALENDAR\nx y\nEND:VCALENDAR", "line 2: 'x y' is no line of a calendar, and there is no event"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMM",
            "line 4: the file ends inside the VEVENT that begins in line 2, so it was cut off",
        ),
        (
            calendar(event("SUMMARY:A"), event("DTSTART:99999999")),
            "line 3: “A” has no DTSTART, and none of the 2 events can be read",
        ),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 60, "line 51: components are nested deeper than in any calendar"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_line(body: bytes, refused: str) -> None:
    with pytest.raises(FormatError) as error:
        parse(body)
    assert str(error.value) == refused


def test_a_calendar_without_events_is_an_empty_programme() -> None:
    assert (parse(calendar()).talks, said(calendar())) == ((), ["calendar: there is no event in it"])


def test_a_calendar_without_an_end_may_be_cut_off() -> None:
    body = calendar(event("UID:1", "SUMMARY:T", BERLIN)).replace(b"END:VCALENDAR\r\n", b"")
    assert said(body) == ["line 7: END:VCALENDAR is missing: the file may be cut off"]
