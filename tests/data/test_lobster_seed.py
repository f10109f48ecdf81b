"""Orders that rested before a LOBSTER file began are worked out from its book row and from later messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytrader.data import MarketData, read_lobster
from pytrader.errors import DataError

NAME = "ABC_2012-06-21_34200000_57600000_message_2.csv"
SYNTHETIC = 2**63


def read(folder: Path, messages: list[str], book: str | None) -> MarketData:
    path = folder / NAME
    path.write_text("\n".join(messages) + "\n")
    if book is not None:
        (folder / NAME.replace("message", "orderbook")).write_text(book + "\n")
    return read_lobster(path)


def at_start(data: MarketData) -> list[tuple[int, ...]]:
    rows = data.streams[0].to_array()
    return [
        tuple(int(row[name]) for name in ("side", "price", "quantity", "order_id"))
        for row in rows[(rows["flags"] & 32 != 0) & (rows["action"] == 1)]
    ]


def test_the_first_row_with_its_message_undone_is_the_book_before(tmp_path: Path) -> None:
    data = read(tmp_path, ["34200,1,11,18,1000000,1"], "1000200,50,1000000,58,1000300,7,999900,9")
    assert at_start(data) == [
        (1, 10_000, 40, SYNTHETIC),
        (1, 9_999, 9, SYNTHETIC + 1),
        (2, 10_002, 50, SYNTHETIC + 2),
        (2, 10_003, 7, SYNTHETIC + 3),
    ]


def test_a_first_message_that_is_left_out_needs_no_undoing(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        ["34200,5,0,9,1000150,1", "34201,1,11,18,1000000,1"],
        "1000200,50,1000000,58,1000300,7,999900,9",
    )
    assert (1, 10_000, 58, SYNTHETIC) in at_start(data)


def test_an_empty_level_of_the_book_row_holds_nothing(tmp_path: Path) -> None:
    data = read(tmp_path, ["34200,1,11,18,1000000,1"], "1000200,50,1000000,18,9999999999,0,-9999999999,0")
    assert at_start(data) == [(2, 10_002, 50, SYNTHETIC)]


def test_orders_named_later_take_their_part_of_the_level_and_the_rest_is_synthetic(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        ["34200,1,11,18,1000000,1", "34201,4,3,10,1000200,-1", "34202,3,3,5,1000200,-1"],
        "1000200,50,1000000,18,1000300,7,999900,9",
    )
    assert at_start(data) == [
        (1, 9_999, 9, SYNTHETIC),
        (2, 10_002, 35, SYNTHETIC + 1),
        (2, 10_003, 7, SYNTHETIC + 2),
        (2, 10_002, 15, 3),
    ]


def test_an_order_deeper_than_the_row_rests_from_the_start(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        ["34200,1,11,18,1000000,1", "34201,3,3,5,990000,1"],
        "1000200,50,1000000,18,1000300,7,999900,9",
    )
    assert (1, 9_900, 5, 3) in at_start(data)


def test_an_order_that_the_row_does_not_show_is_added_just_before_its_first_message(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        ["34200,1,11,18,1000000,1", "34201,3,3,5,1000100,1"],
        "1000200,50,1000000,18,1000300,7,999900,9",
    )
    rows = data.streams[0].to_array()[-3:]
    assert rows["action"].tolist() == [1, 1, 3]
    assert rows["order_id"].tolist() == [11, 3, 3]
    assert rows["flags"].tolist() == [128, 0, 128]
    assert rows["ts_event"][1] == rows["ts_event"][2]
    assert any("1 orders came unseen" in note for note in data.notes)


def test_an_order_that_would_have_been_met_before_its_first_message_came_unseen(tmp_path: Path) -> None:
    data = read(tmp_path, ["34200,1,11,18,1000000,-1", "34201,3,11,18,1000000,-1", "34202,3,3,5,1000100,1"], None)
    rows = data.streams[0].to_array()
    assert at_start(data) == []
    assert rows["order_id"][-2:].tolist() == [3, 3]


def test_the_start_is_a_clear_row_and_one_event(tmp_path: Path) -> None:
    data = read(tmp_path, ["34200,1,11,18,1000000,1"], "1000200,50,1000000,58,1000300,7,999900,9")
    rows = data.streams[0].to_array()
    assert rows["action"].tolist() == [7, 1, 1, 1, 1, 1]
    assert rows["flags"].tolist() == [32, 32, 32, 32, 32 | 128, 128]
    assert len(np.unique(rows["ts_event"])) == 1


def test_a_book_file_of_other_messages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="do they belong together"):
        read(tmp_path, ["34200,1,11,18,1000000,1"], "1000200,50,999900,58,1000300,7,999800,9")


def test_a_book_file_with_a_broken_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="4 per level"):
        read(tmp_path, ["34200,1,11,18,1000000,1"], "1000200,50,1000000")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("5853400,-5,5853300,18", "a displayed size is negative"),
        ("5853400,5,5853300,18,5853400,6,5853200,1", "not in order from the best one"),
        ("5853400,5,5853300,18,5853500,6,5853350,1", "not in order from the best one"),
    ],
)
def test_a_book_row_that_no_venue_shows_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, ["34200.1,1,11,18,5853300,1"], row)
