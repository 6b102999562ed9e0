"""Reports as tables, and the tables as CSV and PDF. Money is told in shillings with two digits."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import FontFace
from lipamita.adapters.csv_cell import csv_cell
from lipamita.domain.ledger import Totals
from lipamita.use_cases.read_books import DayTotals, TrialBalance

MARGIN_MM = 14
TITLE_PT, TEXT_PT = 15, 9
HEAD_COLOUR = (225, 232, 240)
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
REVENUE, LEVIES = "energy_revenue:", "levies_payable:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report: texts as they are shown. The first column is text, the others are numbers."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    last: tuple[str, ...]


def shillings(cents: int) -> str:
    """12345 -> 123.45, with thousands apart."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def daily_table(days: Iterable[DayTotals], *, title: str) -> Table:
    """One row a day: money in, energy sold, revenue, VAT and levies; and the sums."""
    rows, sums = list[tuple[str, ...]](), [0] * 5
    for day in days:
        figures = _figures(day.totals)
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append((day.day if day.closed else f"{day.day} (open)", *_shown(figures)))
    return Table(
        title=title,
        note="KES. Received is what the PayBill account gained; an open day can still change.",
        head=("Day", "Received", "kWh sold", "Revenue", "VAT", "Levies"),
        rows=tuple(rows),
        last=("Sum", *_shown(sums)),
    )


def balance_table(balance: TrialBalance) -> Table:
    """One row an account, debit above 0 and credit below; the sum must be 0.00."""
    cents = balance.balances.cents
    through = balance.closed_through or "never"
    return Table(
        title="Trial balance",
        note=f"KES. Debit above 0, credit below. Closed through: {through}.",
        head=("Account", "Balance"),
        rows=tuple((name, shillings(cents[name])) for name in sorted(cents)),
        last=("Sum", shillings(sum(cents.values()))),
    )


def write_csv(table: Table, path: Path) -> None:
    """The table with its head, without its sums: a spreadsheet makes those itself."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(table.head)
        rows.writerows([_plain(cell) for cell in row] for row in table.rows)


def _plain(cell: str) -> str | int:
    """A number without its thousands apart; any other text as text."""
    return cell.replace(",", "") if _NUMBER.fullmatch(cell) else csv_cell(cell)


def write_pdf(table: Table, path: Path) -> None:
    """A4 pages with the head on each, numbered."""
    document = _Document(table.title)
    document.add_page()
    document.set_font("helvetica", size=TEXT_PT)
    document.multi_cell(0, text=table.note, new_x="LMARGIN", new_y="NEXT")
    document.ln(3)
    aligned = ("LEFT", *["RIGHT"] * (len(table.head) - 1))
    style = FontFace(emphasis="BOLD", fill_color=HEAD_COLOUR)
    widths = (3, *[2] * (len(table.head) - 1))
    with document.table(
        headings_style=style,
        text_align=aligned,
        col_widths=widths,
        borders_layout="HORIZONTAL_LINES",
        line_height=TEXT_PT * 0.6,
    ) as drawn:
        for cells in (table.head, *table.rows):
            drawn.row(cells)
        drawn.row(table.last, style=style)
    document.output(str(path))


class _Document(FPDF):
    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self._title = title
        self.set_title(title)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 6)
        self.alias_nb_pages()

    def header(self) -> None:
        """The title, on every page."""
        self.set_font("helvetica", "B", TITLE_PT)
        self.cell(0, 10, self._title, new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-MARGIN_MM)
        self.set_font("helvetica", size=TEXT_PT)
        self.cell(0, 6, f"lipamita    {self.page_no()} / {{nb}}", align="R")


def _figures(totals: Totals) -> list[int]:
    cents = totals.cents
    return [
        cents.get("paybill_float", 0),
        -totals.energy_wh.get("energy_sold", 0),
        -_sum(totals, REVENUE),
        -cents.get("vat_payable", 0),
        -_sum(totals, LEVIES),
    ]


def _sum(totals: Totals, prefix: str) -> int:
    return sum(cents for name, cents in totals.cents.items() if name.startswith(prefix))


def _shown(figures: Sequence[int]) -> tuple[str, ...]:
    received, energy_wh, *others = figures
    energy = f"{abs(energy_wh) // 1000:,}.{abs(energy_wh) % 1000 // 100}"
    return (shillings(received), energy, *(shillings(cents) for cents in others))
