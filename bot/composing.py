"""Notices whose words are looked at again when they are sent: what they say may have changed while they waited."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from storage.notices import Notice, NoticeState
from storage.store import Store


class Composer(Protocol):
    """Says what some kinds of notices say, `kinds`, anew when they are sent."""

    @property
    def kinds(self) -> Collection[str]: ...

    def compose(self, notice: Notice) -> dict[str, Any] | None:
        """What it should say now, None when nothing of it is true any more. Only reads."""

    def is_settled(self, notice: Notice, /) -> bool:
        """Whether all that it says now is noted as said by it. Only reads."""

    def settled(self, notice: Notice) -> None:
        """It is about to be sent as `compose` said, and no longer as it was; in the transaction that writes that."""

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        """It will not be sent; in the transaction that writes that."""


class Composing:
    """Notices of other kinds than the composers' are as they were written."""

    def __init__(self, store: Store, composers: Iterable[Composer]) -> None:
        self._store = store
        self._composers = {kind: composer for composer in composers for kind in composer.kinds}

    def __contains__(self, notice: Notice) -> bool:
        return notice.kind in self._composers

    def content(self, notice: Notice) -> dict[str, Any] | None:
        """What it should say now, None when nothing of it is true any more."""
        composer = self._composers.get(notice.kind)
        return composer.compose(notice) if composer else notice.content

    def differs(self, notice: Notice, content: dict[str, Any] | None) -> bool:
        """Whether what it would say now is not what it was written with, or is news that was not noted then."""
        composer = self._composers.get(notice.kind)
        return composer is not None and (content != notice.content or not composer.is_settled(notice))

    def rewrite(self, notice: Notice, content: dict[str, Any]) -> None:
        """It is about to be sent so, which differs from what was written."""
        with self._store.transaction():
            self._store.outbox.rewrite(notice.key, content)
            self._composers[notice.kind].settled(notice)

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        if composer := self._composers.get(notice.kind):
            composer.given_up(notice, state)
