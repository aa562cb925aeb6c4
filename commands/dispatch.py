"""From a message's text to a command's reply."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from commands._timed import timed
from commands.choosing import number_in
from commands.language import language_of
from commands.nearest_command import one_slip_away, similar
from commands.registry import ALIASES, UNMUTE, Request, Services, command_named, commands
from commands.reply import JOINER, Reply, code, joined, paragraphs, quoted
from commands.rights import SLIPS, may_ever, refusal
from commands.small_talk import decision, is_agreement, is_courtesy, is_greeting, without_preamble
from commands.talk import in_full
from storage.clean import one_line
from storage.programme import Talk

ARGS_MAX = 500
PLEASE = re.compile(r"(?:^|[\s,]+)(?:please|pls|bitte|por favor|s['’]il (?:vous|te) pla[iî]t)[\s.!?]*$", re.IGNORECASE)
COMMAND = re.compile(r"([A-Za-z]+(?:-[A-Za-z]+)*)(?:[\s?!.,:;]+(.*))?$")
NAME = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*(?:[\s?!.,:;]+(.*)|$)", re.DOTALL)


def is_question(body: str, prefix: str, *, addressed: bool = False, listed: bool = False) -> bool:
    """Whether a message can be meant for the bot.

    `addressed`: it is said to the bot alone, in a direct room or by mention. `listed`: it replies to a list of ours.
    """
    line = _first_line(body)
    after = _after_prefix(line, prefix)
    if after is not None and COMMAND.match(after.strip()):
        return True
    return (addressed and bool(line)) or (listed and bool(number_in(line)))


def answer(
    body: str,
    services: Services,
    *,
    sender: str,
    room_id: str,
    direct: bool,
    now: dt.datetime,
    mentioned: bool = False,
    listed: Sequence[Talk | None] = (),
    powers: bool = False,
    event_id: str = "",
    real: dt.datetime | None = None,
) -> Reply | None:
    """The reply to a message, or None for one to leave alone.

    `now` is the conference's clock, aware UTC. `mentioned`: the bot was addressed by name, and `body` is the rest.
    `listed` is the list of ours that the message is a reply to. `powers`: the sender may change the room's topic.
    `event_id` is the message's event, `real` the world's clock. The list that the reply shows is kept for this person
    in this room.
    """
    line = _first_line(body)
    is_meant = is_question(body, services.prefix, addressed=direct or mentioned, listed=bool(listed))
    if not is_meant and not mentioned and not decision(body):
        return None
    question = asked(services, sender, room_id, direct, now, listed)
    request = replace(question, powers=powers, event_id=event_id, real=real, whole=_whole(body, services.prefix))
    with services.store.savepoint():
        reply = _Dispatch(request, services, addressed=direct or mentioned).answer(line)
        if reply is not None and len(reply.shown) > 0:
            places = {room_id, *_own_room(reply, request, services)}
            for place in places:
                services.store.inbox.remember_list(sender, place, reply.shown, now)
    return reply


def _own_room(reply: Reply, request: Request, services: Services) -> list[str]:
    """The asker's direct room, where that is where they see the reply; none before it is opened."""
    own = services.store.rooms.direct(request.sender) if reply.private and not request.direct else None
    return [own.room_id] if own else []


def pick(
    number: int,
    listed: Sequence[Talk | None],
    services: Services,
    *,
    sender: str,
    room_id: str,
    direct: bool,
    now: dt.datetime,
) -> Reply | None:
    """The talk on one line of a list in full, for who reacted to that list; None where there is no such line.

    A number beyond the list is an opinion, or meant for somebody else: no one waits for an answer to it.
    """
    talk = listed[number - 1] if 1 <= number <= len(listed) else None
    if talk is None:
        return None
    question = asked(services, sender, room_id, direct, now, listed)
    return in_full(talk, replace(question, command="talk", args=str(number)), services)


def asked(
    services: Services, sender: str, room_id: str, direct: bool, now: dt.datetime, listed: Sequence[Talk | None] = ()
) -> Request:
    """A question of this person, in their language; what is asked is still to be found out."""
    settings = services.store.people.settings(sender)
    language = language_of(settings.language or services.language)
    return Request("", "", sender, room_id, direct, now, settings, language, tuple(listed))


