# A strategy's commands: read what the user wrote, refuse what is wrong before anything changes, hand the rest to the kernel.


cdef object place(Context context, Side side, quantity, instrument, limit, time_in_force, post_only, reduce_only, tag,
                  quantity_lots, limit_ticks, dict terms):
    cdef NewOrder order
    cdef u64 number
    cdef dict exits = None
    cdef object algorithm = None
    cdef Order placed
    cdef object tag_of_parent = tag
    check_tag(tag)
    if terms:
        exits = {name: terms.pop(name) for name in EXITS if name in terms}
        algorithm = terms.pop("algorithm", None)
        if algorithm is not None:
            check_algorithm(algorithm, exits)
            tag = ""  # which is entered when the algorithm has agreed
            time_in_force = "GTC" if time_in_force is None else time_in_force
    cdef Grid grid = read_order(context, side, quantity, instrument, limit, time_in_force, post_only, reduce_only, tag,
                                quantity_lots, limit_ticks, terms, &order)
    if exits:
        return place_bracket(context, grid, order, exits)
    if algorithm is not None:
        algorithm.prepare(grid.instrument, order.quantity, None if order.price == kNoPrice else order.price)
        order.flags |= <unsigned short>kAlgorithm
        order.tag = context.tag_index(<str>tag_of_parent)
    number = context.kernel.submit(order)
    placed = context.follow(number, grid, order.tag)
    if algorithm is not None:
        work_order(context, placed, <AlgorithmBase>algorithm)
    return placed


cdef int check_tag(tag) except -1:
    if not isinstance(tag, str):
        raise InvalidArgument(f"tag must be a text, got {tag!r}")
    return 0


cdef Grid read_order(Context context, Side side, quantity, instrument, limit, time_in_force, post_only, reduce_only, tag,
                     quantity_lots, limit_ticks, dict terms, NewOrder* into):
    cdef Grid grid = context.grid_of(instrument)
    cdef NewOrder order
    check_tag(tag)
    if type(post_only) is not bool or type(reduce_only) is not bool:
        raise InvalidArgument(f"post_only and reduce_only must be True or False, got {post_only!r} and {reduce_only!r}")
    order.client_order_id = 0
    order.strategy = context.index
    order.instrument = grid.index
    order.side = side
    order.quantity = read_lots(grid, quantity, quantity_lots)
    order.price = read_limit(grid, limit, limit_ticks)
    order.order_type = OrderType.market if order.price == kNoPrice else OrderType.limit
    order.flags = <unsigned short>((kPostOnly if post_only else 0) | (kReduceOnly if reduce_only else 0))
    if terms:
        read_terms(context, grid, &order, terms)
    order.time_in_force = read_time_in_force(time_in_force, order)
    order.tag = context.tag_index(tag)
    into[0] = order
    return grid


cdef object close_position(Context context, instrument, tag):
    cdef Grid grid = context.grid_of(instrument)
    cdef i64 lots = context.kernel.position(context.index, grid.index).quantity
    if lots == 0:
        return None
    return place(context, Side.sell if lots > 0 else Side.buy, None, grid.id, None, None, False, False, tag, abs(lots), None, NO_TERMS)


cdef bint cancel_order(Context context, order) except? False:
    cdef CancelRequest request
    cdef Order own = own_order(context, order, "cancel")
    request.client_order_id = own.number
    request.strategy = context.index
    return noted(context, context.kernel.cancel(request))


cdef bint replace_order(Context context, order, limit, quantity, stop, limit_ticks, quantity_lots, stop_ticks) except? False:
    cdef ReplaceRequest request
    cdef Order own = own_order(context, order, "replace")
    cdef const COrder* now = own.now()
    request.client_order_id = own.number
    request.strategy = context.index
    if all(given is None for given in (limit, limit_ticks, quantity, quantity_lots, stop, stop_ticks)):
        raise InvalidArgument(f"replace of {own.client_order_id} changes nothing: give limit=, stop= or quantity=")
    request.price = now.price
    if limit is not None or limit_ticks is not None:
        request.price = read_limit(own.grid, limit, limit_ticks)
    request.stop_price = now.stop_price()
    if stop is not None or stop_ticks is not None:
        request.stop_price = read_price_term(own.stop_grid, {"stop": stop, "stop_ticks": stop_ticks}, "stop")
    request.quantity = now.order_qty
    if quantity is not None or quantity_lots is not None:
        request.quantity = read_lots(own.grid, quantity, quantity_lots)
    return noted(context, context.kernel.replace(request))


cdef bint noted(Context context, bint sent) noexcept:
    context.refusal = context.kernel.last_refusal()
    return sent


cdef object bars_of(Context context, length, instrument):
    cdef Bars bars = series_of(context, length, context.grid_of(instrument))
    context.series.add(bars.series)
    return bars


cdef object past_of(Context context, what, Grid grid, count, start, end):
    if context.past is None:
        raise InvalidState("history: this run keeps no past")
    return context.past(what, grid.index, count, start, end)


cdef Bars series_of(Context context, length, Grid grid):
    cdef Bars bars = Bars.__new__(Bars)
    cdef i64 every = duration(length, "a bar's length")
    bars.context = context
    bars.grid = grid
    bars.length = every
    bars.series = add_bars(context.kernel[0], grid.index, every)
    return bars


cdef Order own_order(Context context, order, str verb):
    if not isinstance(order, Order):
        raise InvalidArgument(f"{verb} needs the handle that buy or sell returned, got {order!r}")
    cdef Order given = <Order>order
    if given.owner != context.name:
        raise InvalidArgument(f"{context.name} can not {verb} {given.client_order_id}: it is another strategy's")
    # Every run has grids of its own; another run's order may have the number of one of ours.
    if given.grid.index >= <u32>len(context.grids) or context.grids[given.grid.index] is not given.grid:
        raise InvalidArgument(f"{context.name} can not {verb} {given.client_order_id}: it is another run's")
    return given


cdef i64 read_lots(Grid grid, quantity, quantity_lots) except? -1:
    cdef i64 lots
    if (quantity is None) == (quantity_lots is None):
        raise InvalidArgument("an order needs either quantity or quantity_lots")
    lots = grid.lots(quantity, "quantity") if quantity_lots is None else as_i64(quantity_lots, "quantity_lots")
    if lots <= 0:
        given = quantity if quantity_lots is None else f"{quantity_lots} lots"
        raise InvalidArgument(f"quantity must be positive, got {given}: use sell to sell")
    return lots


cdef i64 read_limit(Grid grid, limit, limit_ticks) except? -1:
    if limit is not None:
        if limit_ticks is not None:
            raise InvalidArgument("give limit or limit_ticks, not both")
        return grid.ticks(limit, "limit")
    if limit_ticks is None:
        return kNoPrice
    cdef i64 ticks = as_i64(limit_ticks, "limit_ticks")
    if ticks == kNoPrice:
        raise InvalidArgument(f"limit_ticks must be above {kNoPrice}, which stands for no price at all")
    return ticks


cdef Side read_side(side) except *:
    if side in ("buy", "BUY") or side is SIDES[<int>Side.buy]:
        return Side.buy
    if side in ("sell", "SELL") or side is SIDES[<int>Side.sell]:
        return Side.sell
    raise InvalidArgument(f"side must be 'buy' or 'sell', got {side!r}")
