"""!unsubscribe"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commands._finding import Finding
from commands._switches import ALL
from commands._topics import described, standing, typed
from commands.choosing import chosen, has_words, number_in, several_chosen
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted, stacked
from commands.talk import clearly_meant
from storage.programme import Talk
from storage.query import words_of
from storage.search import folded
from storage.subscriptions import Kind, Subscription
from storage.talks import is_called


@command("unsubscribe", "<number | words | track:… | all>")
def unsubscribe(request: Request, services: Services) -> Reply:
    """Stop hearing of a talk.

    Or of a track, a speaker, a room or a search. A number means that line of your last list here, as of !mine.

    !unsubscribe 2
    !unsubscribe 1, 3
    !unsubscribe maple tree
    !unsubscribe track:rust
    !unsubscribe all
    """
    own = services.store.subscriptions.of(request.sender)
    if not own:
        return paragraphs(nothing_yet(request, services), ok=False)
    return Ending(request, services, own, "unsubscribe", "mine").of(request.args.strip())


def nothing_yet(request: Request, services: Services) -> Text:
    """That somebody is subscribed to nothing."""
    some = code(f"{services.prefix}subscribe rust")
    return request.say("You are not subscribed to anything yet. For example: {example}", example=some)


def named_among(own: Sequence[Subscription], asked: str) -> list[Subscription]:
    """Those of somebody's standing subscriptions that the words name; the programme may not know that name any more."""
    kind, name = standing(asked) or (None, asked)
    some = [one for one in own if one.kind is not Kind.TALK and kind in (None, one.kind)]
    equal = [one for one in some if folded(one.shown) == folded(name)]
    if equal or kind in (None, Kind.SEARCH):
        return equal
    called = [one for one in some if is_called(one.shown, words_of(name))]
    return called if len(called) == 1 else []


def covered_among(own: Sequence[Subscription], asked: str, request: Request, services: Services) -> list[Talk]:
    """The talks that the words mean, among those that somebody's subscriptions cover.

    One alone where !subscribe takes that one for the same words by its title; not where they are only mentioned.
    """
    found = Finding(request, services, Writer(request, services)).find(asked)
    covered = {row for one in own for row in one.talk_ids}
    talks = [talk for talk in found.talks if found.exact and talk.row_id in covered]
    meant = clearly_meant(asked, found)
    if meant in talks:
        return [meant]
    return [talk for talk in talks if folded(talk.title) == folded(asked)] or talks


def paged(asked: str, services: Services) -> tuple[str, int]:
    """The words and the page of "rust #2", unless something is called so."""
    words, page = words_and_page(asked)
    return (words, page) if asked.endswith(f"#{page}") and not services.store.talks.has_phrase(asked) else (asked, 1)


def which_of(
    talks: Sequence[Talk], asked: str, again: str, request: Request, services: Services, page: int = 1
) -> Reply:
    """Ask which of several talks is meant; `again` is what to say before its number, or the words and a page."""
    title = request.say("Several of them match {words}", words=quoted(asked))
    which = request.say("Which one? {which}", which=code(f"{services.prefix}{again} 2"))
    return Writer(request, services).listing(title, talks, page=page, again=f"{again} {asked}").noted(which)


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends subscriptions among `own`, all of one subscriber's: the sender's, or those of the room they are in.

    `again` is the command that does so, `shows` the one that shows what there is.
    """

    request: Request
    services: Services
    own: Sequence[Subscription]
    again: str
    shows: str

    def of(self, asked: str) -> Reply:
        """End what the words name."""
        say = self.request.say
        if not has_words(asked):
            return paragraphs(
                say("From what? {command} shows what there is.", command=self._code(self.shows)), ok=False
            )
        if asked.casefold() in ALL:
            number = self._end(self.own)
            return paragraphs(
                self.request.count("Unsubscribed from one thing.", "Unsubscribed from all {number}.", number)
            )
        if number_in(asked):
            picked = chosen(asked, self.request, self.services)
            if picked is not None:
                return picked if isinstance(picked, Reply) else self._talk(picked)
        several = several_chosen(asked, self.request, self.services)
        if several is not None:
            return several if isinstance(several, Reply) else stacked([self._talk(one) for one in several])
        if found := named_among(self.own, asked):
            self._end(found)
            what = joined([described(one.kind, one.shown, self.request) for one in found], ", ")
            return paragraphs(say("Unsubscribed: {what}", what=what))
        return self._by_words(asked)

    def _end(self, some: Sequence[Subscription]) -> int:
        ids = [one.id for one in some]
        return self.services.store.subscriptions.remove(some[0].subscriber, ids) if some else 0

    def _talk(self, talk: Talk) -> Reply:
        """End what is about this talk alone; what else covers it is named."""
        say, what = self.request.say, Writer(self.request, self.services).line(talk)
        itself = [one for one in self.own if one.kind is Kind.TALK and talk.row_id in one.talk_ids]
        wider = [one for one in self.own if one.kind is not Kind.TALK and talk.row_id in one.talk_ids]
        because = joined([self._because(one) for one in wider], ", ")
        if self._end(itself):
            still = say("It is still covered by {what}", what=because) if wider else ""
            return paragraphs(say("Unsubscribed: {what}", what=what), still, talks=(talk,))
        if wider:
            return paragraphs(say("{talk} is covered by {what}", talk=what, what=because), ok=False)
        return paragraphs(say("Not subscribed to: {what}", what=what), ok=False)

    def _because(self, one: Subscription) -> Text:
        """A standing subscription with how to end it."""
        end = self._code(f"{self.again} {typed(one.kind, one.shown)}")
        return joined([described(one.kind, one.shown, self.request), end], ": ")

    def _by_words(self, asked: str) -> Reply:
        """End what is about the talk, among those that are covered, that the words mean."""
        asked, page = paged(asked, self.services)
        talks = covered_among(self.own, asked, self.request, self.services)
        if len(talks) == 1 and page == 1:
            return self._talk(talks[0])
        if not talks:
            said = self.request.say(
                "Not subscribed to anything like {words}. {command} shows what there is.",
                words=quoted(asked),
                command=self._code(self.shows),
            )
            return paragraphs(said, ok=False)
        return which_of(talks, asked, self.again, self.request, self.services, page)

    def _code(self, words: str) -> Text:
        return code(f"{self.services.prefix}{words}")
