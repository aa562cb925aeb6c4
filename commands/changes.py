"""!changes"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from commands._changed import change_line, is_on_or_off, net, only_renamed, rename_line, renamed
from commands.lines import Writer, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, quoted, text
from commands.when import moment_in_the_past
from storage.changes import Change
from storage.programme import Day, Talk
from storage.query import WORDS_MAX
from storage.revisions import Recorded
from storage.search import folded

RENAMES_SHOWN = 3
# Talks whose words are kept, as somebody asks again.
KNOWN = 2048
DAY = re.compile(r"\s*day\s*(\d{1,3})\b", re.IGNORECASE)


@command("changes", "[today | yesterday | since <time>] [words]")
def changes(request: Request, services: Services) -> Reply:
    """What changed in the programme.

    The latest first. With "today" or "yesterday", or "since" and a time: since then. With words: only talks that match
    them, as they are or were.

    !changes
    !changes today
    !changes since day 1
    !changes since 10:00
    !changes rust
    """
    writer = Writer(request, services)
    now = request.now.astimezone(writer.zone)
    asked = request.args.strip()
    first, _, rest = asked.partition(" ")
    since: dt.datetime | None = None
    if first.casefold() == "since":
        # A number behind "since" is a time: only "#2" is a page.
        rest, page = words_and_page(rest) if " #" in rest else (rest, 1)
        since, words = _since(_dated(rest, writer.conference.days), now)
        if since is None:
            example = code(f"{services.prefix}changes since 10:00")
            return paragraphs(_since_when(rest, example, request), ok=False)
        again = f"changes since {rest}"
    else:
        words, page = (asked, 1) if writer.is_name(asked) else words_and_page(asked)
        again = f"changes {words}".strip()
        if (day := words.partition(" ")[0].casefold()) in ("today", "yesterday"):
            since, words = moment_in_the_past(day, now), words.partition(" ")[2]
    recorded = services.store.revisions.since(since.astimezone(dt.UTC) if since else None)
    if words:
        recorded = _about(recorded, words)
        if not recorded and not services.store.talks.find(words).exact:
            return nothing_like(words, request, services)
    made = net(recorded)
    if not made:
        return paragraphs(_nothing(words, since, writer))
    title = _title(len(made), words, since, writer)
    said = services.store.acts.renames({one.act_id for one in recorded if one.act_id is not None})
    return _listed(_parted(made, said, writer), title, page, writer, again)


def changed(
    made: Sequence[Change],
    request: Request,
    services: Services,
    words: str = "",
    said: Mapping[str, str] | None = None,
) -> Reply:
    """What the bot says by itself when the programme has changed: halls' new names, then talks, soonest first.

    Those that do not take place, or do after all, come before the others. `words` narrow `!changes` to what the room
    heard, for those who want the rest; `said` are the locations that organizers call otherwise, new names by old.
    """
    writer = Writer(request, services)
    ordered = sorted(made, key=lambda change: (not is_on_or_off(change), change.after.starts_at))
    names, talks = _parted(ordered, said or {}, writer)
    rows = max(1, request.lines - 1 - len(names))
    more = len(talks) - rows
    tail = writer.rest(more, f"changes {words}".strip()) if more > 0 else ""
    return paragraphs(
        _head(request.say("The programme has changed"), talks[:rows], writer),
        *names,
        *(text("- ") + change_line(change, writer) for change in talks[:rows]),
        tail,
        talks=[change.after for change in talks],
    )


def _nothing(words: str, since: dt.datetime | None, writer: Writer) -> Text:
    say = writer.request.say
    moment, about = writer.times.dated_moment(since) if since else "", quoted(words)
    if words and since:
        return say("Nothing has changed in the programme since {moment} for {words}.", moment=moment, words=about)
    if words:
        return say("Nothing has changed in the programme for {words}.", words=about)
    if since:
        return say("Nothing has changed in the programme since {moment}.", moment=moment)
    return say("Nothing has changed in the programme.")


def _title(number: int, words: str, since: dt.datetime | None, writer: Writer) -> Text:
    count = writer.request.count
    moment, about = writer.times.dated_moment(since) if since else "", quoted(words)
    if words and since:
        return count(
            "{number} changed talk since {moment} for {words}",
            "{number} changed talks since {moment} for {words}",
            number,
            moment=moment,
            words=about,
        )
    if words:
        return count("{number} changed talk for {words}", "{number} changed talks for {words}", number, words=about)
    if since:
        return count(
            "{number} changed talk since {moment}", "{number} changed talks since {moment}", number, moment=moment
        )
    return count("{number} changed talk", "{number} changed talks", number)


def _since(words: str, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """The moment at the beginning of the words, and the words after it."""
    tokens = words.split()
    for count in range(len(tokens), 0, -1):
        moment = moment_in_the_past(" ".join(tokens[:count]), now)
        if moment is not None and moment <= now:
            return moment, " ".join(tokens[count:])
    return None, words


def _dated(words: str, days: Sequence[Day]) -> str:
    """The words with "day 2" at their beginning as the date that it is."""
    begun = DAY.match(words)
    number = int(begun[1]) if begun else 0
    day = next((day for day in days if day.index == number), None)
    return f"{day.date.isoformat()}{words[begun.end() :]}" if begun and day else words


def _since_when(words: str, example: Text, request: Request) -> Text:
    if not words.strip():
        return request.say("Since when? For example: {example}", example=example)
    return request.say(
        "Since when? {words} is no time to look back to. For example: {example}", words=quoted(words), example=example
    )


def _about(recorded: Sequence[Recorded], words: str) -> list[Recorded]:
    """What concerns talks that have all the words in what they are, or were, called and where they are or were."""
    wanted = [f" {word}" for word in dict.fromkeys(folded(words))][:WORDS_MAX]

    def is_meant(talk: Talk | None) -> bool:
        if talk is None:
            return False
        names = (talk.title, talk.track, talk.location, *(person.name for person in talk.speakers))
        known = _spaced(" ".join(names))
        return all(word in known for word in wanted)

    rows = {one.talk_id for one in recorded if is_meant(one.change.after) or is_meant(one.change.before)}
    return [one for one in recorded if one.talk_id in rows]


@lru_cache(maxsize=KNOWN)
def _spaced(names: str) -> str:
    """The words of the names, each behind a space, so that their beginnings are found at once."""
    return "".join(f" {word}" for word in folded(names))


def _listed(parted: tuple[list[Text], list[Change]], title: Text, page: int, writer: Writer, again: str) -> Reply:
    names, talks = parted
    rows = max(1, writer.request.lines - 1 - len(names))
    if len(talks) > rows:
        # Nobody turns the page to learn that a talk does not take place.
        talks = sorted(talks, key=lambda change: not is_on_or_off(change))
    page = min(page, max(1, -(-len(talks) // rows)))
    start = (page - 1) * rows
    shown = talks[start : start + rows]
    more = len(talks) - start - len(shown)
    head = _head(title, shown, writer)
    for name in names:
        head = head + text("\n") + name
    tail = writer.more(more, again, page + 1) if more else Text()
    lines = [change_line(change, writer, history=True) for change in shown]
    return numbered(head, lines, tail, [change.after for change in talks], start + 1)


def _head(title: Text, shown: Sequence[Change], writer: Writer) -> Text:
    return joined([bold(title), writer.times.heading([change.after for change in shown]) if shown else ""])


def _parted(made: Sequence[Change], said: Mapping[str, str], writer: Writer) -> tuple[list[Text], list[Change]]:
    """Halls that are only called otherwise, a line each, and the changes that say more than that."""
    called = renamed(made, writer.locations(), said)
    lines = [rename_line(old, new, count, writer.language) for old, (new, count) in called.items()]
    if len(lines) > RENAMES_SHOWN:
        rest = len(lines) - RENAMES_SHOWN + 1
        others = writer.request.count(
            "and {number} more location is called otherwise", "and {number} more locations are called otherwise", rest
        )
        lines = [*lines[: RENAMES_SHOWN - 1], others]
    return lines, [change for change in made if not only_renamed(change, called)]
