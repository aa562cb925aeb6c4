"""The pace learns a homeserver's limit from its refusals; the homeserver here is a bucket with a clock of its own."""

from __future__ import annotations

import heapq
import math
import random

import pytest

from bot.pace import Pace

LATENCY, PAUSE = 0.03, 0.5
MOST = 10


class Homeserver:
    """Limits as Synapse does: a bucket of `burst` that refills at `rate`, and refusals that are answered late."""

    def __init__(self, rate: float, burst: int, *, whole_seconds: bool = False) -> None:
        self.rate, self.burst, self.whole_seconds = rate, burst, whole_seconds
        self._level, self._since = float(burst), 0.0
        self._way = random.Random(1)
        self.refusals = 0

    def ask(self, now: float) -> float | None:
        """None where the message is taken, else how long to wait."""
        arrived = max(self._since, now + self._way.uniform(0.3, 0.9) * LATENCY)
        self._level = min(self.burst, self._level + (arrived - self._since) * self.rate)
        self._since = arrived
        if self._level >= 1:
            self._level -= 1
            return None
        self.refusals += 1
        seconds = (1 - self._level) / self.rate
        return math.ceil(seconds) if self.whole_seconds else int(seconds * 1000) / 1000


def drain(pace: Pace, homeserver: Homeserver, messages: int, now: float = 0.0) -> float:
    """Send so many as the deliverer does; returns the moment when the last was taken."""
    left = messages
    flying: list[tuple[float, float, float | None]] = []
    while left or flying:
        while left and len(flying) < pace.in_flight(MOST) and pace.wait(now) == 0:
            pace.send()
            left -= 1
            told = homeserver.ask(now)
            heapq.heappush(flying, (now + LATENCY + (0 if told is None else PAUSE), now, told))
        moments = [flying[0][0]] if flying else []
        if left and len(flying) < pace.in_flight(MOST):
            moments.append(now + max(pace.wait(now), 0.001))
        now = min(moments)
        while flying and flying[0][0] <= now:
            _, sent_at, told = heapq.heappop(flying)
            if told is None:
                pace.taken(sent_at, now)
            else:
                pace.refused(sent_at, now, told)
                left += 1
    return now


def ideal(messages: int, rate: float, burst: int) -> float:
    return (messages - burst) / rate


@pytest.mark.parametrize("whole_seconds", [False, True])
@pytest.mark.parametrize(("rate", "burst", "messages"), [(10, 20, 200), (0.2, 10, 40), (50, 100, 1000), (1, 5, 60)])
def test_a_limit_is_used_almost_in_full(rate: float, burst: int, messages: int, whole_seconds: bool) -> None:
    pace, homeserver = Pace(), Homeserver(rate, burst, whole_seconds=whole_seconds)
    assert pace.in_flight(MOST) == MOST
    took = drain(pace, homeserver, messages)
    print(f"{took / ideal(messages, rate, burst):.3f}, {homeserver.refusals} refusals, {pace.rate}")
    assert took <= 1.15 * ideal(messages, rate, burst)
    assert pace.rate == pytest.approx(rate, rel=0.15)
    assert homeserver.refusals <= messages / (2 if whole_seconds else 10) + 2 * MOST


def test_without_refusals_nothing_waits() -> None:
    pace = Pace()
    took = drain(pace, Homeserver(10_000, 10_000), 1000)
    assert (pace.rate, pace.in_flight(MOST)) == (None, MOST)
    assert took == pytest.approx(1000 / MOST * LATENCY)


def test_a_limit_that_was_lifted_is_forgotten_slowly() -> None:
    pace = Pace()
    now = drain(pace, Homeserver(10, 20), 100)
    took = drain(pace, Homeserver(10_000, 10_000), 6000, now)
    assert (pace.rate, pace.in_flight(MOST)) == (None, MOST)
    assert took - now <= 90


def test_a_lower_limit_is_learnt_anew() -> None:
    pace = Pace()
    now = drain(pace, Homeserver(50, 100), 1000)
    drain(pace, Homeserver(1, 5), 120, now)
    assert pace.rate == pytest.approx(1, rel=0.15)


