"""What is told by itself, in every language: reminders, the day's agenda, speakers' accounts, and who is back."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from bot.clock import Clock
from bot.reach import Reach
from commands._reminding import agenda_today, told
from commands.dispatch import answer
from commands.language import Language
from commands.registry import Request, Services
from storage.changes import Change, ChangeKind
from storage.people import Unreachable
from storage.programme import Talk
from storage.rooms import Membership, Room
from storage.store import Store
from storage.telling import Reminding, Told
from tests.small import MONDAY, NOW, at
from tests.wide import ADA, GRACE, bypassed

MINUTE = dt.timedelta(minutes=1)
TEN = at(MONDAY, "10:00")
CONTROL = "!control"


def asked(language: str, now: dt.datetime = TEN) -> Request:
    return Request("remind", "", "", "!direct", direct=True, now=now, language=Language(language))


def on(store: Store, *titles: str) -> list[Talk]:
    known = {talk.title: talk for talk in store.talks.by_rows(range(1, 20)) if talk}
    return [known[title] for title in titles]


def reminding(
    talk: Talk, due_at: dt.datetime = TEN, was: dt.datetime | None = None, speaker: bool = False
) -> Reminding:
    return Reminding(talk, due_at, was, speaker)


@pytest.mark.usefixtures("wide_german")
def test_reminders_are_said_through_the_catalogs(cyrillic_store: Store) -> None:
    opening, kernel, trial = on(cyrillic_store, "Открытие", "Память ядра", "Проверка всего")
    before = dataclasses.replace(kernel, location="Зал 2", starts_at=kernel.starts_at - 90 * MINUTE)
    change = Change(ChangeKind.MOVED, before, kernel, frozenset({"starts_at", "location"}))
    reminders = (
        reminding(opening, speaker=True),
        reminding(kernel, was=kernel.starts_at - 26 * 60 * MINUTE, speaker=True),
        reminding(trial, TEN - 9 * MINUTE),
    )
    said = []
    for now in (TEN - 9 * MINUTE, TEN, TEN + 5 * MINUTE, TEN + 20 * MINUTE):
        request, services = asked("de", now), Services(cyrillic_store)
        said.append(told(Told(ADA, reminders, ()), request, services, [ADA, GRACE]))
        said.append(told(Told(ADA, reminders[1:2], (change,)), request, services))
        said.append(told(Told(ADA, (), (change,), frozenset({kernel.row_id})), request, services))
        said.append(told(Told(ADA, (), (change,)), request, services))
        said.append(agenda_today([opening, kernel, trial], request, services))
    assert [left for one in said if (left := bypassed(one.html))] == []
    assert all("⟦" in one.html for one in said)


@pytest.mark.usefixtures("wide_german")
def test_who_is_which_speaker_is_said_through_the_catalogs(cyrillic_store: Store) -> None:
    services = Services(cyrillic_store, control_room=CONTROL, language="de")
    cyrillic_store.control.replace({GRACE: True})
    cyrillic_store.rooms.put(Room(CONTROL, Membership.LEFT))
    talks = [
        (ADA, "!iam ада"),
        (ADA, "!speakers"),
        ("", "in"),
        *((ADA, words) for words in ("!iam", "!iam ада", "!iam", "!mytalks", "!iam not борис", "!iam вер", "!iam г")),
        *(
            (CONTROL, words)
            for words in ("!speakers", "!speakers accept 1", "!speakers accept 1", "!speakers accept 9")
        ),
        *((ADA, words) for words in ("!iam", "!iam ада", "!mytalks", "!iam not борис", "!my data")),
        *((CONTROL, words) for words in ("!speakers reject 1", "!speakers reject 1", "!speakers")),
        *((ADA, words) for words in ("!iam ада", "!iam борис", "!iam not борис", "!iam борис", "!iam nobody")),
    ]
    said = []
    for where, words in talks:
        if not where:
            cyrillic_store.rooms.put(Room(CONTROL, Membership.JOINED))
            continue
        room_id, direct, who = (CONTROL, False, GRACE) if where == CONTROL else ("!direct", True, ADA)
        reply = answer(words, services, sender=who, room_id=room_id, direct=direct, now=NOW)
        assert reply is not None
        said += [reply, *(also.reply for also in reply.also)]
    assert [left for one in said if (left := bypassed(one.html))] == []
    assert sum(bool(one.also) for one in said) == 6


@pytest.mark.usefixtures("wide_german")
@pytest.mark.parametrize("why", list(Unreachable))
def test_who_is_back_is_told_why_through_the_catalogs(cyrillic_store: Store, why: Unreachable) -> None:
    cyrillic_store.rooms.change("!direct", direct_with=ADA, membership=Membership.JOINED)
    cyrillic_store.people.change(ADA, unreachable=why, unreachable_at=NOW)
    Reach(Services(cyrillic_store), Clock(), lambda: None, lambda: None).invited(ADA, "!direct")
    (notice,) = cyrillic_store.outbox.pending(100)
    assert "⟦" in notice.content["formatted_body"]
    assert bypassed(notice.content["formatted_body"]) == []


@pytest.mark.parametrize("code", ["de", "fr", "es"])
def test_a_reminder_is_a_whole_sentence_in_every_language(small_store: Store, code: str) -> None:
    opening, rust, testing, cxl = on(
        small_store, "Opening", "Rust in the kernel", "Testing everywhere", "CXL memory tiering"
    )
    change = Change(ChangeKind.CANCELLED, cxl, dataclasses.replace(cxl, cancelled=True))
    reminders = (
        reminding(opening, TEN - 15 * MINUTE),
        reminding(rust, was=rust.starts_at - 5 * MINUTE, speaker=True),
        reminding(testing, TEN - 5 * MINUTE),
    )
    said = told(Told(ADA, reminders, (change,)), asked(code), Services(small_store))
    long_before = cxl.starts_at - 49 * 60 * MINUTE
    in_days = told(Told(ADA, (reminding(cxl, long_before),), ()), asked(code, long_before), Services(small_store))
    lines = [line.split(" · ") for line in (*said.plain.splitlines(), *in_days.plain.splitlines())]
    assert [" · ".join([line[0], *line[1:][-1:]]) for line in lines] == SAID[code]


SAID = {
    "de": [
        "Beginnt jetzt: Opening — José García · Herbert",
        "Noch 15 Minuten bis: dein Vortrag Rust in the kernel · verlegt, vorher Mo 10:10",
        "Vor dir, bis 10:15: Opening — José García",
        "Erinnerung 5 Minuten zu spät, noch 15 Minuten bis: Testing everywhere — Ada King · Meeting 1&2",
        "Geändert: was du abonniert hast · Zeiten in Europe/Dublin, UTC+1",
        "- fällt aus: CXL memory tiering · Pembroke",
        "Noch 2 Tage 1 Stunde bis: CXL memory tiering — Ada King · Pembroke",
    ],
    "fr": [
        "Commence maintenant : Opening — José García · Herbert",
        "Dans 15 minutes : votre exposé Rust in the kernel · déplacé, avant lun. 10:10",
        "Avant vous, jusqu’à 10:15 : Opening — José García",
        "Dans 15 minutes (rappel en retard de 5 minutes) : Testing everywhere — Ada King · Meeting 1&2",
        "Modifié : ce que vous suivez · fuseau Europe/Dublin, UTC+1",
        "- annulé : CXL memory tiering · Pembroke",
        "Dans 2 jours 1 heure : CXL memory tiering — Ada King · Pembroke",
    ],
    "es": [
        "Empieza ahora: Opening — José García · Herbert",
        "En 15 minutos: tu charla Rust in the kernel · movida, antes lun 10:10",
        "Antes que tú, hasta 10:15: Opening — José García",
        "En 15 minutos (aviso con 5 minutos de retraso): Testing everywhere — Ada King · Meeting 1&2",
        "Cambios: lo que sigues · horario de Europe/Dublin, UTC+1",
        "- cancelada: CXL memory tiering · Pembroke",
        "En 2 días 1 hora: CXL memory tiering — Ada King · Pembroke",
    ],
}
