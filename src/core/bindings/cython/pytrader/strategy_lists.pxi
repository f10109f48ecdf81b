# Orders that depend on one another: what a strategy writes down, and the lists that it becomes.

EXITS = ("take_profit", "take_profit_ticks", "stop_loss", "stop_loss_ticks")
cdef dict CONTINGENCY_BY_NAME = {
    **{member.name: <int>member.value for member in _core.Contingency if member.name != "ONE_TRIGGERS_OTHER"},
    "OCO": <int>Contingency.one_cancels_other,
    "OUO": <int>Contingency.one_updates_other_absolute,
}
cdef dict TRIGGER_MODES = {"partial": <int>OtoTriggerMode.partial, "full": <int>OtoTriggerMode.full}


@cython.auto_pickle(False)
cdef class ListedOrder:
    """An order that is written down, to be sent with others by ``self.submit_list``; see `Buy` and `Sell`."""

    cdef readonly object quantity
    cdef readonly object instrument
    cdef readonly dict arguments

    def __init__(self, quantity=None, instrument=None, **arguments):
        if type(self) is ListedOrder:
            raise TypeError("a listed order is a Buy or a Sell")
        exits = [name for name in EXITS if name in arguments]
        if exits:
            raise InvalidArgument(f"{exits[0]} goes with self.buy and self.sell: write the exits as orders of the list")
        self.quantity = quantity
        self.instrument = instrument
        self.arguments = arguments

    def __reduce__(self):
        return restored_listed_order, (type(self), self.quantity, self.instrument, self.arguments)

    def __repr__(self):
        given = [repr(value) for value in (self.quantity, self.instrument) if value is not None]
        given += [f"{name}={value!r}" for name, value in self.arguments.items()]
        return f"{type(self).__name__}({', '.join(given)})"


@cython.final
@cython.auto_pickle(False)
cdef class Buy(ListedOrder):
    """An order to buy, for ``self.submit_list``: what it is given is what ``self.buy`` takes."""


@cython.final
@cython.auto_pickle(False)
cdef class Sell(ListedOrder):
    """An order to sell, for ``self.submit_list``: what it is given is what ``self.sell`` takes."""


def restored_listed_order(kind, quantity, instrument, arguments):
    """A Buy or a Sell as it was pickled."""
    return kind(quantity, instrument, **arguments)


cdef Grid read_listed(Context context, order, NewOrder* into):
    if not isinstance(order, ListedOrder):
        raise InvalidArgument(f"a list is made of Buy(...) and Sell(...), got {order!r}")
    cdef ListedOrder given = <ListedOrder>order
    cdef dict terms = dict(given.arguments)
    return read_order(
        context, Side.buy if isinstance(given, Buy) else Side.sell, given.quantity, given.instrument,
        terms.pop("limit", None), terms.pop("time_in_force", None), terms.pop("post_only", False),
        terms.pop("reduce_only", False), terms.pop("tag", ""), terms.pop("quantity_lots", None),
        terms.pop("limit_ticks", None), terms, into,
    )


cdef list submit_orders(Context context, orders, contingency, parent, mode):
    cdef vector[NewOrder] commands
    cdef NewOrder command
    cdef Contingency among = Contingency.none
    if mode not in TRIGGER_MODES:
        raise InvalidArgument(f"trigger_mode must be 'partial' or 'full', got {mode!r}")
    if contingency is not None:
        among = <Contingency>read_member(CONTINGENCY_BY_NAME, contingency, "contingency")
    if isinstance(orders, ListedOrder):
        raise InvalidArgument(f"orders must be a list of Buy and Sell, got one: write [{orders!r}]")
    if parent is None and mode != "partial":
        raise InvalidArgument("trigger_mode says when orders follow their parent: give parent=, or leave it out")
    listed = list(orders)
    if not listed:
        raise InvalidArgument("a list needs at least one order beside its parent")
    grids = []
    if parent is not None:
        grids.append(read_listed(context, parent, &command))
        command.contingency = Contingency.one_triggers_other
        commands.push_back(command)
    for order in listed:
        grids.append(read_listed(context, order, &command))
        command.contingency = among
        commands.push_back(command)
    return send_list(context, commands, grids, <OtoTriggerMode><int>TRIGGER_MODES[mode])


cdef list send_list(Context context, vector[NewOrder]& commands, list grids, OtoTriggerMode mode):
    cdef u64 first
    cdef size_t place
    if commands.size() > LIST_ORDERS_MAX:
        raise InvalidArgument(f"a list has at most {LIST_ORDERS_MAX} orders, got {commands.size()}: send several lists")
    # The handles are there before the first event of the list is told.
    first = context.kernel.submit_list(commands, mode)
    return [context.follow(first + place, <Grid>grids[place], commands[place].tag) for place in range(commands.size())]


cdef object place_bracket(Context context, Grid grid, NewOrder& entry, dict exits):
    """The entry, and behind it the exits for what it trades: each takes from the other what it trades itself."""
    cdef vector[NewOrder] commands
    cdef NewOrder leave
    cdef bint buys = entry.side == Side.buy
    cdef i64 profit = read_price_term(grid, exits, "take_profit")
    cdef i64 loss = read_price_term(grid, exits, "stop_loss")
    if profit == kNoPrice and loss == kNoPrice:
        raise InvalidArgument("a bracket needs take_profit, stop_loss or both")
    cdef i64 start = entry.price
    if start == kNoPrice and entry.trigger_symbol == 0:
        start = entry.terms.stop_price
    check_bracket(grid, buys, loss, start, "stop_loss", "the entry's price")
    check_bracket(grid, buys, start, profit, "the entry's price", "take_profit")
    check_bracket(grid, buys, loss, profit, "stop_loss", "take_profit")
    entry.contingency = Contingency.one_triggers_other
    commands.push_back(entry)
    leave.strategy = entry.strategy
    leave.instrument = entry.instrument
    leave.tag = entry.tag
    leave.side = Side.sell if buys else Side.buy
    leave.quantity = entry.quantity
    leave.time_in_force = TimeInForce.gtc
    leave.flags = <unsigned short>kReduceOnly
    leave.contingency = Contingency.one_updates_other_absolute
    if profit != kNoPrice:
        leave.price = profit
        leave.order_type = OrderType.limit
        commands.push_back(leave)
    if loss != kNoPrice:
        leave.price = kNoPrice
        leave.terms.stop_price = loss
        leave.order_type = OrderType.stop
        commands.push_back(leave)
    handles = send_list(context, commands, [grid] * commands.size(), OtoTriggerMode.partial)
    cdef Order placed = <Order>handles[0]
    placed.bracket = tuple(handles[1:])
    return placed


cdef int check_bracket(Grid grid, bint buys, i64 low, i64 high, str low_name, str high_name) except -1:
    """That two prices lie as those of a bracket do: upwards for an entry that buys."""
    if low == kNoPrice or high == kNoPrice or (low < high if buys else low > high):
        return 0
    side, way = ("buys", "below") if buys else ("sells", "above")
    raise InvalidArgument(
        f"of an order that {side}, {low_name} must be {way} {high_name}, got {grid.price(low)} and {grid.price(high)}"
    )
