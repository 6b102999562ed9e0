"""The state tables in the document are the ones in the code."""

from __future__ import annotations

import pytest

from tools.state_tables import DOCUMENT, with_tables


def test_the_document_shows_the_tables_of_the_code() -> None:
    text = DOCUMENT.read_text()
    assert with_tables(text) == text, "run: make fmt"


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="payment-states"):
        with_tables("nothing here")
