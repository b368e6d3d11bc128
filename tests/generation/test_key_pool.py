"""The provider's keys: each in turn, and the one that made a task for that task."""

from __future__ import annotations

import threading
from collections import Counter

from cuttingasmr.generation.key_pool import KeyPool, fingerprint

KEYS = ("one-secret", "two-secret", "three-secret")


def test_keys_are_taken_in_turn() -> None:
    pool = KeyPool(KEYS)

    assert [pool.next().secret for _ in range(7)] == [*KEYS, *KEYS, KEYS[0]]


def test_a_task_is_asked_about_with_the_key_that_made_it() -> None:
    pool = KeyPool(KEYS)
    made_with = pool.next()
    pool.next()

    assert [pool.of(made_with.fingerprint) for _ in range(2)] == [made_with, made_with]
    assert pool.next().secret == KEYS[2], "asking takes no turn"


def test_a_key_that_is_no_longer_there_is_replaced_by_another() -> None:
    assert KeyPool(KEYS).of("of an older day").secret in KEYS
    assert KeyPool(KEYS).of("").secret in KEYS


def test_a_key_given_twice_is_one() -> None:
    pool = KeyPool(("one", "one", "two"))

    assert [pool.next().secret for _ in range(4)] == ["one", "two", "one", "two"]


def test_a_fingerprint_names_a_key_and_gives_nothing_of_it_away() -> None:
    key = KeyPool(KEYS).next()

    assert key.fingerprint == fingerprint("one-secret") != fingerprint("two-secret")
    assert "secret" not in f"{key!r} {key} {key.fingerprint}"
    assert len(key.fingerprint) <= 16


def test_threads_share_the_turns() -> None:
    pool, taken = KeyPool(KEYS), []
    takers = [
        threading.Thread(target=lambda: taken.extend(pool.next().secret for _ in range(300)))
        for _ in range(4)
    ]

    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()

    assert Counter(taken) == dict.fromkeys(KEYS, 400)
