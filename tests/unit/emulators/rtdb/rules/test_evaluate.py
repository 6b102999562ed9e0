"""What well-typed expressions come to; a run-time error denies, even inside `||`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

BOB = {"uid": "bob", "n": 1, "yes": True, "deep": {"a": {"b": "c"}}, "token": {"role": "meter"}}
DATA = {"s": "foo/bar", "n": 5, "b": True, "o": {"x": 1, "y": 2}, "captured": {"k": "v"}}

TRUE = [
    "true",
    "1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2",
    "1 + 2 * 3 - 4 / 2 == 5",
    "-7 % 3 == -1",
    "1 == 1.0 && 0x10 == 16 && 1e2 == 100 && .5 == 0.5",
    "'a' + 1 == 'a1' && 1 + 'a' == '1a' && 0.5 + '' == '0.5' && 4 / 2 + '' == '2'",
    "(1/0) + '' == 'NaN' && !(0/0 < 1) && !(0/0 == 0/0)",
    "1 === 1 && 1 !== 2 && 'a' != 'b'",
    "true ? true : false",
    "!(1 == '1') && !(null == false) && null == null",
    "'foobar'.contains('oba') && 'foo'.beginsWith('fo') && 'abxab'.endsWith('ab')",
    "'a.b.c'.replace('.', '-') == 'a-b-c' && 'Ab'.toLowerCase() == 'ab'",
    "'Ab'.toUpperCase() == 'AB' && 'abc'.length == 3 && '\\ud83d\\ude00'.length == 2",
    "'foo'.matches(/^f.o$/) && 'FOO'.matches(/foo/i) && !'foo'.matches(/^o/)",
    '\'a"b\' == "a\\"b"',
    "$capture == 'captured' && now == 1000",
    "auth.uid == 'bob' && auth.token.role == 'meter' && auth['uid'] == 'bob'",
    "auth.deep['a'].b == 'c' && auth.deep[auth.uid == 'bob' ? 'a' : 'z'].b == 'c'",
    "auth.missing.more == null && auth.n == 1 && auth.yes == true && auth.deep != null",
    "data.child('k').val() == 'v' && data.parent().child('n').val() == 5",
    "root.child('o').hasChildren() && root.child('o').hasChildren(['x', 'y'])",
    "!root.child('o').hasChildren(['x', 'z']) && root.hasChild('o/x') && !root.hasChild('o/z')",
    "root.child('s').isString() && root.child('n').isNumber() && root.child('b').isBoolean()",
    "!root.child('b').isNumber() && root.child('o').exists() && !root.child('zz').exists()",
    "root.child('o').val() != null && root.child('o').val() == root.child('o').val()",
    "root.child('o').getPriority() == null",
    "root.child('a@b.c').val() == null",
    "root.child('s').val().length == 7",
    "query.orderByKey && query.limitToFirst == null",
    "null <= null",
]
FALSE_OR_ERROR = [
    "false",
    "1 == 2",
    "'10' < '2' ? false : true",
    "auth.missing.contains('x')",
    "auth.missing.length > 0",
    "auth.n.length == 1",
    "auth.n.contains('1')",
    "auth.missing + 'x' == 'x'",
    "auth.yes + 1 == 2",
    "auth.missing < 1",
    "auth.uid < 1",
    "-auth.uid == 1",
    "root.parent().exists()",
    "root.child(auth.missing).exists()",
    "root.child('').exists()",
    "root.hasChildren([auth.missing])",
    "auth.missing.contains('x') || true",
    "!(auth.missing.contains('x'))",
    "query.limitToFirst <= 10",
]


@pytest.mark.parametrize("expression", TRUE)
def test_true(holds: Callable[..., bool], expression: str) -> None:
    assert holds(expression, DATA, BOB)


@pytest.mark.parametrize("expression", FALSE_OR_ERROR)
def test_false_or_in_error(holds: Callable[..., bool], expression: str) -> None:
    assert not holds(expression, DATA, BOB)


def test_short_circuits_never_reach_an_error(holds: Callable[..., bool]) -> None:
    assert holds("true || auth.x.contains('a')")
    assert not holds("false && auth.x.contains('a')")
    assert holds("!(false && auth.x.contains('a'))")


def test_nobody_signed_in_is_null(holds: Callable[..., bool]) -> None:
    assert holds("auth == null && auth.uid == null")
    assert not holds("auth != null", auth=None)


@pytest.mark.parametrize("value", [0, -1, 10**6, 1.5, 1e21, 1e-7, 123456789012345680000.0])
def test_numbers_read_as_in_javascript(holds: Callable[..., bool], value: Any) -> None:
    written = {1e21: "1e+21", 1e-7: "1e-7", 123456789012345680000.0: "123456789012345680000"}
    assert holds(f"root.child('v').val() + '' == '{written.get(value, value)}'", {"v": value})
