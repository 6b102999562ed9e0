"""Write the state tables of the domain into docs/data-model.md, between their markers.

The tables are data (lipamita.domain), so the document cannot tell another story. Run it
after changing a table: ``make fmt``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from lipamita.domain.order import ORDER_MOVES, OrderStatus
from lipamita.domain.payment import DELIVERY_MOVES, MOVES, DeliveryStatus, Status
from lipamita.domain.refund import REFUND_MOVES, RefundStatus

Move = tuple[str | None, str, str]  # from, cause, to
DOCUMENT = Path("docs/data-model.md")


def with_tables(text: str) -> str:
    """The document with its generated parts made anew. Raises ValueError if a marker is missing."""
    payments: list[Move] = [(None, "request accepted", Status.CREATED.value)]
    payments += [(move[0].value, move[1].value, move[2].value) for move in MOVES]
    deliveries: list[Move] = [(None, "payment created", DeliveryStatus.NONE.value)]
    deliveries += [(move[0].value, move[1].value, move[2].value) for move in DELIVERY_MOVES]
    refunds: list[Move] = [
        (None, "asked for", RefundStatus.REQUESTED.value),
        (None, "asked for, above the limit of one person", RefundStatus.WAITING.value),
    ]
    refunds += [(move[0].value, move[1].value, move[2].value) for move in REFUND_MOVES]
    orders: list[Move] = [(None, "asked for", OrderStatus.ASKED.value)]
    orders += [(move[0].value, move[1].value, move[2].value) for move in ORDER_MOVES]
    text = _replaced(text, "payment-states", _rendered(payments))
    text = _replaced(text, "order-states", _rendered(orders))
    text = _replaced(text, "refund-states", _rendered(refunds))
    return _replaced(text, "delivery-states", _rendered(deliveries))


def main() -> int:
    """Bring the document up to date."""
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text()))
    return 0


def _rendered(moves: Iterable[Move]) -> str:
    moves = list(moves)
    rows = "\n".join(f"| {start or '-'} | {cause} | {end} |" for start, cause, end in moves)
    arrows = "\n".join(f"    {start or '[*]'} --> {end}: {cause}" for start, cause, end in moves)
    return (
        f"| from | cause | to |\n|---|---|---|\n{rows}\n\n"
        f"```mermaid\nstateDiagram-v2\n{arrows}\n```"
    )


def _replaced(text: str, name: str, content: str) -> str:
    pattern = re.compile(f"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{DOCUMENT} has no markers for {name}")
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


if __name__ == "__main__":
    sys.exit(main())
