from __future__ import annotations

from emulators.rtdb.tree.order import key_order, utf16_order, value_order


def test_integer_keys_come_first_by_number_then_length_then_text() -> None:
    ordered = ["-5", "0", "7", "07", "10", "2147483647", "-", "2147483648", "A", "_", "a"]
    assert sorted([*ordered[4:], *ordered[:4]], key=key_order) == ordered


def test_strings_compare_by_utf16_code_unit() -> None:
    assert utf16_order("\U0001f600") < utf16_order("\uffff")
    assert utf16_order("a\ud800") < utf16_order("a\ue000")


def test_values_order_none_false_true_numbers_strings() -> None:
    ordered = [None, False, True, -1.5, 0, 2, "", "10", "2"]
    assert sorted([*ordered[4:], *ordered[:4]], key=value_order) == ordered
