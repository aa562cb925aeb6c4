"""Notices whose words are looked at again when they are sent: what they say may have changed while they waited."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from storage.outbox import Notice, NoticeState
from storage.store import Store


class Composer(Protocol):
    """Says what some kinds of notices say, `kinds`, anew when they are sent."""

    @property
    def kinds(self) -> Collection[str]: ...

    def compose(self, notice: Notice) -> dict[str, Any] | None:
        """What it should say now, None when nothing of it is true any more. Only reads."""

    def is_settled(self, notice: Notice) -> bool:
        """Whether all that it says now is noted as said by it. Only reads."""

    def settled(self, notice: Notice) -> None:
        """It is about to be sent as `compose` said, and no longer as it was; in the transaction that writes that."""

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        """It will not be sent; in the transaction that writes that."""


class Composing:
    """Notices of other kinds than the composer's are as they were written."""

    def __init__(self, store: Store, composer: Composer | None) -> None:
        self._store = store
        self._composer = composer
        self._kinds = frozenset(composer.kinds if composer else ())

    def __contains__(self, notice: Notice) -> bool:
        return notice.kind in self._kinds

    def content(self, notice: Notice) -> dict[str, Any] | None:
        """What it should say now, None when nothing of it is true any more."""
        if self._composer is None or notice not in self:
            return notice.content
        return self._composer.compose(notice)

    def differs(self, notice: Notice, content: dict[str, Any] | None) -> bool:
        """Whether what it would say now is not what it was written with, or is news that was not noted then."""
        if self._composer is None or notice not in self:
            return False
        return content != notice.content or not self._composer.is_settled(notice)

    def rewrite(self, notice: Notice, content: dict[str, Any]) -> None:
        """It is about to be sent so, which differs from what was written."""
        assert self._composer is not None
        with self._store.transaction():
            self._store.outbox.rewrite(notice.key, content)
            self._composer.settled(notice)

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        if self._composer is not None and notice in self:
            self._composer.given_up(notice, state)
