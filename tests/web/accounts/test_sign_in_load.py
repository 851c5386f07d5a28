"""Twenty attackers beside a signed-in user: how much longer his requests take (`-m campaign -s` prints it)."""

import asyncio
import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.waiting import PATIENCE_S
from tests.web.conftest import Newsroom, accounts_of, served
from tests.web.server.test_sign_in import signed_in
from web.accounts.account import STRENGTH

ATTACKERS, REQUESTS, ROUNDS = 20, 50, 6
PAUSE_S = 0.01
"""Of an attacker between two attempts, as if his answers came over a network: here he shares the cores of the server."""

_SPAWNED = multiprocessing.get_context("spawn")


async def attack(port: int, number: int, wave: "Synchronized[int]") -> None:
    """Try passwords, each for a known or a made-up name, while there is a wave, from an address of its own in each."""
    guesses = random.Random(number)
    while True:
        while not (now := wave.value):
            await asyncio.sleep(PAUSE_S)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.{now}.{number + 1}", 0))
        while wave.value == now:
            await attempt(reader, writer, port, guesses)
            await asyncio.sleep(PAUSE_S)
        writer.close()


async def attempt(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, guesses: random.Random
) -> None:
    """Try a password and read the answer."""
    name = guesses.choice(["anna", f"name {guesses.random()}"])
    form = urlencode({"username": name, "password": f"guess {guesses.random()}"})
    writer.write(
        f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n{form}".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.split()[1] in {b"401", b"429"}
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))


def attack_together(port: int, wave: "Synchronized[int]") -> None:
    """Run the attackers until the process is ended."""

    async def all_of_them() -> None:
        await asyncio.gather(*(attack(port, i, wave) for i in range(ATTACKERS)))

    asyncio.run(all_of_them())


@contextmanager
def attackers(url: str) -> Iterator["Synchronized[int]"]:
    """Yield the number of the wave of attacks, which the test sets; 0 is a pause."""
    wave = _SPAWNED.Value("i", 0)
    process = _SPAWNED.Process(target=attack_together, args=(int(url.rpartition(":")[2]), wave), daemon=True)
    process.start()
    try:
        yield wave
        assert process.is_alive()
    finally:
        process.terminate()
        process.join(PATIENCE_S)


def times(client: httpx.Client) -> list[float]:
    """Return the milliseconds that requests of the user take."""
    took = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        assert client.get("/config").status_code == 200
        took.append(1000 * (time.perf_counter() - begun))
    return took


@pytest.mark.campaign
def test_twenty_attackers_at_most_double_the_time_of_a_user(starter: Newsroom, tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, "anna", strength=STRENGTH)
    alone, beside = [], []
    with (
        served(starter.open, accounts=accounts) as url,
        signed_in(url, "anna") as client,
        attackers(url) as wave,
    ):
        times(client)
        for number in range(
            1, ROUNDS + 1
        ):  # Waves and pauses take turns, so that what else the machine does counts for both.
            alone += times(client)
            wave.value = number
            beside += times(client)
            wave.value = 0
    before, after = (statistics.quantiles(took, n=20)[-1] for took in (alone, beside))
    print(
        f"\np95 of GET /config: {before:.0f} ms alone, {after:.0f} ms beside {ATTACKERS} attackers: {after / before:.2f}"
    )
    assert after <= 2 * before