class _Dispatch:
    """One message on its way to the command that it means."""

    def __init__(self, request: Request, services: Services, *, addressed: bool) -> None:
        self._request = request
        self._services = services
        self._prefix = services.prefix
        self._addressed = addressed

    def answer(self, line: str) -> Reply | None:
        if decided := decision(self._request.whole):
            from commands._awaiting import is_awaited  # here: most lines are no such thing

            # A sign to anything else is an opinion, or meant for somebody else.
            return self._run(decided, "") if is_awaited(self._request, self._services) else None
        after = _after_prefix(line, self._prefix)
        if after is not None and (found := _command(after.strip())):
            return self._prefixed(*found, apart=after[:1].isspace())
        if self._addressed:
            return self._in_own_words(line if after is None else after.strip())
        return self._run("talk", one_line(line, ARGS_MAX)) if number_in(line) else None

    def _prefixed(self, name: str, args: str, *, apart: bool) -> Reply | None:
        """A word behind the prefix; `apart` from it, it is a command only when it is one to the letter."""
        if command_named(name):
            return self._run(name, args)
        if apart and not self._addressed:
            return None
        careful = not self._addressed and not (args and self._names_talks(args))
        slip = one_slip_away(name, self._offered(), careful=careful)
        if len(slip) == 1:
            return self._taken_as(slip[0], args)
        meant = slip or similar(name, self._offered(), careful=not self._addressed)
        if not meant and not self._request.direct:
            # In a shared room it may be another bot's.
            return None
        return self._unknown(self._prefix + name, meant)

    def _in_own_words(self, line: str) -> Reply | None:
        """What is said to the bot alone needs no prefix, nor a command: what is no command is searched for."""
        line = one_line(line, ARGS_MAX)
        if number_in(line):
            return self._run("talk", line)
        if not line or is_greeting(line):
            return self._hint()
        if self._request.direct and is_agreement(line):
            from commands._awaiting import how_to_agree  # here: most lines are no such thing

            if (how := how_to_agree(self._request, self._services)) is not None:
                return how
        if is_courtesy(line):
            return None
        line = PLEASE.sub("", without_preamble(line.removeprefix("/"))) or line
        found = _command(line)
        entry = command_named(found[0]) if found else None
        if found and entry and may_ever(self._request, self._services, entry.name):
            reply = self._run(*found)
            if not reply.ok and found[0] == "day" and (about_a_time := timed(line, self._request, self._services)):
                # "Day 2 rust" is no day, but a day and words.
                return self._run(*about_a_time)
            # "Day of the tentacle" begins with a command, and is a title all the same.
            # And what a command is also called is a word of many questions.
            called_so = bool(found[1]) and not reply.ok
            called_so = called_so and (found[0] in ALIASES or self._services.store.talks.has_phrase(line))
            return self._run("search", line) if called_so else reply
        if (about_a_time := timed(line, self._request, self._services)) is not None:
            return self._run(*about_a_time)
        slip = one_slip_away(found[0], self._offered(), careful=True) if found else []
        if found and len(slip) == 1 and not self._names_talks(line):
            return self._taken_as(slip[0], found[1])
        return self._run("search", line)

    def _names_talks(self, line: str) -> bool:
        found = self._services.store.talks.find(line)
        return bool(found.talks) and found.exact and not found.meant

    def _run(self, name: str, args: str) -> Reply:
        entry = command_named(name)
        assert entry is not None
        request = replace(self._request, command=name, args=args)
        if not may_ever(request, self._services, entry.name):
            if args and entry.name in SLIPS and (reply := self._run(SLIPS[entry.name], args)).ok:
                return reply
            return refusal(request, self._services, entry.name)
        return entry.answer(request, self._services)

    def _taken_as(self, name: str, args: str) -> Reply:
        meant = code(f"{self._prefix}{name} {one_line(args, 60)}".rstrip())
        return self._run(name, args).noted(self._request.say("Taken as {command}.", command=meant))

    def _offered(self) -> list[str]:
        """The commands that this person is told of, and the name that is most like its opposite."""
        return [*(name for name in commands() if may_ever(self._request, self._services, name)), UNMUTE]

    def _unknown(self, written: str, meant: Sequence[str]) -> Reply:
        say = self._request.say
        if meant:
            names = joined([code(self._prefix + name) for name in meant], ", ")
            said = say("I do not know {command}. Did you mean {meant}?", command=quoted(written), meant=names)
        else:
            help_ = code(f"{self._prefix}help")
            said = say("I do not know {command}. Try {help}", command=quoted(written), help=help_)
        return paragraphs(said, ok=False)

    def _hint(self) -> Reply:
        """A first word to somebody who said one."""
        said = self._request.say(
            "Ask me about the programme, as with {next}, {now} or a word of what you look for. Try {help}",
            next=code(f"{self._prefix}next"),
            now=code(f"{self._prefix}now"),
            help=code(f"{self._prefix}help"),
        )
        return paragraphs(said)


def _first_line(body: str) -> str:
    return next(iter(body.strip().splitlines()), "").strip()


def _whole(body: str, prefix: str) -> str:
    """All that follows a command's name, as it was typed."""
    line, rest = _first_line(body), body.strip().partition("\n")[2]
    after = _after_prefix(line, prefix)
    found = NAME.match(line.removeprefix("/") if after is None else after.strip())
    return f"{(found[1] or '') if found else line}\n{rest}".strip()


def _after_prefix(line: str, prefix: str) -> str | None:
    """What follows the prefix, also one typed in full width; None where the line does not begin with it."""
    if unicodedata.normalize("NFKC", line[: len(prefix)]) != unicodedata.normalize("NFKC", prefix):
        return None
    return line[len(prefix) :].removeprefix(JOINER)


def _command(words: str) -> tuple[str, str] | None:
    """A command's name and what follows it."""
    found = COMMAND.match(words)
    # Words come back in answers and are put before other programs: nothing in them may control a terminal.
    return (found[1].casefold(), PLEASE.sub("", one_line(found[2] or "", ARGS_MAX))) if found else None
