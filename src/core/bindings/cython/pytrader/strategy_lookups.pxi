# How a strategy finds its orders: by id, and by what they share.

cdef dict ORDER_GROUPS = {
    "open": OrderGroup.open, "closed": OrderGroup.closed, "emulated": OrderGroup.emulated,
    "in_flight": OrderGroup.in_flight,
}


cdef int read_tags(Context context, tag, OrderQuery* query) except -1:
    """The numbers of the tags that `tag` matches: its own, or with wildcards those of open orders."""
    cdef vector[u32] open_tags
    cdef u32 number
    if not isinstance(tag, str):
        raise InvalidArgument(f"tag must be a text, got {tag!r}")
    query.has_tags = True
    if not any(mark in tag for mark in "*?["):
        known = context.tags.get(tag) if tag else 0
        if known is not None:
            query.tags.push_back(<u32>known)
        return 0
    if query.group == OrderGroup.closed:
        for known, label in context.labels.items():
            if fnmatchcase(label[0], tag):
                query.tags.push_back(<u32>known)
        return 0
    find_open_tags(context.kernel[0], context.index, open_tags)
    for number in open_tags:
        if fnmatchcase(context.label_of(number)[0], tag):
            query.tags.push_back(number)
    return 0


cdef int read_query(Context context, side, tag, instrument, status, OrderQuery* query) except -1:
    group = ORDER_GROUPS.get(status) if isinstance(status, str) else None
    if group is None:
        raise InvalidArgument(f"status must be one of {', '.join(ORDER_GROUPS)}, got {status!r}")
    query.strategy = context.index
    query.group = <OrderGroup><int>group
    if instrument is not None:
        query.has_instrument = True
        query.instrument = context.grid_of(instrument).index
    if side is not None:
        query.has_side = True
        query.side = read_side(side)
    if tag is not None:
        read_tags(context, tag, query)
    return 0


cdef list orders_matching(Context context, side, tag, instrument, status):
    cdef OrderQuery query
    cdef vector[u64] found
    cdef u64 number
    read_query(context, side, tag, instrument, status, &query)
    find_orders(context.kernel[0], query, found)
    return [context.order_of(number) for number in found]


cdef object order_by_id(Context context, given, instrument):
    cdef const COrder* record
    cdef u64 number
    if isinstance(given, str):
        name, _, digits = given.rpartition("-")
        if not name or not digits.isascii() or not digits.isdigit():
            raise InvalidArgument(f"a client order id is like '{context.name}-12', got {given!r}")
        if name != context.name or len(digits) > 19:
            return None
        number = <u64>int(digits)
    else:
        venue_number = as_i64(given, "venue_order_id")
        number = find_venue_number(context.kernel[0], context.grid_of(instrument).index, <u64>venue_number)
    record = context.kernel.order(number)
    if record == NULL or record.strategy != context.index:
        return None
    return context.order_of(number)


cdef int cancel_matching(Context context, side, tag, instrument) except -1:
    cdef OrderQuery query
    cdef vector[u64] found
    cdef vector[u64] wanted
    cdef u64 number
    cdef int count
    read_query(context, side, tag, instrument, "open", &query)
    find_orders(context.kernel[0], query, found)
    for number in found:
        if is_cancelable(context.kernel.order(number).ord_status):
            context.order_of(number)
            wanted.push_back(number)
    if wanted.empty():
        return 0
    count = <int>context.kernel.cancel_all(context.index, wanted)
    context.refusal = context.kernel.last_refusal()
    return count
