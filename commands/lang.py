"""!lang"""

from __future__ import annotations

from commands._switches import OFF
from commands.language import LANGUAGES, Language, language_of, languages_named
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted

# Norwegian goes by that code.
NONE = OFF - {"no"}


@command("lang", "[language | off]")
def lang(request: Request, services: Services) -> Reply:
    """Choose the language I answer you in.

    English, German, French or Spanish. "off" goes back to the conference's language. Titles and summaries stay in the
    language they were written in, and so do commands.

    !lang
    !lang de
    !lang español
    !lang off
    """
    asked = request.args.strip().strip("\"'“”")
    if not asked:
        return paragraphs(shown(request), _how(request, services))
    if asked.casefold() in NONE:
        services.store.people.change(request.sender, language="")
        return paragraphs(language_of(services.language).say("I answer you in the conference's language now: English."))
    named = languages_named(asked)
    if len(named) != 1:
        known = joined([_choice(one, services) for one in LANGUAGES], ", ")
        said = request.say("I do not speak {words}. Choose one: {languages}", words=quoted(asked), languages=known)
        return paragraphs(said, ok=False)
    services.store.people.change(request.sender, language=named[0])
    return paragraphs(Language(named[0]).say("I answer you in English now."))


def shown(request: Request) -> Text:
    """The language the person is answered in, and whose choice that was."""
    if request.settings.language:
        return request.say("Language: English, which you chose.")
    return request.say("Language: English, which is the conference's.")


def _how(request: Request, services: Services) -> Text:
    others = [_choice(one, services) for one in LANGUAGES if one != request.language.code]
    return request.say("Change it: {examples}", examples=joined(others, ", "))


def _choice(one: str, services: Services) -> Text:
    return joined([code(f"{services.prefix}lang {one}"), f"({LANGUAGES[one]})"], " ")
