"""!mine"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from commands._apart import apart
from commands._clashes import gap, overlap, way
from commands._finding import is_on
from commands._leads import own_leads
from commands._moments import Moment, Question
from commands._spans import MINUTE, span
from commands._switches import ALL
from commands._topics import described
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, text
from commands.unsubscribe import nothing_yet
from storage.programme import Talk
from storage.subscriptions import Kind, Subscription


@command("mine", "[time | all]")
@apart
def mine(request: Request, services: Services) -> Reply:
    """Your agenda.

    What you are subscribed to, by day; talks that overlap, long breaks, short ways and reminders of their own are
    marked. The numbers work with !talk, !unsubscribe and !remind. With a day or a time, only what is then; "all" shows
    what is over, too.

    !mine
    !mine day 1
    !mine all
    """
    talks = services.store.subscriptions.agenda(request.sender)
    reply = _agenda(talks, request, services)
    if not set(services.store.speakers.own_talks(request.sender)) - {talk.row_id for talk in talks}:
        return reply
    # They speak, but need not follow themselves.
    own = code(f"{services.prefix}mytalks")
    return reply.noted(request.say("The talks that you give: {command}", command=own))


def _agenda(talks: Sequence[Talk], request: Request, services: Services) -> Reply:
    writer, say = Writer(request, services), request.say
    own = services.store.subscriptions.of(request.sender)
    if not own:
        return paragraphs(nothing_yet(request, services), ok=False)
    words, page = words_and_page(request.args)
    head = bold(say("Your agenda"))
    if words and words.casefold() not in ALL:
        then = narrowed("mine", request, services, writer)
        if isinstance(then, Reply):
            return then
        words, page = then.words, then.page
        coming = [talk for talk in talks if then.has(talk)]
        if not coming:
            return paragraphs(then.nothing)
        head = joined([head, then.shown])
    else:
        coming = list(talks) if words else [talk for talk in talks if talk.over_at > request.now]
    stands = _standing(own, request, services)
    if not coming:
        past = code(f"{services.prefix}mine all")
        over = say("Nothing of what you are subscribed to is still to come. What is over: {command}", command=past)
        return paragraphs(over if talks else say("Nothing on your agenda yet."), stands)
    pages = list(_pages(coming, request.lines - 1))
    page = min(page, len(pages))
    first = sum(len(one) for one in pages[: page - 1])
    more = len(coming) - first - len(pages[page - 1])
    tail = writer.more(more, f"mine {words}".strip(), page + 1) if more else stands
    head = joined([head, writer.times.heading(pages[page - 1])])
    leads = {row: own_leads(one, request, services) for one in own if one.kind is Kind.TALK for row in one.talk_ids}
    return _listed(head, coming, pages[page - 1], tail, first, leads, writer)


@dataclass(frozen=True, slots=True)
class Then:
    """The time that an agenda is narrowed to, the words that name it, and the page asked for.

    `nothing` says that nothing of it is then, `named` which time that is.
    """

    meant: Moment
    words: str
    page: int
    nothing: Text
    named: str

    @property
    def shown(self) -> str:
        """The time as it stands above the talks; empty for a whole day, which stands there anyway."""
        return "" if self.meant.day else self.named

    def has(self, talk: Talk) -> bool:
        return talk.day == self.meant.day.date if self.meant.day else is_on(talk, self.meant)


def narrowed(command: str, request: Request, services: Services, writer: Writer) -> Then | Reply:
    """What the words behind this command say of time, or what keeps them from being one."""
    # Imported here: the agenda as a whole need not wait for the time words.
    from commands._asking import asked_back, calendar_for, when, written
    from commands.day import day_and_page, read_day

    calendar = calendar_for(request, services, writer)
    words, page = day_and_page(request.args, calendar)
    meant = read_day(words, calendar)
    if isinstance(meant, Question):
        return asked_back(meant, words, command, writer)
    if meant.is_point:
        moment = writer.times.moment(meant.starts_at)
        nothing = request.say("Nothing of what you are subscribed to is on at {moment}.", moment=moment)
    else:
        nothing = request.say("Nothing of what you are subscribed to takes place {when}.", when=when(meant, writer))
    return Then(meant, words, page, nothing, written(meant, writer))


def _listed(
    head: Text,
    agenda: Sequence[Talk],
    shown: Sequence[Talk],
    tail: Text,
    first: int,
    leads: Mapping[int, Text],
    writer: Writer,
) -> Reply:
    """A page of the agenda, with a line before each day. `leads` are the reminders of talks that have their own."""
    days = [None, *(talk.day for talk in shown)]
    parts = [
        (place, bold(writer.language.full_date(talk.day)))
        for place, talk in enumerate(shown)
        if talk.day != days[place]
    ]
    lines = [_line(agenda, first + place, leads, writer) for place in range(len(shown))]
    return numbered(head, lines, tail, agenda, first + 1, parts)


def _line(agenda: Sequence[Talk], place: int, leads: Mapping[int, Text], writer: Writer) -> Text:
    talk = agenda[place]
    when = writer.times.time(talk.starts_at)
    marks = _marks(agenda, place, writer.request)
    return joined([when, writer.place(talk), bold(talk.title), writer.state(talk), *marks, leads.get(talk.row_id, "")])


def _marks(agenda: Sequence[Talk], place: int, request: Request) -> Iterator[Text]:
    """What to know of a talk beside the others: which overlap with it, and how the one before leaves off."""
    talk = agenda[place]
    if talk.cancelled:
        return
    others = [str(number) for number, other in enumerate(agenda, 1) if overlap(talk, other)]
    if others:
        yield request.count(
            "overlaps with {numbers}", "overlaps with {numbers}", len(others), numbers=", ".join(others)
        )
    earlier = [one for one in agenda[:place] if not one.cancelled and one.over_at <= talk.starts_at]
    if not earlier:
        return
    before = max(earlier, key=lambda one: one.over_at)
    if (left := way(before, talk)) is not None:
        if left < MINUTE:
            yield request.say("no time to get here from {location}", location=before.location)
            return
        length = span(left, request)
        yield request.say("only {span} to get here from {location}", span=length, location=before.location)
    elif not others and (free := gap(before, talk)) is not None:
        yield request.say("{span} free before", span=span(free, request))


def _pages(talks: Sequence[Talk], rows: int) -> Iterator[list[Talk]]:
    """The talks in pages of so many lines, of which each day takes one."""
    page: list[Talk] = []
    used = 0
    for talk in talks:
        cost = 1 if page and page[-1].day == talk.day else 2
        if page and used + cost > rows:
            yield page
            page, used, cost = [], 0, 2
        page.append(talk)
        used += cost
    yield page


def _standing(own: Sequence[Subscription], request: Request, services: Services) -> Text:
    """The subscriptions that cover what is added later, with how many talks each stands for and its own reminders."""
    wide = [one for one in own if one.kind is not Kind.TALK]
    named = [
        joined([
            request.count(
                "{what} ({number} talk)", "{what} ({number} talks)", len(one.talk_ids),
                what=described(one.kind, one.shown, request),
            ),
            own_leads(one, request, services),
        ], ": ")
        for one in wide
    ]  # fmt: skip
    return request.say("Always: {what}", what=joined(named, ", ")) if named else text("")
