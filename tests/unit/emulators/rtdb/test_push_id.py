from __future__ import annotations

from emulators.rtdb.push_id import ALPHABET, PushIds


def test_ids_sort_by_time_and_within_a_millisecond_by_order() -> None:
    ids = PushIds(lambda bits: (1 << bits) - 3)
    made = [ids.next(5), ids.next(5), ids.next(5), ids.next(6), ids.next(2**40)]
    assert made == sorted(made)
    assert len(set(made)) == 5


def test_an_id_is_its_time_and_random_part_in_base_64() -> None:
    made = PushIds(lambda _bits: 1).next(64)
    assert made == "-" * 6 + "0-" + "-" * 11 + "0"
    assert list(ALPHABET) == sorted(ALPHABET)


def test_a_clock_that_goes_back_does_not_break_the_order() -> None:
    ids = PushIds(lambda _bits: 7)
    assert ids.next(10) < ids.next(9)
