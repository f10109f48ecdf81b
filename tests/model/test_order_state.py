"""The order state table, exhaustively: properties of every edge, and the table in the documentation."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from pytrader.model import ExecType, OrderStatus, RejectReason, next_status, reason_text

IN_THE_CORE = {OrderStatus.EMULATED, OrderStatus.RELEASED}
AT_THE_VENUE = {
    OrderStatus.PENDING_NEW,
    OrderStatus.NEW,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.PENDING_CANCEL,
    OrderStatus.PENDING_REPLACE,
}
OPEN = IN_THE_CORE | AT_THE_VENUE
ENDED = {OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED}
PENDING_REQUEST = {OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE}
EDGES = list(itertools.product(OrderStatus, ExecType, (False, True), (False, True)))


def after(
    status: OrderStatus, exec_type: ExecType, has_fills: bool = False, fills_completely: bool = False
) -> OrderStatus | None:
    return next_status(status, exec_type, has_fills=has_fills, fills_completely=fills_completely)


def test_legality_depends_on_status_and_event_alone() -> None:
    for status, exec_type in itertools.product(OrderStatus, ExecType):
        outcomes = {after(status, exec_type, *rest) is None for rest in itertools.product((False, True), repeat=2)}
        assert len(outcomes) == 1, (status, exec_type)


def test_an_order_that_ended_never_opens_again() -> None:
    for status, exec_type, *rest in EDGES:
        if status in ENDED:
            assert after(status, exec_type, *rest) in (None, status, OrderStatus.FILLED)
        if status is OrderStatus.DENIED:
            assert after(status, exec_type, *rest) is None


def test_a_filled_order_opens_again_only_if_its_trades_shrink_or_its_quantity_grows() -> None:
    for exec_type in ExecType:
        following = after(OrderStatus.FILLED, exec_type, True, False)
        grows = exec_type.name in ("NEW", "REPLACED", "RESTATED", "TRADE_CORRECT", "TRADE_CANCEL")
        assert (following is OrderStatus.PARTIALLY_FILLED) == grows


def test_only_a_trade_a_new_quantity_or_the_end_of_a_replace_fills_an_order() -> None:
    grows = (ExecType.TRADE, ExecType.TRADE_CORRECT, ExecType.REPLACED, ExecType.RESTATED)
    ends = (ExecType.REPLACE_REJECTED, ExecType.CANCELED, ExecType.REJECTED, ExecType.EXPIRED)
    for status, exec_type, has_fills, completes in EDGES:
        if status in OPEN and after(status, exec_type, has_fills, completes) is OrderStatus.FILLED:
            assert completes
            assert exec_type in grows or (status in PENDING_REQUEST and exec_type in ends)


def test_every_order_at_a_venue_can_trade_be_canceled_and_expire() -> None:
    for status in AT_THE_VENUE:
        assert after(status, ExecType.TRADE, fills_completely=True) is OrderStatus.FILLED
        assert after(status, ExecType.CANCELED) is OrderStatus.CANCELED
        assert after(status, ExecType.EXPIRED) is OrderStatus.EXPIRED


def test_what_the_core_holds_does_not_trade() -> None:
    for status in IN_THE_CORE:
        assert after(status, ExecType.TRADE) is None


def test_one_request_at_a_time_but_a_cancel_may_overtake_a_replace() -> None:
    for status in PENDING_REQUEST:
        assert after(status, ExecType.PENDING_REPLACE) is None
    assert after(OrderStatus.PENDING_CANCEL, ExecType.PENDING_CANCEL) is None
    assert after(OrderStatus.PENDING_REPLACE, ExecType.PENDING_CANCEL) is OrderStatus.PENDING_CANCEL


def test_working_statuses_tell_whether_the_order_has_traded() -> None:
    for status, exec_type, has_fills, completes in EDGES:
        following = after(status, exec_type, has_fills, completes)
        if status in PENDING_REQUEST and exec_type is not ExecType.TRADE:
            assert following is not OrderStatus.NEW or not has_fills
            assert following is not OrderStatus.PARTIALLY_FILLED or has_fills


def test_denial_and_sending_happen_only_to_orders_that_never_left() -> None:
    never_left = {OrderStatus.INITIALIZED, *IN_THE_CORE}
    for status in OrderStatus:
        assert (after(status, ExecType.DENIED) is not None) == (status in never_left)
        assert (after(status, ExecType.PENDING_NEW) is not None) == (status in never_left - {OrderStatus.EMULATED})


def cell(status: OrderStatus, exec_type: ExecType) -> str:
    """What the documentation's table shows for an edge: one status, several by the case, or nothing."""
    found = [after(status, exec_type, *rest) for rest in itertools.product((False, True), repeat=2)]
    return " / ".join(dict.fromkeys(str(each) for each in found if each is not None))


def state_table() -> str:
    lines = ["| status | event | next |", "|---|---|---|"]
    for status, exec_type in itertools.product(OrderStatus, ExecType):
        if following := cell(status, exec_type):
            lines.append(f"| {status} | {exec_type} | {following} |")
    return "\n".join(lines)


def reason_table() -> str:
    lines = ["| code | name | meaning |", "|---|---|---|"]
    lines += [f"| {int(reason)} | {reason} | {reason_text(reason)} |" for reason in RejectReason]
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "table"), [("state", state_table()), ("reason", reason_table())])
def test_the_documented_table_is_the_one_in_force(name: str, table: str, repository: Path) -> None:
    text = (repository / "docs" / "orders.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} table -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert found is not None
    assert found[1] == table, f"docs/orders.md: put this {name} table there:\n{table}"
