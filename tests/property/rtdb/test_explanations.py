"""Whatever a rule refuses can be explained: the explanation is JSON and never says `true`."""

from __future__ import annotations

import contextlib
import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN, Principal
from emulators.rtdb.core.write import merge, replace
from emulators.rtdb.errors import PermissionDeniedError
from emulators.rtdb.options import Limits
from emulators.rtdb.rules.errors import RulesRejectedError
from emulators.rtdb.tree.path import parse_path
from tests.conformance.rule_cases import NOW_MS, make_case


@given(st.integers(0, 2**32))
def test_every_refusal_is_explained(seed: int) -> None:
    case = make_case(Random(seed))
    database = Database("p", limits=Limits(), clock=lambda: NOW_MS)
    database.write(replace((), case.data), ADMIN)
    with contextlib.suppress(RulesRejectedError):
        database.set_rules(json.dumps(case.rules))
    path, who = parse_path(case.path), Principal(auth=case.auth)
    before = database.tree
    try:
        if case.operation == "read":
            database.read(path, who)
        elif case.operation == "update":
            database.write(merge(path, case.value), who)
        else:
            database.write(replace(path, case.value), who)
    except PermissionDeniedError:
        (record,) = database.denials.as_json()
        assert json.loads(json.dumps(record, allow_nan=False)) == record
        assert database.tree is before
        for refusal in record["refused_by"]:
            assert refusal["result"] == "false" or refusal["result"].startswith("error: ")
    else:
        assert database.denials.as_json() == []
