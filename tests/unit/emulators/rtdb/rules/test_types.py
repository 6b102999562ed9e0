"""What is refused at upload, with line and column."""

from __future__ import annotations

import json

import pytest

from emulators.rtdb.rules.errors import RulesRejectedError
from emulators.rtdb.rules.tree import compile_rules

REFUSED = [
    "7", "'foo'", "auth", "auth.x", "data.val()", "auth.x && true", "true || data.val()",
    "!auth.x", "data.val() ? true : false", "auth.a == 1 ? 7 : true", "var foo = 8", "root = 5",
    "true; false", "(2**2) == 4", "+1 == 1", "skies == 'blue'", "$unknown == 'a'", "",
    "data == null", "data != newData", "data.child('a') != null", "data.val() > true",
    "1 < 'a'", "1 + true == 2", "1 + null == 1", "'a' - 1 == 0", "-'a' == 1",
    "data.hasChildren('a', 'b')", "data.hasChildren([])", "data.hasChildren(['a', 7])",
    "data.hasChildren(data.val())", "data.child(7).exists()", "data.child().exists()",
    "data.exists", "data.nothing()", "data.val().nothing()", "data.val().nothing == 1",
    "auth.x.nothing()", "'a'.contains(7)", "'a'.matches('a')", "'a'.replace('b') == 'a'",
    "data['chi' + 'ld']('a').exists()", "'a'['le' + 'ngth'] == 1", "auth[7] == 1",
    "[1] == [1]", "/a/ == 'a'", "query.foo == 1", "query.startAfter == 1", "exists()", "(true",
    "true)", "'open", "data.val().matches(/open)", "@", "a..b", "[", "now.x == 1",
    "data.val().matches(/bar/ig)", "(true ? data : auth).contains('a')",
    "0x" + "f" * 5000 + " == 1",
    "(true ? data : null).exists()", "(true ? query : data).orderByKey",
]  # fmt: skip
ACCEPTED = [
    "data.exists() && query.orderByChild == 'a' && query.limitToLast <= 5",
    "data['child']('a').exists()",
    "'a'['length'] == 1",
    "(auth.x == true) ? data.exists() : false",
    "data.val().length > 1 && auth.a[auth.b] == null",
    "// comment\n true /* another */",
    "root.child('x').val()\n .contains('y')",
    "data.child(auth.uid + '/' + $id).val() === true && now - 5 < data.val()",
]


def refusal(expression: str) -> str:
    with pytest.raises(RulesRejectedError) as caught:
        compile_rules(json.dumps({"rules": {"$id": {".read": expression}}}))
    return str(caught.value)


@pytest.mark.parametrize("expression", REFUSED)
def test_refused(expression: str) -> None:
    assert "Parse error" in refusal(expression)


@pytest.mark.parametrize("expression", ACCEPTED)
def test_accepted(expression: str) -> None:
    compile_rules(json.dumps({"rules": {"$id": {".read": expression}}}))


def test_read_rules_have_no_new_data_and_write_rules_no_query() -> None:
    for kind, expression in ((".read", "newData.exists()"), (".write", "query.orderByKey")):
        with pytest.raises(RulesRejectedError):
            compile_rules(json.dumps({"rules": {kind: expression}}))


def test_errors_are_told_by_line_and_column() -> None:
    text = '{\n  // fine\n  "rules": {\n    ".read": "auth != null && \\"x\\" == nope"\n  }\n}'
    with pytest.raises(RulesRejectedError, match=r"^4:40: Parse error: Unknown variable 'nope'$"):
        compile_rules(text)


def test_a_deeply_nested_expression_is_refused_not_fatal() -> None:
    assert "too deeply" in refusal("(" * 5000 + "true" + ")" * 5000)
    assert "too deeply" in refusal("1" + " + 1" * 5000 + " == 1")
    assert "too deeply" in refusal("!" * 5000 + "true")
    compile_rules(json.dumps({"rules": {".read": " && ".join(["true"] * 5000)}}))