def test_a_kept_rate_counts_from_the_start_but_not_the_first_burst() -> None:
    pace, homeserver = Pace(10.0), Homeserver(10, 20)
    took = drain(pace, homeserver, 200)
    assert took <= 1.15 * ideal(200, 10, 20)
    assert homeserver.refusals <= MOST + 2  # those that were under way when it was empty, and a few attempts


def test_what_a_kept_rate_allows_under_way_counts_from_the_first_refusal() -> None:
    pace = Pace(2.0)
    assert pace.in_flight(MOST) == MOST
    pace.refused(0.0, 0.03, 0.25)
    assert pace.in_flight(MOST) == 1


def test_what_gathers_while_there_is_nothing_to_send_does_not_lower_the_rate() -> None:
    pace, homeserver = Pace(), Homeserver(10, 20)
    now = drain(pace, homeserver, 100)
    pace.idle()
    began = now + 3600
    took = drain(pace, homeserver, 200, began) - began
    assert took <= 1.15 * ideal(200, 10, 20)
    assert pace.rate == pytest.approx(10, rel=0.15)


@pytest.mark.parametrize(("told", "seconds"), [(7.0, 7.0), (0.0, 0.1), (None, 2.0)])
def test_nothing_is_sent_before_the_homeserver_says_so(told: float | None, seconds: float) -> None:
    pace = Pace()
    pace.refused(99.0, 100.0, told)
    assert pace.wait(100.0) == pytest.approx(seconds)
    pace.refused(99.5, 100.0, told)
    assert pace.wait(100.0) == pytest.approx(seconds)


def test_what_was_not_sent_is_given_back() -> None:
    pace, homeserver = Pace(), Homeserver(10, 20)
    now = drain(pace, homeserver, 100)
    before = pace.wait(now)
    while not before:
        pace.send()
        before = pace.wait(now)
    pace.send()
    assert pace.wait(now) > before
    pace.give_back()
    assert pace.wait(now) == pytest.approx(before)


@pytest.mark.parametrize(("rate", "burst"), [(0.2, 10), (1.0, 5), (10.0, 20), (50.0, 100)])
@pytest.mark.parametrize("whole_seconds", [False, True])
def test_how_much_is_taken_at_once_is_learnt(rate: float, burst: int, whole_seconds: bool) -> None:
    pace, homeserver = Pace(), Homeserver(rate, burst, whole_seconds=whole_seconds)
    now = 0.0
    for _ in range(3):
        now = drain(pace, homeserver, 3 * burst, now)
        pace.idle()
        now += 2 * burst / rate
    assert abs(pace.burst - burst) <= max(1, burst / 10)


def test_a_bucket_that_was_not_full_says_less_than_what_is_known() -> None:
    pace, homeserver = Pace(0.2, 10), Homeserver(0.2, 10)
    now = drain(pace, homeserver, 30)
    pace.idle()
    drain(pace, homeserver, 6, now + 15)
    assert pace.burst == 10


def test_a_refusal_now_and_then_does_not_make_us_as_slow_as_we_happened_to_be_between_two() -> None:
    """As of a homeserver that is busy for a moment: no bucket would have taken what was taken in between."""
    pace = Pace()
    pace.refused(0.0, 0.03, 0.25)
    for number in range(60):
        pace.taken(0.5 + number / 50, 0.53 + number / 50)
    pace.taken(9.0, 9.03)
    pace.refused(10.0, 10.03, 0.25)
    # 60 in the 1.45 s since the bucket was empty, though only 61 in ten.
    assert pace.rate == pytest.approx(0.9 * 59 / 1.43, rel=0.02)


def test_what_gathers_while_the_homeserver_fails_does_not_lower_the_rate() -> None:
    pace = Pace(10.0)
    pace.refused(0.0, 0.03, 0.25)
    pace.idle()
    pace.taken(8.0, 8.03)
    pace.refused(8.1, 8.13, 0.25)
    assert pace.rate == 10.0
