"""Every command, tried by everybody: refused or not as tests/rights_table.py says, which knows nothing of the code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from commands.dispatch import answer, asked
from commands.registry import Services, command, command_named, commands
from commands.reply import Reply
from commands.rights import RIGHTS, leader, may
from storage.changes import ChangeKind
from storage.programme import Talk
from storage.store import Store
from storage.subscriptions import Kind
from tests.rights_table import LOCATIONS, ROLES, TALKS, TRACKS, WORDS, declared
from tests.small import NOW, PROGRAMME
from tests.small import TALKS as PROGRAMME_TALKS

GRID = declared()
HALL, OWN = "!hall", "!own"
PEOPLE = {role: f"@{role}:example.org" for role in ROLES} | {
    "for": "@org:evil.example.org",
    "bot": "@hallway:example.org",
    "svc": "@_irc_ada:example.org",
}


class Undone(Exception):
    """Raised to take back whatever was done."""


@pytest.fixture
def services(small_store: Store) -> Services:
    """Everybody in their role."""
    store = small_store
    store.subscriptions.add(PEOPLE["att"], Kind.TALK, rust(store), NOW)
    store.speakers.confirm(PEOPLE["spk"], "Philip Herron", by="import", now=NOW)
    store.control.replace({PEOPLE["ctl"]: True, PEOPLE["mut"]: False, PEOPLE["ex"]: True, PEOPLE["bot"]: True})
    store.control.remove(PEOPLE["ex"])
    return Services(
        store,
        organizers=frozenset({PEOPLE["org"], PEOPLE["bot"]}),
        control_room="!control",
        halls=(("Herbert", ("!herbert",)), ("Pembroke", ("!pembroke",))),
        leaders=(
            leader(PEOPLE["lead"], ["RUST"], []),
            leader(PEOPLE["oth"], ["Memory"], []),
            leader(PEOPLE["stew"], [], ["herbert"]),
            leader(PEOPLE["bot"], ["Rust"], ["Herbert"]),
        ),
        me=PEOPLE["bot"],
    )


def rust(store: Store) -> Talk:
    return next(one for one in store.talks.of_feed("main") if one.title == "GCC Rust")


def ask(services: Services, role: str, words: str, *, direct: bool = False, user_id: str = "") -> Reply | None:
    """What is answered; nothing of it stays."""
    reply = None
    with suppress(Undone), services.store.transaction():
        reply = answer(
            words,
            services,
            sender=user_id or PEOPLE[role],
            room_id=OWN if role == "pow" else HALL,
            direct=direct,
            now=NOW,
            powers=role == "pow",
        )
        raise Undone
    return reply


def there(line: str) -> bool:
    """Whether the command of this line is there."""
    return command_named(line.partition(" ")[0]) is not None


def test_every_command_stands_in_both_tables() -> None:
    assert set(RIGHTS) == set(GRID)
    assert set(commands()) - set(GRID) == set()


def test_a_command_that_nobody_is_given_a_right_to_is_none() -> None:
    def documented(request: object, services: object) -> Reply:
        """Documented."""
        return Reply("", "")

    with pytest.raises(ValueError, match="does not say who may use nothing"):
        command("nothing")(documented)


@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides_as_it_is_declared(services: Services, role: str) -> None:
    talk = rust(services.store)
    room = OWN if role == "pow" else HALL
    request = replace(asked(services, PEOPLE[role], room, direct=False, now=NOW), powers=role == "pow")
    decided = {}
    for line in GRID:
        about: dict[str, Any] = {}
        about |= {"talks": [talk]} if line in TALKS else {}
        about |= {"locations": ["Herbert"]} if line in LOCATIONS else {}
        about |= {"tracks": ["rust"]} if line in TRACKS else {}
        decided[line] = may(request, services, line, **about)
    assert decided == {line: cells[role] for line, cells in GRID.items()}


@pytest.mark.parametrize("role", ROLES)
def test_commands_are_refused_as_it_is_declared(services: Services, role: str) -> None:
    wrong = {}
    for line in filter(there, GRID):
        reply = ask(services, role, f"!{WORDS.get(line, line)}")
        assert reply is not None, line
        refused = bool(reply.refused)
        if refused is GRID[line][role] or (refused and (reply.ok or not reply.private or reply.also or reply.plan)):
            wrong[line] = reply.plain
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_without_the_prefix_it_is_the_same(services: Services, role: str) -> None:
    """In a direct room, what is no command for somebody is searched for."""
    for line in (one for one in filter(there, GRID) if not GRID[one][role]):
        reply = ask(services, role, WORDS.get(line, line), direct=True)
        assert reply is None or (reply.plan, reply.also) == (None, ()), line


@pytest.mark.parametrize("role", [role for role in ROLES if role != "bot"])
def test_help_offers_what_one_may_use(services: Services, role: str) -> None:
    reply = ask(services, role, "!help nothing", direct=True)
    assert reply is not None
    offered = {name.strip(",").removeprefix("!") for name in reply.plain.partition("There are: ")[2].split()}
    # Leaders may use a command where it is about theirs; for the lead of another track that is another talk's.
    named: Mapping[str, bool] = {line: cells["lead" if role == "oth" else role] for line, cells in GRID.items()}
    assert offered == {line.partition(" ")[0] for line, may_use in named.items() if may_use and there(line)}


@pytest.mark.parametrize("user_id", ["@ORG:example.org", "@org:example.org.", "@org:example.org:8448", "org", "@org"])
def test_only_the_whole_user_id_counts(services: Services, user_id: str) -> None:
    reply = ask(services, "str", "!feed", user_id=user_id)
    assert reply is not None
    assert reply.refused == "feed"


def test_a_location_keeps_its_steward_whatever_it_is_called(services: Services) -> None:
    store = services.store
    request = asked(services, PEOPLE["stew"], HALL, direct=False, now=NOW)

    def keeps(name: str) -> bool:
        return may(request, services, "full", locations=[name])

    assert [keeps(name) for name in ("Herbert", "HERBERT", "Herbert hall", "Pembroke")] == [True, True, False, False]
    elsewhere = [replace(one, location="Herbert hall") if one.location == "Herbert" else one for one in PROGRAMME_TALKS]
    accepted = store.feeds.accept("main", "x", replace(PROGRAMME, talks=tuple(elsewhere)), "2", NOW)
    assert accepted.count(ChangeKind.MOVED) == 4
    store.revisions.rename("Herbert", "Herbert hall")
    assert [keeps(name) for name in ("herbert HALL", "Pembroke")] == [True, False]
    organizer = ask_for(services, "!rename-location Herbert hall to Red hall")
    assert organizer.plan is not None
    ask_for(services, f"!confirm {organizer.plan}")
    assert rust(store).location == "Red hall"
    assert [keeps(name) for name in ("Red hall", "Pembroke")] == [True, False]
    reply = ask(services, "stew", "!cancel gcc rust")
    assert reply is not None
    assert reply.plan is not None


def ask_for(services: Services, words: str) -> Reply:
    reply = answer(words, services, sender=PEOPLE["org"], room_id=HALL, direct=True, now=NOW)
    assert reply is not None
    return reply


def test_leaders_need_each_of_what_it_is_about(services: Services) -> None:
    talk, other = rust(services.store), services.store.talks.of_feed("main")[4]
    lead, steward = (asked(services, PEOPLE[who], HALL, direct=False, now=NOW) for who in ("lead", "stew"))
    assert not may(lead, services, "swap", talks=[talk, other])
    assert not may(lead, services, "announce track", tracks=["Rust", "Memory"])
    assert not may(steward, services, "full", locations=["Herbert", "Pembroke"])
    assert not may(lead, services, "full", locations=["Herbert"], tracks=["Rust"])
    assert not may(lead, services, "move")
