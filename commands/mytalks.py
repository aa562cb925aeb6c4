"""!mytalks"""

from __future__ import annotations

from commands._apart import apart
from commands._reminding import BEFORE
from commands._speakers import names
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs
from storage.programme import Talk
from storage.speakers import CLAIMED


@command("mytalks", "[page]")
@apart
def mytalks(request: Request, services: Services) -> Reply:
    """List your own talks.

    With who speaks before and after you.

    For speakers whose account is known; !iam says who you are.

    !mytalks
    """
    known = services.store.talks.by_rows(services.store.speakers.own_talks(request.sender))
    talks = sorted((talk for talk in known if talk is not None), key=lambda talk: talk.starts_at)
    if not talks:
        return paragraphs(_unknown(request, services), ok=False)
    writer = Writer(request, services)

    def line(talk: Talk) -> Text:
        return joined([writer.line(talk), *_neighbours(talk, writer, services)])

    title = request.count("{number} talk of yours", "{number} talks of yours", len(talks))
    _, page = words_and_page(f"x {request.args}")
    return writer.listing(title, talks, page=page, again="mytalks", line=line)


def _neighbours(talk: Talk, writer: Writer, services: Services) -> list[Text]:
    """Who speaks before and after it in its location."""
    if talk.cancelled or not talk.location:
        return []
    say, found = writer.request.say, []
    if earlier := services.store.agenda.before(talk, BEFORE):
        until = writer.times.time(earlier.over_at)
        found.append(say("before you, until {time}: {who}", time=until, who=_who(earlier, writer)))
    if later := services.store.agenda.after(talk, BEFORE):
        begins = writer.times.time(later.starts_at)
        found.append(say("after you, from {time}: {who}", time=begins, who=_who(later, writer)))
    return found


def _who(talk: Talk, writer: Writer) -> Text | str:
    return writer.people(talk) or talk.title


def _unknown(request: Request, services: Services) -> Text:
    speakers = services.store.speakers
    if waiting := [one.name for one in speakers.accounts(CLAIMED, user_id=request.sender)]:
        return request.say("The organizers are still to confirm that you are {names}.", names=names(waiting))
    example = code(f"{services.prefix}iam Ada King")
    if speakers.accounts("confirmed", user_id=request.sender):
        return request.say("You have no talk in the programme as it is now.")
    return request.say("You are not known as a speaker. If you are one, say who: {example}", example=example)
