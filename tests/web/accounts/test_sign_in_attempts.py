"""Attempts to sign in, against a clock that the test turns."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from corpus.archive.engine import open_engine
from corpus.archive.engine.page_tables import SIGN_IN
from tests.postgresql import PostgresServer
from tests.waiting import wait_until
from web.accounts.sign_in_attempts import Attempts
from web.shared_state import SharedState


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(state: SharedState, clock: Clock) -> Attempts:
    return Attempts(state, clock=clock)


def waits(attempts: Attempts, clock: Clock, address: str, name: str, n: int) -> list[int]:
    """Make attempts, each as soon as it may be made, and return how long each had to wait."""
    found = []
    for _ in range(n):
        seconds = attempts.take(address, name)
        found.append(seconds)
        clock.now += seconds
        if seconds:
            assert attempts.take(address, name) == 0
    return found


def test_the_wait_for_a_name_from_one_address_doubles_to_a_quarter_of_an_hour(attempts: Attempts, clock: Clock) -> None:
    found = waits(attempts, clock, "a", "anna", 4)
    assert found == [0, 0, 0, 1]
    for _ in range(20):
        clock.now += attempts.take("a", "anna")
        attempts.take("a", "anna")
    assert attempts.take("a", "anna") == 900


def test_an_address_waits_whatever_names_it_tries(attempts: Attempts, clock: Clock) -> None:
    found = waits(attempts, clock, "a", "anna", 1) + [attempts.take("a", f"name {i}") for i in range(9)]
    assert found == [0] * 10
    assert [attempts.take("a", f"another {i}") for i in range(3)] == [1, 1, 1]
    for i in range(20):
        clock.now += attempts.take("a", f"more {i}")
        attempts.take("a", f"more {i}")
    assert attempts.take("a", "last") == 60


def test_an_attacker_of_a_name_locks_nobody_out_from_elsewhere(attempts: Attempts, clock: Clock) -> None:
    for i in range(50):
        assert attempts.take(f"attacker {i}", "anna") == 0
    assert attempts.take("attacker 49", "anna") == 60
    assert attempts.take("home", "anna") == 0
    assert attempts.take("home", "anna") == 60
    clock.now += 60
    assert attempts.take("home", "anna") == 0
    assert attempts.take("home", "bert") == 0


def test_a_success_takes_back_the_own_failures_and_no_others(attempts: Attempts) -> None:
    for _ in range(3):
        attempts.take("a", "anna")
    attempts.forgive("a", "anna")
    assert [attempts.take("a", "anna") for _ in range(4)] == [0, 0, 0, 1]
    attempts.forgive("a", "anna")
    # Whoever has an account of his own gains no attempts on those of others by signing in between.
    guesses = 0
    for i in range(40):
        guesses += attempts.take("a", f"victim {i}") == 0
        if attempts.take("a", "anna") == 0:
            attempts.forgive("a", "anna")
    assert guesses == 10


def test_a_refused_attempt_is_not_counted(attempts: Attempts, clock: Clock) -> None:
    for _ in range(3):
        attempts.take("a", "anna")
    assert [attempts.take("a", "anna") for _ in range(100)] == [1] * 100
    clock.now += 1
    assert attempts.take("a", "anna") == 0


def test_an_hour_without_an_attempt_is_forgotten(attempts: Attempts, clock: Clock) -> None:
    for _ in range(3):
        attempts.take("a", "anna")
    clock.now += 3600
    assert [attempts.take("a", "anna") for _ in range(4)] == [0, 0, 0, 1]


def test_nobody_waits_for_longer_when_the_clock_is_set_back(attempts: Attempts, clock: Clock) -> None:
    clock.now += 10_000
    for _ in range(3):
        attempts.take("a", "anna")
    clock.now -= 5_000
    assert [attempts.take("a", "anna") for _ in range(4)] == [0, 0, 0, 1]


def test_one_network_of_version_six_is_one_address(attempts: Attempts) -> None:
    assert [attempts.take(f"2001:db8::{i:x}", "anna") for i in range(4)] == [0, 0, 0, 1]
    assert attempts.take("2001:db8:0:1::1", "anna") == 0
    assert [attempts.take(a, "bert") for a in ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2")] == [0, 0, 0]
    assert [attempts.take("192.0.2.1", "bert") for _ in range(2)] == [0, 1]


def test_many_names_and_addresses_take_no_more_room(state: SharedState, clock: Clock) -> None:
    attempts = Attempts(state, remembered=10, clock=clock)
    for i in range(100):
        clock.now += 1
        attempts.take(f"address {i}", f"name {i}")
    assert len(attempts) == 30
    clock.now += 3600
    attempts.take("address", "name")
    assert len(attempts) == 3


def test_a_name_of_any_characters_is_counted(attempts: Attempts) -> None:
    assert [attempts.take("a", "\0 \udcff") for _ in range(4)] == [0, 0, 0, 1]


def test_attempts_at_several_pages_are_counted_together(state: SharedState, clock: Clock) -> None:
    pages = [Attempts(state, clock=clock) for _ in range(2)]
    assert [pages[i % 2].take("a", "anna") for i in range(4)] == [0, 0, 0, 1]
    pages[1].forgive("a", "anna")
    assert pages[0].take("a", "anna") == 0


def test_an_attempt_holds_nothing_while_it_waits_to_forget_those_of_others(postgres: PostgresServer) -> None:
    address = postgres.make_schema()
    with closing(SharedState(address)) as state, closing(open_engine(address, SIGN_IN).connect()) as other:
        Attempts(state, clock=lambda: 0.0).take("b", "bert")
        with ThreadPoolExecutor() as threads:
            with other.transaction(["attempts of name bert"]):
                other.execute("UPDATE sign_in_attempts SET failures = 2")
                taken = threads.submit(Attempts(state, clock=lambda: 10_000.0).take, "a", "anna")
                wait_until(lambda: other.execute("SELECT count(*) FROM sign_in_attempts").fetchone()[0] == 6)
                assert not taken.done()
            assert taken.result() == 0
