"""How talks are written: times, one line a talk, lists that stay short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, quoted, text
from storage.programme import Talk
from storage.talks import Conference, Found

SPEAKERS_SHOWN = 3
A_WEEK = 7
AGAIN_MAX = 80
A_DAY = dt.timedelta(hours=24)


def offset(moment: dt.datetime) -> str:
    """The offset of an aware local time: "UTC+1", "UTC", "UTC+5:30"."""
    minutes = int((moment.utcoffset() or dt.timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def zone_label(zone: ZoneInfo, talks: Sequence[Talk]) -> str:
    """The zone of a list: "Europe/Dublin, UTC+1"; both offsets when the clocks change between its talks."""
    offsets = dict.fromkeys(offset(talk.starts_at.astimezone(zone)) for talk in talks)
    if zone.key == "UTC" or zone.key.startswith("Etc/"):
        return " and ".join(offsets)
    return f"{zone.key}, {' and '.join(offsets)}"


def day_and_time(moment: dt.datetime, zone: ZoneInfo, conference: Conference) -> str:
    """ "Mon 10:05", with the date where the conference is longer than a week."""
    local = moment.astimezone(zone)
    days = conference.days
    long = bool(days) and (days[-1].date - days[0].date).days >= A_WEEK
    return f"{local:%a} {local.day} {local:%b %H:%M}" if long else f"{local:%a %H:%M}"


def full_time(talk: Talk, zone: ZoneInfo) -> str:
    """ "Mon 12 Sep 10:05–10:35 (UTC+1)"."""
    start, end = talk.starts_at.astimezone(zone), talk.ends_at.astimezone(zone)
    until = f"–{end:%H:%M}" if talk.duration else ""
    if talk.duration >= A_DAY:
        until = f" to {end:%a} {end.day} {end:%b} {end:%H:%M}"
    return f"{start:%a} {start.day} {start:%b} {start:%H:%M}{until} ({offset(start)})"


def place(talk: Talk) -> str:
    return talk.location or "location not announced"


def state(talk: Talk, now: dt.datetime) -> str:
    """ "cancelled", "on now", "over", or nothing for a talk that is coming."""
    if talk.cancelled:
        return "cancelled"
    if talk.starts_at <= now < talk.over_at:
        return "on now"
    return "over" if talk.over_at <= now else ""


def speakers(talk: Talk, limit: int = SPEAKERS_SHOWN) -> str:
    names = [person.name for person in talk.speakers]
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")


class Writer:
    """Writes the talks of one answer, in the conference's zone and with what is worth saying about the moment."""

    def __init__(self, request: Request, services: Services) -> None:
        self.request = request
        self.prefix = services.prefix
        self._talks = services.store.talks
        self._programme = services.name or "The programme"
        self.conference = services.conference()
        self.zone = services.zone(self.conference)

    def line(self, talk: Talk) -> Text:
        """ "Mon 10:05 · Herbert · Rust in the kernel"; one that does not take place says so."""
        return joined([self.when(talk), place(talk), bold(talk.title), "cancelled" if talk.cancelled else ""])

    def when(self, talk: Talk) -> str:
        """ "Mon 10:05", in the conference's zone."""
        return day_and_time(talk.starts_at, self.zone, self.conference)

    def running(self, talk: Talk) -> Text:
        """ "until 10:35 · Herbert · Rust in the kernel"."""
        end = f"until {talk.ends_at.astimezone(self.zone):%H:%M}"
        when = end if talk.duration else f"since {talk.starts_at.astimezone(self.zone):%H:%M}"
        return joined([when, place(talk), bold(talk.title)])

    def one(self, talk: Talk) -> Text:
        """One talk on one line, complete: time with zone, location, title, speakers, whether it runs or is over."""
        who = speakers(talk)
        title = bold(talk.title) + (f" — {who}" if who else "")
        return joined([full_time(talk, self.zone), place(talk), title, state(talk, self.request.now)])

    def stage(self) -> str:
        """Said when the programme has not started, or is over; empty while it runs."""
        first, last = self.conference.starts_at, self.conference.ends_at
        if first is None or last is None:
            return "Nothing in the programme takes place" if self.conference.days else "No programme is loaded yet"
        if self.request.now < first:
            return f"{self._programme} has not started: it begins {self._moment(first)}"
        if self.request.now >= last:
            return f"{self._programme} is over: it ended {self._moment(last)}"
        return ""

    def listing(
        self,
        title: Text | str,
        talks: Sequence[Talk],
        *,
        page: int = 1,
        again: str = "",
        line: Callable[[Talk], Text] | None = None,
        ok: bool = True,
    ) -> Reply:
        """A numbered list under a head line that names the zone, cut to what a room bears.

        `again` is the command that shows the list; with the next page's number behind it, it shows the rest.
        """
        write = line or self.line
        rows = self.request.lines - 1
        start = (page - 1) * rows
        shown = talks[start : start + rows]
        more = len(talks) - start - len(shown)
        head = joined([bold(title), f"times in {zone_label(self.zone, shown)}", self.stage()])
        tail = self.more(more, again, page + 1) if more else Text()
        reply = numbered(head, [write(talk) for talk in shown], tail, talks, start + 1)
        return replace(reply, ok=ok)

    def more(self, count: int, again: str, page: int, mark: str = "") -> Text:
        """ "and 7 more: !search rust 2"; `mark` before the number where it could be something else."""
        if len(again) > AGAIN_MAX:
            return text(f"and {count} more: ask the same with {page} at the end")
        words = again.partition(" ")[2]
        mark = mark or ("#" if words and self.is_name(f"{words} {page}") else "")
        return text(f"and {count} more: ") + code(f"{self.prefix}{again} {mark}{page}")

    def locations(self) -> dict[str, int]:
        """The locations of the programme as it is now, and how many talks each has."""
        return self._talks.per_location()

    def is_name(self, words: str) -> bool:
        """Whether a title, track, location or person is called exactly so, in part or whole."""
        return self._talks.has_phrase(words)

    def single(self, talk: Talk, talks: Sequence[Talk] = (), found: Found | None = None) -> Reply:
        """One talk as an answer of its own; with `found`, also what the words were taken for."""
        stage = self.stage()
        meant = text("Taken as ") + quoted(found.meant) + text(".") if found and found.meant else ""
        return paragraphs(self.one(talk), meant, f"{stage}." if stage else "", talks=talks or [talk], shown=[talk])

    def pages(self, count: int) -> int:
        rows = self.request.lines - 1
        return max(1, -(-count // rows))

    def _moment(self, moment: dt.datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b %H:%M} ({offset(local)})"


def asked_for(words: str, found: Found) -> Text:
    """The words as they were written, and what they were taken for where that is something else."""
    return quoted(words) + (text(", taken as ") + quoted(found.meant) if found.meant else text(""))


def found_and_page(args: str, writer: Writer, find: Callable[[str], Found]) -> tuple[Found, str, int]:
    """What `find` has for the words, the words, and the page asked for.

    A number at the end is one of the words when something is called so ("saal 2"), or when there is no such page
    ("android 13"). "#2" is always a page.
    """
    words, page = words_and_page(args)
    if page > 1 and not args.endswith(f"#{page}") and writer.is_name(args):
        words, page = args.strip(), 1
    found = find(words)
    if page > 1 and (not words or page > writer.pages(len(found.talks))):
        words, page = args.strip(), 1
        found = find(words)
    return found, words, page


def words_and_page(args: str) -> tuple[str, int]:
    """Split "rust 2" or "rust #2" into its words and a page number; without one the page is 1."""
    words, _, last = args.strip().rpartition(" ")
    number = last.removeprefix("#")
    if number.isascii() and number.isdigit() and 1 <= len(number) <= 3 and int(number) > 0:
        return words.strip(), int(number)
    return args.strip(), 1
