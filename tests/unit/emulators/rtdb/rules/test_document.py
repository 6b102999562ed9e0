from __future__ import annotations

import pytest

from emulators.rtdb.rules.document import read_document, to_json
from emulators.rtdb.rules.errors import RulesRejectedError, RulesSyntaxError
from emulators.rtdb.rules.tree import compile_rules


def test_comments_trailing_commas_and_long_strings_are_read() -> None:
    text = '\ufeff{ // one\n "a": /* two */ [1, true, null,],\n "b": "x\ny\\u0041\\n", }'
    assert to_json(read_document(text)) == {"a": [1.0, True, None], "b": "x\nyA\n"}


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a"}', '{"a":}', '{"a":1 "b":2}', '{"a":"\\x"}', '{"a":"open}', "nope", "{} {}",
     '{"a":1,"a":2}', "[" * 1000, "{a:1}", "/* open", '{"a":tru}'],
)  # fmt: skip
def test_malformed(text: str) -> None:
    with pytest.raises(RulesSyntaxError):
        read_document(text)


@pytest.mark.parametrize(
    "text",
    [
        "[]", "{}", '{"rules": 1}', '{"other": {}}', '{"rules": {".red": true}}',
        '{"rules": {".read": 1}}', '{"rules": {".read": null}}', '{"rules": {".indexOn": 1}}',
        '{"rules": {"a.b": {}}}', '{"rules": {"a": true}}', '{"rules": {"$a": {}, "$b": {}}}',
        '{"rules": {"$a": {"$a": {}}}}', '{"rules": {"$": {}}}',
    ],
)  # fmt: skip
def test_not_rules(text: str) -> None:
    with pytest.raises(RulesRejectedError, match=r"^\d+:\d+: Parse error: "):
        compile_rules(text)
