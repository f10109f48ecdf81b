# What an order asks for beyond side, quantity and limit: from the keywords of buy and sell into the kernel's terms.

TERMS = (
    "order_type", "stop", "stop_ticks", "touch", "touch_ticks", "trigger", "trigger_symbol", "emulate", "trail", "trail_ticks",
    "trail_step", "trail_limit", "activation", "display_qty", "display_range", "min_qty", "hidden", "all_or_none",
    "peg", "peg_offset", "expire_time", "self_trade",
)
cdef tuple PLAIN_ARGUMENTS = (
    "quantity", "instrument", "limit", "time_in_force", "post_only", "reduce_only", "tag", "quantity_lots", "limit_ticks"
)
cdef frozenset KNOWN_TERMS = frozenset(TERMS)
cdef dict PEGS = {"primary": 1, "midpoint": 2}


cdef int read_member(dict by_name, given, str what) except -1:
    """A member of an enumeration by its text in any case, or the member itself."""
    found = by_name.get(given.upper() if isinstance(given, str) else getattr(given, "name", None))
    if found is None:
        raise InvalidArgument(f"{what} must be one of {', '.join(by_name)}, got {given!r}")
    return <int>found


cdef unsigned int read_flag(dict given, str name, unsigned int flag) except? 1:
    value = given.get(name, False)
    if type(value) is not bool:
        raise InvalidArgument(f"{name} must be True or False, got {value!r}")
    return flag if value else 0


cdef i64 read_price_term(Grid grid, dict given, str name) except? -1:
    """The price under `name`, or under `name`_ticks, in ticks; kNoPrice where neither is given."""
    cdef str in_ticks = name + "_ticks"
    price = given.get(name)
    whole = given.get(in_ticks)
    if price is not None and whole is not None:
        raise InvalidArgument(f"give {name} or {in_ticks}, not both")
    if price is not None:
        return grid.ticks(price, name)
    if whole is None:
        return kNoPrice
    cdef i64 ticks = as_i64(whole, in_ticks)
    if ticks == kNoPrice:
        raise InvalidArgument(f"{in_ticks} must be above {kNoPrice}, which stands for no price at all")
    return ticks


cdef i64 read_offset(Grid grid, value, bint basis_points, str what) except? -1:
    """A distance: of prices in ticks, or a text such as "25bp" in basis points."""
    cdef i64 distance
    points = isinstance(value, str) and value.endswith("bp")
    if points != basis_points:
        raise InvalidArgument(f"{what} must be in the unit of trail, {'basis points' if basis_points else 'prices'}, got {value!r}")
    if points:
        if not value[:-2].isascii() or not value[:-2].isdigit():
            raise InvalidArgument(f"{what} in basis points must be like '25bp', got {value!r}")
        distance = as_i64(int(value[:-2]), what)
    else:
        distance = grid.ticks(value, what)
    if distance < 1:
        raise InvalidArgument(f"{what} must be positive, got {value!r}")
    return distance


# `grid` is that of the price that the order waits for, from here to read_type.
cdef int read_trailing(Grid grid, NewOrder* order, dict given) except -1:
    cdef object trail = given.get("trail")
    cdef bint points = isinstance(trail, str) and trail.endswith("bp")
    if trail is not None and given.get("trail_ticks") is not None:
        raise InvalidArgument("give trail or trail_ticks, not both")
    if points and order.trigger_symbol != 0:
        raise InvalidArgument(
            f"trail={trail!r} is a share of the price of {grid.id}, which may be zero or below: give a distance in prices"
        )
    if trail is not None:
        order.terms.trailing_offset = read_offset(grid, trail, points, "trail")
    else:
        order.terms.trailing_offset = as_i64(given["trail_ticks"], "trail_ticks")
        if order.terms.trailing_offset < 1:
            raise InvalidArgument(f"trail_ticks must be positive, got {given['trail_ticks']!r}")
    order.terms.trailing_unit = points
    if given.get("trail_step") is not None:
        order.terms.trailing_step = read_offset(grid, given["trail_step"], points, "trail_step")
    order.terms.activation_price = read_price_term(grid, given, "activation")
    if order.price != kNoPrice:
        raise InvalidArgument("a trailing order has no limit of its own: give trail_limit, the distance from stop to limit")
    if given.get("trail_limit") is None:
        order.order_type = OrderType.trailing_stop
        return 0
    if order.trigger_symbol != 0:
        raise InvalidArgument(
            f"trail_limit counts the limit from the stop, which is a price of {grid.id}: leave it out, the order then"
            " enters as a market order"
        )
    order.terms.limit_offset = grid.ticks(given["trail_limit"], "trail_limit")
    if order.terms.limit_offset < 0:
        raise InvalidArgument(f"trail_limit must not be negative, got {given['trail_limit']!r}")
    order.order_type = OrderType.trailing_stop_limit
    return 0


