"""Tables: each row is a sentence that says what its values are, and rows that were left out are told."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_documents import xlsx_of

from audiokit.documents.document import Document
from audiokit.documents.extract import extract
from audiokit.documents.limits import Limits
from audiokit.errors import EmptyDocument

MIDNIGHT = dt.datetime.fromisoformat("2026-01-02")  # spreadsheets know no time zone
cells = st.text(alphabet="abc XYZ019,;\"'\n-é", max_size=12)


def told(document: Document) -> list[tuple[str, str]]:
    return [(passage.mark, passage.text) for passage in document.passages]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_rows_become_sentences_whatever_parts_them(delimiter: str, encoding: str) -> None:
    text = "Ville;Où;Prix\r\nZoé;là-bas;3,5\r\nAmélie;;7\r\n".replace(";", delimiter).replace("3,5", '"3,5"')

    document = extract(text.encode(encoding), "a.csv")

    assert told(document) == [("rows 2-3", "Ville: Zoé; Où: là-bas; Prix: 3,5.\nVille: Amélie; Prix: 7.")]


def test_a_table_without_names_says_its_values_alone() -> None:
    assert told(extract(b"1,2\n3,4\n", "a.csv")) == [("rows 1-2", "1; 2.\n3; 4.")]


def test_a_caption_over_the_names_is_no_name() -> None:
    assert told(extract(b"Stanley Cups,,\nTeam,Place,Cups\nBlues,STL,1\n", "a.csv")) == [
        ("rows 1-3", "Stanley Cups.\nTeam: Blues; Place: STL; Cups: 1.")
    ]


def test_every_forty_rows_are_a_passage() -> None:
    data = "name,n\n" + "".join(f"row {n},{n}\n" for n in range(90))

    assert [mark for mark, _ in told(extract(data.encode(), "a.csv"))] == ["rows 2-41", "rows 42-81", "rows 82-91"]


@pytest.mark.parametrize("names", ["name,n\n", ""])
def test_rows_that_were_left_out_are_counted(names: str) -> None:
    data = names + "".join(f"{n},{n}\n" for n in range(25))

    document = extract(data.encode(), "a.csv", Limits(max_rows=10))

    assert document.notes == ("Of the table, the first 10 rows were read; 15 were left out.",)
    assert len(document.text.split("\n")) == 10


def test_columns_that_were_left_out_are_told() -> None:
    row = ",".join(f"c{n}" for n in range(120))

    assert extract(f"{row}\n{row}\n".encode(), "a.csv").notes == (
        "Of the table, the first 100 columns were read; there are more.",
    )


def test_a_quote_that_never_ends_does_not_end_the_reading() -> None:
    assert "Blues" in extract(b'Team,Cups\nBlues,1\n"Flyers,2\n', "a.csv").text


def test_a_table_of_nothing_is_empty() -> None:
    with pytest.raises(EmptyDocument):
        extract(b",,\n,,\n", "a.csv")


@settings(deadline=None)
@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8))
def test_every_value_is_said_but_names_over_nothing(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    if not any(cell.strip() for row in rows for cell in row):
        return

    text = extract(file.getvalue().encode(), "a.csv").text

    told = [[" ".join(cell.split()) for cell in row] for row in rows]
    missing = [(n, column) for n, row in enumerate(told) for column, cell in enumerate(row) if cell not in text]
    assert len({n for n, _ in missing}) <= 1
    assert not any(cell for n, column in missing for row in told[n + 1 :] for cell in row[column : column + 1])


def test_sheets_have_marks_of_their_own_and_values_as_they_are_read() -> None:
    data = xlsx_of({
        "Prices": [["What", "When", "How much", "Paid"], ["rent", MIDNIGHT, 0.1 + 0.2, True]],
        "Empty": [],
        "More": [["What", "At"], [None, None], ["tea", MIDNIGHT + dt.timedelta(hours=15.5)]],
    })  # fmt: skip

    assert told(extract(data, "a.xlsx")) == [
        ("sheet Prices, row 2", "What: rent; When: 2026-01-02; How much: 0.3; Paid: yes."),
        ("sheet More, row 3", "What: tea; At: 2026-01-02 15:30."),
    ]


def test_rows_of_a_sheet_that_were_left_out_are_counted() -> None:
    data = xlsx_of({"Prices": [["What"], *([n] for n in range(30))]})

    assert extract(data, "a.xlsx", Limits(max_rows=20)).notes == (
        "Of sheet Prices, the first 20 rows were read; 10 were left out.",
    )


def test_a_workbook_of_many_sheets_is_read_in_part() -> None:
    data = xlsx_of({f"Sheet {n}": [["value"], [n]] for n in range(5)})

    document = extract(data, "a.xlsx", Limits(max_sheets=3))

    assert len(document.passages) == 3
    assert document.notes == ("The first 3 of 5 sheets were read.",)
