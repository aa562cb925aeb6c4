"""How moments are written: in the conference's zone, and behind that in the asker's own where its clocks differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commands.language import ENGLISH, Language
from storage.programme import Talk

A_DAY = dt.timedelta(hours=24)


def offset(moment: dt.datetime) -> str:
    """The offset of an aware local time: "UTC+1", "UTC", "UTC+5:30"."""
    minutes = int((moment.utcoffset() or dt.timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def zone_of(name: str) -> ZoneInfo | None:
    """The zone with this name; None for an empty one, or one that this machine does not know (any more)."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return None


def is_named(zone: ZoneInfo) -> bool:
    """Whether a zone's name says more than its offset does."""
    return zone.key != "UTC" and not zone.key.startswith("Etc/")


@dataclass(frozen=True, slots=True)
class Times:
    """Writes moments for one person.

    zone:   the conference's, which stands first.
    own:    the person's, None where they have none.
    twelve: whether they read a 12-hour clock.
    dated:  whether a weekday alone does not say which day is meant.
    """

    zone: ZoneInfo
    own: ZoneInfo | None = None
    language: Language = ENGLISH
    twelve: bool = False
    dated: bool = False

    def time(self, moment: dt.datetime) -> str:
        """ "10:05", or with an own time "10:05 (11:05)"; its day is said where it is another."""
        return self._with_own(self._clock(self._local(moment)), moment)

    def day_and_time(self, moment: dt.datetime, *, own: bool = True) -> str:
        """ "Mon 10:05", with the date where weekdays come twice, and "Mon 23:05 (Tue 00:05)" with an own time."""
        local = self._local(moment)
        written = f"{self._day(local)} {self._clock(local)}"
        return self._with_own(written, moment) if own else written

    def moment(self, moment: dt.datetime) -> str:
        """ "Mon 12 Sep 10:05 (UTC+1)", or "(UTC+1; yours 11:05)"."""
        local = self._local(moment)
        theirs = self._theirs(moment)
        own = self._on_day(theirs, local) if theirs else ""
        return self._zoned(f"{self.language.date(local)} {self._clock(local)}", offset(local), own)

    def clock(self, moment: dt.datetime) -> str:
        """ "10:05", or "10:05 am", in the conference's zone alone."""
        return self._clock(self._local(moment))

    def to_the_second(self, moment: dt.datetime) -> str:
        """ "10:05:30", or "10:05:30 am", in the conference's zone alone."""
        local = self._local(moment)
        clock, _, half = self._clock(local).partition(" ")
        return f"{clock}:{local.second:02} {half}".rstrip()

    def of_day(self, clock: str) -> str:
        """A time of the clock ("22:00") as the person reads it: "10:00 pm"."""
        return self._clock(dt.datetime.combine(dt.date.min, dt.time.fromisoformat(clock)))

    def dated_moment(self, moment: dt.datetime) -> str:
        """ "Mon 12 Sep 10:05"."""
        local = self._local(moment)
        return f"{self.language.date(local)} {self._clock(local)}"

    def full(self, talk: Talk, *, named: bool = False) -> str:
        """ "Mon 12 Sep 10:05–10:35 (UTC+1)", or "(UTC+1; yours 11:05–11:35)"; with the zone's name if `named`."""
        start, end = self._local(talk.starts_at), self._local(talk.ends_at)
        theirs = self._theirs(talk.starts_at)
        if talk.duration >= A_DAY:
            written = self.language.say(
                "{start} to {end}", start=self.dated_moment(start), end=self.dated_moment(end)
            ).plain
            own = self._on_day(theirs, start) if theirs else ""
        else:
            written = f"{self.language.date(start)} {self._span(start, end)}"
            own = self._on_day(theirs, start, talk.ends_at.astimezone(self.own)) if theirs else ""
        return self._zoned(written, self.label([talk]) if named else offset(start), own)

    def label(self, talks: Sequence[Talk]) -> str:
        """The conference's zone: "Europe/Dublin, UTC+1"; each offset when the clocks change between the talks."""
        offsets = list(dict.fromkeys(offset(self._local(talk.starts_at)) for talk in talks))
        last = offsets.pop() if offsets else ""
        both = self.language.say("{one} and {other}", one=", ".join(offsets), other=last).plain if offsets else last
        return ", ".join(filter(None, [self.zone.key, both])) if is_named(self.zone) else both

    def heading(self, talks: Sequence[Talk]) -> str:
        """ "times in Europe/Dublin, UTC+1", and that one's own stand in brackets, where some do."""
        zone = self.label(talks)
        own = next((theirs for talk in talks if (theirs := self._theirs(talk.starts_at))), None)
        if self.own is None or own is None:
            return self.language.say("times in {zone}", zone=zone).plain
        name = self.own.key if is_named(self.own) else offset(own)
        return self.language.say("times in {zone}, yours ({own}) in brackets", zone=zone, own=name).plain

    def _local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone)

    def _theirs(self, moment: dt.datetime) -> dt.datetime | None:
        """The moment in the person's own zone; None where their clocks show the same."""
        if self.own is None:
            return None
        theirs = moment.astimezone(self.own)
        return None if theirs.utcoffset() == self._local(moment).utcoffset() else theirs

    def _with_own(self, written: str, moment: dt.datetime) -> str:
        theirs = self._theirs(moment)
        return f"{written} ({self._on_day(theirs, self._local(moment))})" if theirs else written

    def _on_day(self, theirs: dt.datetime, local: dt.datetime, until: dt.datetime | None = None) -> str:
        """Their time, or span, with its day where that is not the one that was just written."""
        span = self._span(theirs, until or theirs)
        return span if theirs.date() == local.date() else f"{self._day(theirs)} {span}"

    def _day(self, local: dt.datetime) -> str:
        return self.language.date(local) if self.dated else self.language.weekday(local)

    def _zoned(self, written: str, zone: str, own: str) -> str:
        if not own:
            return f"{written} ({zone})"
        return self.language.say("{time} ({zone}; yours {own})", time=written, zone=zone, own=own).plain

    def _span(self, start: dt.datetime, end: dt.datetime) -> str:
        """ "10:05–10:35", "2:05–2:35 pm"."""
        if start == end:
            return self._clock(start)
        same_half = self.twelve and self.language.half(start) == self.language.half(end)
        first = self._clock(start).rpartition(" ")[0] if same_half else self._clock(start)
        return f"{first}–{self._clock(end)}"

    def _clock(self, local: dt.datetime) -> str:
        if self.twelve:
            return f"{local.hour % 12 or 12}:{local.minute:02} {self.language.half(local)}"
        return f"{local.hour:02}:{local.minute:02}"