cdef int read_quantities(Grid grid, NewOrder* order, dict given) except -1:
    for name in ("display_qty", "display_range", "min_qty"):
        if given.get(name) is None:
            continue
        lots = grid.lots(given[name], name)
        if lots < (0 if name == "display_range" else 1):
            raise InvalidArgument(f"{name} must be positive, got {given[name]!r}")
        if name == "display_qty":
            order.terms.display_qty = lots
        elif name == "display_range":
            order.terms.display_range = lots
        else:
            order.terms.min_qty = lots
    return 0


cdef int read_peg(Grid grid, NewOrder* order, dict given) except -1:
    found = PEGS.get(given["peg"])
    if found is None:
        raise InvalidArgument(f"peg must be 'primary' or 'midpoint', got {given['peg']!r}")
    order.terms.peg_type = found
    if given.get("peg_offset") is not None:
        order.terms.peg_offset = grid.ticks(given["peg_offset"], "peg_offset")
    order.order_type = OrderType.pegged
    return 0


cdef int read_type(Grid grid, Grid stop_grid, NewOrder* order, dict given) except -1:
    """The order's type, from what is given; an explicit one must agree."""
    cdef bint limited = order.price != kNoPrice
    waits = [name for name in ("stop", "touch", "trail") if given.get(name) is not None or given.get(name + "_ticks") is not None]
    if given.get("peg") is not None:
        waits.append("peg")
    if len(waits) > 1:
        raise InvalidArgument(f"an order can have one of stop, touch, trail and peg, got {' and '.join(waits)}")
    if "stop" in waits:
        order.terms.stop_price = read_price_term(stop_grid, given, "stop")
        order.order_type = OrderType.stop_limit if limited else OrderType.stop
    elif "touch" in waits:
        order.terms.stop_price = read_price_term(stop_grid, given, "touch")
        order.order_type = OrderType.limit_if_touched if limited else OrderType.market_if_touched
    elif "trail" in waits:
        read_trailing(stop_grid, order, given)
    elif "peg" in waits:
        read_peg(grid, order, given)
    if "trail" not in waits:
        for name in ("trail_step", "trail_limit", "activation"):
            if given.get(name) is not None:
                raise InvalidArgument(f"{name} goes with trail only")
    if "peg" not in waits and given.get("peg_offset") is not None:
        raise InvalidArgument("peg_offset goes with peg only")
    wanted = given.get("order_type")
    if wanted is None:
        return 0
    cdef OrderType named = <OrderType>read_member(ORDER_TYPE_BY_NAME, wanted, "order_type")
    if waits and named != order.order_type:
        raise InvalidArgument(f"order_type {wanted!r} does not go with {waits[0]}: leave it out")
    if not waits:
        order.order_type = named
    return 0


cdef i64 read_time(value, str what) except? -1:
    """Nanoseconds since 1970 UTC, from an int or from a time-zone aware datetime."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidArgument(f"{what} must have a time zone, got {value!r}: add tzinfo=timezone.utc")
        since = value - datetime(1970, 1, 1, tzinfo=timezone.utc)
        return as_i64((since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000, what)
    return as_i64(value, what)


cdef object unknown_argument(str name):
    from difflib import get_close_matches

    if name == "algorithm":
        return TypeError("no algorithm works an order of a list or a child: send it by itself, with self.buy or self.sell")
    known = (*PLAIN_ARGUMENTS, *TERMS, *EXITS, "algorithm")
    near = get_close_matches(name, known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return TypeError(f"an order has no argument {name!r}{hint}: it has {', '.join(known)}")


cdef int read_terms(Context context, Grid grid, NewOrder* order, dict given) except -1:
    cdef Synthetic synthetic
    cdef Grid stop_grid = grid
    unknown = [name for name in given if name not in KNOWN_TERMS]
    if unknown:
        raise unknown_argument(unknown[0])
    if given.get("trigger_symbol") is not None:
        synthetic = find_synthetic(context, given["trigger_symbol"])
        order.trigger_symbol = synthetic.number
        stop_grid = synthetic.grid
    read_type(grid, stop_grid, order, given)
    read_quantities(grid, order, given)
    order.flags |= <unsigned short>(
        read_flag(given, "hidden", kHidden) | read_flag(given, "all_or_none", kAllOrNone)
        | read_flag(given, "emulate", kEmulate)
    )
    if given.get("trigger") is not None:
        order.trigger_type = <TriggerType>read_member(TRIGGER_TYPE_BY_NAME, given["trigger"], "trigger")
    if given.get("self_trade") is not None:
        order.self_trade = <SelfTrade>read_member(SELF_TRADE_BY_NAME, given["self_trade"], "self_trade")
    if given.get("expire_time") is not None:
        order.terms.expire_time = read_time(given["expire_time"], "expire_time")
    return 0


cdef TimeInForce read_time_in_force(given, const NewOrder& order) except *:
    if given is not None:
        return <TimeInForce>read_member(TIME_IN_FORCE_BY_NAME, given, "time_in_force")
    if order.terms.expire_time != 0:
        return TimeInForce.gtd
    if order.price == kNoPrice and (order.order_type == OrderType.market or order.order_type == OrderType.market_with_protection):
        return TimeInForce.ioc
    return TimeInForce.gtc
