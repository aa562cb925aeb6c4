"""How talks are written: one line a talk, lists that stay short, and what is worth saying about the moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from commands.language import Language
from commands.links import address, hall, person, titled
from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, quoted, text
from commands.times import Times, zone_of
from storage.programme import Day, Talk
from storage.query import words_of
from storage.talks import Conference, Found, is_called

SPEAKERS_SHOWN = 3
CLOSE_SHOWN = 3
A_WEEK = 7
AGAIN_MAX = 80


def times_for(request: Request, services: Services, conference: Conference | None = None) -> Times:
    """How moments are written for whoever asks."""
    conference = conference or services.conference()
    days, settings, zone = conference.days, request.settings, services.zone(conference)
    return Times(
        zone,
        zone_of(settings.zone),
        request.language,
        twelve=settings.clock == "12",
        dated=bool(days) and _is_dated(days, request.now.astimezone(zone).date()),
    )


def own_times(request: Request, services: Services) -> Times:
    """How moments are written that are the asker's own affair: in their zone alone, or in the conference's."""
    times = times_for(request, services)
    return replace(times, zone=times.own or times.zone, own=None)


def _is_dated(days: Sequence[Day], today: dt.date) -> bool:
    """Whether "Mon" alone would mislead: where there are two, where it is a week off, and when it is over."""
    first, last = days[0].date, days[-1].date
    return (last - min(first, today)).days >= A_WEEK or today > last


class Writer:
    """Writes the talks of one answer, in the asker's language, and in the conference's zone before their own."""

    def __init__(self, request: Request, services: Services) -> None:
        self.request = request
        self.prefix = services.prefix
        self.language = request.language
        self._services = services
        self._talks = services.store.talks
        self._name = services.name
        self.conference = services.conference()
        self.times = times_for(request, services, self.conference)
        self.zone = self.times.zone

    def line(self, talk: Talk, *, full: bool = True) -> Text:
        """ "Mon 10:05 · Herbert · Rust in the kernel"; one that does not take place says so.

        With `full` also one that nobody else fits in.
        """
        off = self.request.say("cancelled") if talk.cancelled else self.full(talk) if full else Text()
        return joined([self.when(talk), self.place(talk), bold(talk.title), off])

    def when(self, talk: Talk) -> str:
        """ "Mon 10:05"; "Mon 10:05 (11:05)" for somebody in another zone."""
        return self.times.day_and_time(talk.starts_at)

    def full_time(self, talk: Talk, *, named: bool = False) -> str:
        """ "Mon 12 Sep 10:05–10:35 (UTC+1)"; with the zone's name if `named`."""
        return self.times.full(talk, named=named)

    def place(self, talk: Talk) -> str:
        return talk.location or self.request.say("location not announced").plain

    def is_renamed(self, old: str, new: str) -> bool:
        """Whether organizers only call a location otherwise now."""
        renames = self._services.store.organizing.renames()
        return any(name.casefold() == old.casefold() and called == new for name, called in renames.items())

    def hall(self, talk: Talk) -> Text:
        """The location with a way to its room, for an answer about one talk."""
        return hall(bold(self.place(talk)), talk, self.request, self._services)

    def state(self, talk: Talk) -> str:
        """ "cancelled", "on now", "over", or nothing for a talk that is coming."""
        now, say = self.request.now, self.request.say
        if talk.cancelled:
            return say("cancelled").plain
        if talk.starts_at <= now < talk.over_at:
            return say("on now").plain
        return say("over").plain if talk.over_at <= now else ""

    def full(self, talk: Talk) -> Text:
        """ "full" where organizers said that nobody else fits in."""
        until = self._full.get(talk.location.casefold())
        now = self.request.now
        return self.request.say("full") if until and talk.starts_at < until and talk.over_at > now else Text()

    @cached_property
    def _full(self) -> dict[str, dt.datetime]:
        return self._services.store.full.now(self.request.now)

    def reason(self, talk: Talk) -> str:
        """Why organizers cancelled a talk, empty where they did not say."""
        return self._services.store.organizing.reason(talk.row_id) if talk.cancelled else ""

    def speakers(self, talk: Talk, limit: int = SPEAKERS_SHOWN) -> str:
        """ "Ada King, Grace Hopper and 2 more"."""
        return self.with_more([text(one.name) for one in talk.speakers], limit).plain

    def people(self, talk: Talk, limit: int = SPEAKERS_SHOWN, asked: str = "") -> Text:
        """The same with a way to those that the feed knows by their account; whoever was `asked` for is among them."""
        speakers, words = list(talk.speakers), words_of(asked)
        if words and len(speakers) > limit:
            speakers.sort(key=lambda one: not any(is_called(one.name, [word]) for word in words))
        return self.with_more([person(one) for one in speakers], limit)

    def running(self, talk: Talk) -> Text:
        """ "until 10:35 · Herbert · Rust in the kernel"."""
        if talk.duration:
            when = self.request.say("until {time}", time=self.times.time(talk.ends_at))
        else:
            when = self.request.say("since {time}", time=self.times.time(talk.starts_at))
        return joined([when, self.place(talk), bold(talk.title), self.full(talk)])

    def one(self, talk: Talk, asked: str = "") -> Text:
        """One talk on one line, complete: time with zone, location, title, speakers, whether it runs or is over."""
        who = self.people(talk, asked=asked)
        title = titled(talk) + (text(" — ") + who if who else "")
        return joined([self.full_time(talk), self.hall(talk), title, self.state(talk), self.full(talk)])

    def with_more(self, names: Sequence[Text], limit: int) -> Text:
        """Names with commas between them, and how many more there are than `limit`."""
        more, shown = len(names) - limit, joined(names[:limit], ", ")
        if more <= 0:
            return shown
        return self.request.count("{names} and {number} more", "{names} and {number} more", more, names=shown)

    def stage(self) -> str:
        """Said when the programme has not started, or is over, without the full stop; empty while it runs."""
        return self._stage().plain

    def _stage(self) -> Text:
        say, name = self.request.say, self._name
        first, last = self.conference.starts_at, self.conference.ends_at
        if first is None or last is None:
            if self.conference.days:
                return say("Nothing in the programme takes place")
            return say("No programme is loaded yet")
        if self.request.now < first:
            begins = self.times.moment(first)
            if name:
                return say("{conference} has not started: it begins {moment}", conference=name, moment=begins)
            return say("The programme has not started: it begins {moment}", moment=begins)
        if self.request.now >= last:
            ended = self.times.moment(last)
            if name:
                return say("{conference} is over: it ended {moment}", conference=name, moment=ended)
            return say("The programme is over: it ended {moment}", moment=ended)
        return Text()

    def listing(
        self,
        title: Text | str,
        talks: Sequence[Talk],
        *,
        page: int = 1,
        again: str = "",
        line: Callable[[Talk], Text] | None = None,
        ok: bool = True,
        close: Sequence[Talk] = (),
        staged: bool = False,
    ) -> Reply:
        """A numbered list under a head line that names the zone, cut to what a room bears.

        `again` is the command that shows the list; with the next page's number behind it, it shows the rest. Where
        there is no such page, the last one is shown and the answer says how many there are. `close` are talks that
        only come close; they fill up a short list, under a line that says so. `staged` says at the end that the
        programme has not started, or is over: for answers about now.
        """
        pages, beyond = self.pages(len(talks)), page
        page = min(page, pages)
        write = line or self.line
        rows = self.request.lines - 1
        start = (page - 1) * rows
        matching = len(talks)
        talks = [*talks, *close[: max(0, rows - 1 - matching)]]
        shown = talks[start : start + rows]
        more = len(talks) - start - len(shown)
        head = joined([bold(title), self.times.heading(shown)])
        tail = self.more(more, again, page + 1) if more else Text()
        if staged and (stage := self.stage()):
            tail = joined([tail, f"{stage}."])
        parted = [(matching, self.request.say("Close to that:"))] if len(talks) > matching else []
        reply = numbered(head, [write(talk) for talk in shown], tail, talks, start + 1, parted)
        if beyond > pages:
            reply = reply.noted(self.request.count("There is {number} page.", "There are {number} pages.", pages))
        return replace(reply, ok=ok)

    def more(self, count: int, again: str, page: int) -> Text:
        """ "and 7 more: !search rust #2"."""
        if len(again) > AGAIN_MAX:
            return self.request.count(
                "and {number} more: ask the same with {page} at the end",
                "and {number} more: ask the same with {page} at the end",
                count,
                page=f"#{page}",
            )
        return self.rest(count, f"{again} #{page}")

    def rest(self, count: int, command: str) -> Text:
        """ "and 7 more: !search rust"."""
        again = code(f"{self.prefix}{command}")
        return self.request.count("and {number} more: {again}", "and {number} more: {again}", count, again=again)

    def locations(self) -> dict[str, int]:
        """The locations of the programme as it is now, and how many talks each has."""
        return self._talks.per_location()

    def is_name(self, words: str) -> bool:
        """Whether a title, track, location or person is called exactly so, in part or whole."""
        return self._talks.has_phrase(words)

    def single(self, talk: Talk, talks: Sequence[Talk] = (), found: Found | None = None, asked: str = "") -> Reply:
        """One talk as an answer of its own; with `found`, also what the words that were `asked` were taken for."""
        meant = self.request.say("Taken as {words}.", words=quoted(found.meant)) if found and found.meant else ""
        page = address(talk)
        close = found.close[:CLOSE_SHOWN] if found else ()
        rows = [text(f"{number}. ") + self.line(one) for number, one in enumerate(close, 2)]
        near = [self.request.say("Close to that:"), *rows] if rows else []
        shown = [talk, *close]
        reply = paragraphs(self.one(talk, asked), page, meant, *near, talks=talks or shown, shown=shown)
        return replace(reply, about=talk)

    def pages(self, count: int) -> int:
        rows = self.request.lines - 1
        return max(1, -(-count // rows))


def asked_for(words: str, found: Found, language: Language) -> Text:
    """The words as they were written, and what they were taken for where that is something else."""
    if not found.meant:
        return quoted(words)
    return language.say("{words} (taken as {meant})", words=quoted(words), meant=quoted(found.meant))


def found_and_page(args: str, writer: Writer, find: Callable[[str], Found]) -> tuple[Found, str, int]:
    """What `find` has for the words, the words, and the page asked for.

    A number at the end is one of the words when something is called so ("saal 2"), or when there is no such page
    and it finds something ("android 13"). "#2" is always a page.
    """
    words, page = words_and_page(args)
    if page > 1 and not args.endswith(f"#{page}") and writer.is_name(args):
        words, page = args.strip(), 1
    found = find(words)
    if page > 1 and (not words or page > writer.pages(len(found.talks))):
        other, whole = find(args), args.strip()
        better = other.exact and other.talks and not (other.meant and found.talks)
        # "tuesday 10" is no tenth page of Tuesday.
        if not words or ((better or found.meant) and not args.endswith(f"#{page}")):
            return other, whole, 1
    return found, words, page


def words_and_page(args: str) -> tuple[str, int]:
    """Split "rust 2" or "rust #2" into its words and a page number; without one the page is 1."""
    words, _, last = args.strip().rpartition(" ")
    number = last.removeprefix("#")
    if number.isascii() and number.isdigit() and 1 <= len(number) <= 3 and int(number) > 0:
        return words.strip(), int(number)
    return args.strip(), 1
