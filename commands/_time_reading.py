"""From the parts of a phrase to a moment of the conference, or a question. Nothing here knows words.

A day that is named is the conference's day of that name. A time of day alone is today's while that is still to come or
today's programme runs, else the next conference day's. Clock times are made naive and the zone is attached last; spans
from now are counted in UTC.
"""

from __future__ import annotations

import datetime as dt

from commands._moments import UNREAD, Break, Calendar, Moment, Question, Why
from commands._time_days import Asked, conference_day, days_named
from commands._time_parts import Between, Clock, Edge, Part, Pause, Phrase, Piece, Side
from storage.programme import Day

ONE_DAY = dt.timedelta(days=1)
AN_HOUR = dt.timedelta(hours=1)
# From and to, in minutes of the day; what is beyond 24 hours is the next morning.
PARTS = {
    "morning": (6 * 60, 12 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (18 * 60, 24 * 60),
    "night": (20 * 60, 28 * 60),
    "tonight": (18 * 60, 28 * 60),
}
# An hour up to this one, without am or pm, is in the afternoon when only then something is on.
EARLIEST = 7
NIGHT_ENDS = 6


def moment_of(phrase: Phrase, calendar: Calendar) -> Moment | Question:
    """The moment that a phrase means."""
    try:
        return _moment(phrase, calendar)
    except Asked as asked:
        return asked.question


def _moment(phrase: Phrase, calendar: Calendar) -> Moment:
    if phrase.since_now is not None:
        return _from_now(phrase.since_now, calendar)
    if phrase.rest_of_day:
        whole = calendar.whole(conference_day(calendar.today, calendar))
        return Moment(calendar.now, max(calendar.now, whole.ends_at))
    if phrase.day is None:
        if phrase.piece is None:
            raise Asked(UNREAD)
        return _without_a_day(phrase.piece, calendar)
    days = days_named(phrase.day, phrase.piece, calendar)
    if phrase.piece is not None:
        return _on(phrase.piece, days[0], calendar)
    first, last = calendar.whole(days[0]), calendar.whole(days[-1])
    return first if len(days) == 1 else Moment(first.starts_at, last.ends_at)


def _from_now(minutes: tuple[int, int], calendar: Calendar) -> Moment:
    start, end = (calendar.now + dt.timedelta(minutes=count) for count in minutes)
    if not calendar.inside(start) and not calendar.inside(end):
        raise Asked(Question(Why.OUTSIDE, start.astimezone(calendar.zone).date()))
    return Moment(start, end)


def _without_a_day(piece: Piece, calendar: Calendar) -> Moment:
    """Today's, when today is a conference day and it is still to come or the programme runs; else the next day's."""
    if (date := _may_be_a_date(piece, calendar)) is not None:
        return date
    today = calendar.on(calendar.today)
    reason: Question | None = None
    if today is not None:
        try:
            found = _on(piece, today, calendar)
        except Asked as asked:
            reason = asked.question
        else:
            running = found.is_point and calendar.whole(today).ends_at > calendar.now
            if found.ends_at > calendar.now or running:
                return found
    following = calendar.after(calendar.today)
    if reason is not None and reason.why is not Why.OVER:
        raise Asked(reason)
    if following is None:
        _possible(piece, calendar)
        raise Asked(Question(Why.OVER))
    return _on(piece, following, calendar)


def _possible(piece: Piece, calendar: Calendar) -> None:
    """Refuse what no day has, such as 25:00, also when no day is left."""
    try:
        _on(piece, calendar.days[-1], calendar)
    except Asked as asked:
        if asked.question.why is Why.IMPOSSIBLE:
            raise


def _may_be_a_date(piece: Piece, calendar: Calendar) -> Moment | None:
    """Ask about a number that may be a day as well as an hour; the day of one that can be no hour."""
    if isinstance(piece, Between) and piece.first.bare and piece.last.bare:
        dates = {day.date.day: day.date for day in calendar.days}
        if piece.first.hour in dates and piece.last.hour in dates:
            clocks = f"{piece.first.hour}:00-{piece.last.hour}:00"
            raise Asked(Question(Why.WHICH, options=(clocks, f"{dates[piece.first.hour]}")))
    if not isinstance(piece, Clock) or not piece.bare:
        return None
    numbered = [day for day in calendar.days if day.index == piece.hour]
    dated = [day for day in calendar.days if day.date.day == piece.hour]
    if not numbered and not dated:
        return None
    if piece.hour > 24 and len(dated) == 1 and not numbered:
        return calendar.whole(dated[0])
    hour = piece.hour + 12 if piece.hour < EARLIEST else piece.hour
    clock = [f"{hour}:00"] if hour < 24 else []
    meant = (*(f"day {day.index}" for day in numbered), *(f"{day.date}" for day in dated), *clock)
    raise Asked(Question(Why.WHICH, options=meant))


def _on(piece: Piece, day: Day, calendar: Calendar) -> Moment:
    whole = calendar.whole(day)
    if isinstance(piece, Clock):
        at = _clock(piece, day, calendar)
        return Moment(at, at)
    if isinstance(piece, Part):
        return _part(piece, day, calendar)
    if isinstance(piece, Pause):
        return _pause(piece, day, calendar)
    if isinstance(piece, Side):
        at = _clock(piece.clock, day, calendar)
        if piece.relation == "before":
            return Moment(min(whole.starts_at, at), at)
        return Moment(at, max(at, whole.ends_at))
    if isinstance(piece, Between):
        first, last = _clock(piece.first, day, calendar), _clock(piece.last, day, calendar)
        if last <= first and not piece.last.sure:
            last = _clock(Clock(piece.last.hour + 12, piece.last.minute, sure=True), day, calendar)
        if last <= first and piece.last.hour < EARLIEST:
            last += ONE_DAY  # "22:00-02:00"
        if last <= first:
            raise Asked(Question(Why.IMPOSSIBLE))
        return Moment(first, last)
    return _edge(piece, whole)


def _edge(edge: Edge, whole: Moment) -> Moment:
    """The first or the last hour of the day's programme."""
    if edge.name == "start":
        return Moment(whole.starts_at, min(whole.ends_at, whole.starts_at + AN_HOUR))
    return Moment(max(whole.starts_at, whole.ends_at - AN_HOUR), whole.ends_at)


def _part(part: Part, day: Day, calendar: Calendar) -> Moment:
    start, end = PARTS[part.name]
    if part.clock is not None:
        return _clock_in(part.name, part.clock, day, calendar)
    middle = (start + end) // 2
    if part.half == "early":
        end = middle
    elif part.half == "late":
        start = middle
    return Moment(_minute(start, day, calendar), _minute(end, day, calendar))


def _clock_in(name: str, clock: Clock, day: Day, calendar: Calendar) -> Moment:
    """ "9 in the morning", "tonight at 8", "friday night at 1"."""
    start, end = PARTS[name]
    written = clock.hour * 60 + clock.minute
    for minutes in (written, written + 12 * 60, written + 24 * 60):
        if start <= minutes < end and (minutes == written or minutes >= 24 * 60 or not clock.sure):
            at = _minute(minutes, day, calendar)
            return Moment(at, at)
    raise Asked(Question(Why.IMPOSSIBLE))


def _minute(minutes: int, day: Day, calendar: Calendar) -> dt.datetime:
    date, rest = day.date + ONE_DAY * (minutes // 1440), minutes % 1440
    return calendar.instant(date, dt.time(rest // 60, rest % 60))


def _clock(clock: Clock, day: Day, calendar: Calendar) -> dt.datetime:
    """The instant of a clock time on a day; of several that it may mean, the one while something is on."""
    if clock.minute > 59 or clock.hour > 24 or (clock.hour == 24 and clock.minute):
        raise Asked(Question(Why.IMPOSSIBLE))
    if clock.offset is not None:
        zone = dt.timezone(clock.offset) if abs(clock.offset) < ONE_DAY else None
        if zone is None or clock.hour == 24:
            raise Asked(Question(Why.IMPOSSIBLE))
        return _with_offset(dt.time(clock.hour, clock.minute, tzinfo=zone), day, calendar)
    if clock.hour == 24:
        return calendar.instant(day.date + ONE_DAY, dt.time())
    whole = calendar.whole(day)
    literal = dt.time(clock.hour, clock.minute)
    found = _instants(day.date, literal, calendar)
    if any(whole.starts_at <= at < whole.ends_at for at in found):
        return _one_of(found, whole, day)
    night = _in_the_night(literal, whole, day, calendar)
    if not clock.sure and 1 <= clock.hour <= EARLIEST:
        afternoon = dt.time(clock.hour + 12, clock.minute)
        later = calendar.instant(day.date, afternoon)
        elsewhere = [at for at in found if calendar.covers(at)] or night
        if whole.starts_at <= later < whole.ends_at and elsewhere:
            # "sunday 1:30", with a party in that night: each written so that it is no other.
            options = (elsewhere[0].astimezone(calendar.zone), later.astimezone(calendar.zone))
            raise Asked(Question(Why.WHICH, day.date, tuple(f"{at:%Y-%m-%d %H:%M}" for at in options)))
        if whole.starts_at <= later < whole.ends_at or (clock.hour < EARLIEST and not elsewhere):
            return later
    if night and not any(calendar.covers(at) for at in found):
        return _one_of(night, whole, day)
    return _one_of(found, whole, day)


def _in_the_night(clock: dt.time, whole: Moment, day: Day, calendar: Calendar) -> tuple[dt.datetime, ...]:
    """The instants at which an early time comes in the night that still belongs to the day."""
    if clock.hour >= NIGHT_ENDS:
        return ()
    found = calendar.instants(day.date + ONE_DAY, clock)
    return found if any(whole.starts_at <= at < whole.ends_at for at in found) else ()


def _with_offset(clock: dt.time, day: Day, calendar: Calendar) -> dt.datetime:
    """The instant on that day, by the conference's clocks, at which clocks at the offset show the time."""
    for shift in (0, 1, -1):
        at = dt.datetime.combine(day.date + ONE_DAY * shift, clock).astimezone(dt.UTC)
        if at.astimezone(calendar.zone).date() == day.date:
            return at
    raise Asked(Question(Why.IMPOSSIBLE))


def _instants(date: dt.date, clock: dt.time, calendar: Calendar) -> tuple[dt.datetime, ...]:
    found = calendar.instants(date, clock)
    if not found:
        raise Asked(Question(Why.SKIPPED, date))
    return found


def _one_of(found: tuple[dt.datetime, ...], whole: Moment, day: Day) -> dt.datetime:
    """Where clocks go back and show a time twice: the one while something is on, else ask."""
    inside = [at for at in found if whole.starts_at <= at < whole.ends_at]
    if len(found) == 1 or len(inside) == 1:
        return (inside or found)[0]
    options = tuple(f"{day.date} {at:%H:%M} UTC" for at in found)
    raise Asked(Question(Why.WHICH, day.date, options))


def _pause(pause: Pause, day: Day, calendar: Calendar) -> Moment:
    whole = calendar.whole(day)
    found = _breaks(pause, day, calendar)
    if pause.part:
        start, end = (_minute(minutes, day, calendar) for minutes in PARTS[pause.part])
        found = [one for one in found if start <= one.starts_at < end]
    if not found:
        raise Asked(Question(Why.NO_BREAK, day.date, kind=pause.kind))
    chosen = _chosen(found, day, calendar)
    if pause.relation == "after":
        return Moment(chosen.ends_at, max(chosen.ends_at, whole.ends_at))
    if pause.relation == "before":
        return Moment(min(whole.starts_at, chosen.starts_at), chosen.starts_at)
    return Moment(chosen.starts_at, chosen.ends_at)


def _breaks(pause: Pause, day: Day, calendar: Calendar) -> list[Break]:
    """The day's breaks of that kind. At lunch, "the break" is lunch."""
    known = calendar.breaks(day.date)
    if pause.kind == "break" and not pause.part:
        running = [one for one in known if one.starts_at <= calendar.now < one.ends_at]
        return running or [one for one in known if one.kind == "break"]
    return [one for one in known if one.kind == ("lunch" if pause.kind == "lunch" else "break")]


def _chosen(found: list[Break], day: Day, calendar: Calendar) -> Break:
    """Of several breaks today's current or next one; else it is asked which."""
    if len(found) == 1:
        return found[0]
    ahead = [one for one in found if one.ends_at > calendar.now]
    if day.date == calendar.today and ahead:
        return ahead[0]
    if day.date == calendar.today:
        raise Asked(Question(Why.OVER))
    spans = ((one.starts_at.astimezone(calendar.zone), one.ends_at.astimezone(calendar.zone)) for one in found)
    raise Asked(Question(Why.WHICH, day.date, tuple(f"day {day.index} {a:%H:%M}-{b:%H:%M}" for a, b in spans)))
