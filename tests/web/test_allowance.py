"""Questions per client and minute, against a clock that the test turns."""

from web.allowance import Allowance


def test_a_client_waits_until_its_first_question_is_a_minute_old() -> None:
    now = [100.0]
    allowance = Allowance(per_minute=2, clock=lambda: now[0])
    assert allowance.take("a") == 0
    now[0] = 110
    assert allowance.take("a") == 0
    assert allowance.take("a") == 50
    assert allowance.take("b") == 0
    now[0] = 160
    assert allowance.take("a") == 0
    assert allowance.take("a") == 10


def test_a_refused_question_is_not_counted() -> None:
    now = [0.0]
    allowance = Allowance(per_minute=1, clock=lambda: now[0])
    allowance.take("a")
    assert [allowance.take("a") for _ in range(100)] == [60] * 100
    now[0] = 60
    assert allowance.take("a") == 0


def test_clients_long_silent_are_forgotten() -> None:
    allowance = Allowance(per_minute=1, clients=2, clock=lambda: 0.0)
    for client in ("a", "b", "c"):
        allowance.take(client)
    assert allowance.take("a") == 0
    assert allowance.take("c") == 60
