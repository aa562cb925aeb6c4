"""The speakers of the programme by name: who is meant, and how they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from commands.registry import Request, Services
from commands.reply import Text, bold, code, joined
from storage.query import words_of
from storage.speakers import Person, name_value
from storage.talks import is_called

TITLES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Named:
    """One speaker, whatever feeds name them. `feed_id` is empty where the name alone says who it is."""

    name: str
    feed_id: str
    talks: tuple[int, ...]

    @property
    def label(self) -> str:
        """What to write to mean this one: two people of one name are told apart by the programme's ids."""
        return f"{self.name} ({self.feed_id})" if self.feed_id else self.name


def speakers_called(words: str, people: Sequence[Person]) -> list[Named]:
    """The speakers who are called so; else those of whose names the words are a part."""
    everybody = _named(people)
    folded = name_value(words)
    exact = [one for one in everybody if folded in (name_value(one.name), name_value(one.label))]
    labelled = [one for one in exact if one.feed_id and name_value(one.label) == folded]
    parts = words_of(words)
    return labelled or exact or [one for one in everybody if parts and is_called(one.name, parts)]


def titles(row_ids: Sequence[int], request: Request, services: Services) -> Text:
    """ "Opening, Closing and 2 more", bold."""
    talks = [talk for talk in services.store.talks.by_rows(row_ids[:TITLES_SHOWN]) if talk is not None]
    shown = joined([bold(talk.title) for talk in talks], ", ")
    more = len(row_ids) - TITLES_SHOWN
    if more <= 0:
        return shown
    return request.count("{names} and {number} more", "{names} and {number} more", more, names=shown)


def names(labels: Sequence[str]) -> Text:
    """ "Ada King, Grace Hopper", bold."""
    return joined([bold(label) for label in dict.fromkeys(labels)], ", ")


def commands_for(command: str, several: Sequence[Named], services: Services) -> list[Text]:
    """What to type to mean each of them."""
    return [code(f"{services.prefix}{command} {one.label}") for one in several]


def _named(people: Sequence[Person]) -> list[Named]:
    """One for each name; more where one feed has several people of that name."""
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        # A name without a letter names nobody: whoever claimed it would be all who are called so.
        if folded := name_value(person.name):
            by_name[folded].append(person)
    found: list[Named] = []
    for some in by_name.values():
        ids = [(one.feed, one.feed_id) for one in some if one.feed_id]
        if len({feed for feed, _ in ids}) < len(ids):
            found += [Named(one.name, one.feed_id, one.talks) for one in some if one.feed_id]
        else:
            found.append(Named(some[0].name, "", tuple(row for one in some for row in one.talks)))
    return found
