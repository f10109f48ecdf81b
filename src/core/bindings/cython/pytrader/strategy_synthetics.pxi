# Synthetic prices: what a strategy writes down as a formula, and the handle that orders name.


class SyntheticSteps(NamedTuple):
    """What a grid is made from, of a synthetic price."""

    id: str
    tick_size: object
    lot_size: int = 1
    multiplier: int = 1
    quote_currency: None = None


@cython.final
cdef class Synthetic:
    """A price that the core computes from those of several instruments; made by ``self.synthetic``.

    Orders wait for it: ``self.sell(1, "ESZ6.XCME", stop="-1.25", trigger="bid_ask", trigger_symbol=spread)``.
    It tells its bid and ask; last trades, mids and marks are computed only where orders wait for them.
    """

    def __reduce__(self):
        raise bound_to_run(self)

    cdef object rounded(self, i64 ticks):
        return None if ticks == kNoPrice else self.grid.price(ticks)

    @property
    def name(self):
        """What it is called by."""
        return self.grid.id

    @property
    def bid(self):
        """What selling it brings now, down to a whole tick; None where a component has no such price."""
        self.context.readable("a synthetic's bid")
        return self.rounded(synthetic_bid(self.context.kernel[0], self.number))

    @property
    def ask(self):
        """What buying it costs now, up to a whole tick; None where a component has no such price."""
        self.context.readable("a synthetic's ask")
        return self.rounded(synthetic_ask(self.context.kernel[0], self.number))

    def __repr__(self):
        return f"<Synthetic {self.name} tick_size={self.tick_size}>"


cdef int add_component(Context context, SyntheticDefinition* into, str name, instrument, weight) except -1:
    cdef SyntheticComponent component
    cdef Grid grid = context.grid_of("" if instrument is None else instrument)
    component.instrument = grid.index
    if weight is not None:
        if isinstance(weight, bool):
            raise TypeError(f"the weight of {grid.id} in {name} must be an exact number, got {weight!r}")
        component.weight = number_of(weight, f"the weight of {grid.id} in {name}")
    into.components.push_back(component)
    return 0


cdef Synthetic synthetic_of(Context context, name, components, ratio, tick_size):
    cdef SyntheticDefinition definition
    cdef Synthetic made = Synthetic.__new__(Synthetic)
    if not isinstance(name, str):
        raise InvalidArgument(f"a synthetic's name must be a text, got {name!r}")
    # Nor can half a surrogate pair be printed.
    if " " in name or not name.isprintable():
        raise InvalidArgument(f"a synthetic's name must be of letters that can be printed, and no blanks, got {name!r}")
    if (components is None) == (ratio is None):
        raise InvalidArgument(f"{name} needs either components, a weight for each instrument, or ratio=(one, other)")
    definition.name = name.encode()
    definition.tick_size = number_of(tick_size, f"the tick_size of {name}")
    if components is not None:
        if not isinstance(components, Mapping):
            raise InvalidArgument(f"the components of {name} must be a dict of weights by instrument, got {components!r}")
        for instrument, weight in components.items():
            if weight is None:
                raise InvalidArgument(f"the weight of {instrument} in {name} must be an exact number, got None")
            add_component(context, &definition, name, instrument, weight)
    else:
        if not isinstance(ratio, (tuple, list)) or len(ratio) != 2:
            raise InvalidArgument(f"the ratio of {name} must be two instruments, (one, other), got {ratio!r}")
        definition.kind = SyntheticKind.ratio
        for instrument in ratio:
            add_component(context, &definition, name, instrument, None)
    made.number = context.kernel.add_synthetic(definition)
    known = context.synthetics.get(made.number)
    if known is not None:
        return <Synthetic>known
    made.context = context
    made.tick_size = new_fixed(definition.tick_size)
    made.grid = Grid(SyntheticSteps(name, made.tick_size), 0)
    context.synthetics[made.number] = made
    context.synthetic_by_name[name] = made
    return made


cdef Synthetic find_synthetic(Context context, given):
    if isinstance(given, str):
        found = context.synthetic_by_name.get(given)
        if found is None:
            known = ", ".join(context.synthetic_by_name) or "none yet: make one with self.synthetic"
            raise InvalidArgument(f"{context.name} has no synthetic {given!r}: it has {known}")
        return <Synthetic>found
    if not isinstance(given, Synthetic):
        raise InvalidArgument(f"trigger_symbol must be a synthetic of self.synthetic, or its name, got {given!r}")
    if (<Synthetic>given).context is not context:
        raise InvalidArgument(f"trigger_symbol {given.name} was made by another strategy or run: ask self.synthetic for it")
    return <Synthetic>given
