from __future__ import annotations

from pathlib import Path

import pytest

from emulators.suite.rules import located
from emulators.suite.seed import METADATA, SeedError, check_export_folder
from emulators.suite.table import Row, table


def test_the_table_has_aligned_columns() -> None:
    rows = [
        Row(name="rtdb", url="http://127.0.0.1:9000", what="namespace x"),
        Row(name="functions", url="http://127.0.0.1:5001", what=""),
    ]
    assert table(rows).splitlines() == [
        "  Emulator   Listens at",
        "  rtdb       http://127.0.0.1:9000  namespace x",
        "  functions  http://127.0.0.1:5001",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": "12:5: No such method/property \'x\'."}', "r.json:12:5: No such method"),
        ('{"error": "1:1: Parse error"}', "r.json:1:1: Parse error"),
        ('{"error": "too large"}', "r.json: too large"),
        ("<html>", "r.json: <html>"),
        ("[]", "r.json: []"),
    ],
)
def test_a_rules_error_becomes_file_line_column(body: str, said: str) -> None:
    assert located(Path("r.json"), body).startswith(said)


def test_only_exports_and_empty_folders_are_replaced(tmp_path: Path) -> None:
    check_export_folder(tmp_path / "new")
    check_export_folder(tmp_path)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(SeedError, match="not an export"):
        check_export_folder(tmp_path)
    (tmp_path / METADATA).write_text("{}")
    check_export_folder(tmp_path)
