# One strategy's connection to one run: wakes it for what it handles, and carries its commands to the kernel.

cdef size_t TIMERS_MAX = 100_000  # that one strategy can have set at a time
cdef tuple UNPLACED = ("start", "stop", "timer", "degrade", "resume", "fault")
cdef str NOT_RUNNING = "can be used only while its run is on: in a handler, or between on_start and on_stop"


# A coroutine or a generator: the call makes an object, and the body waits for somebody to run it.
cdef bint returns_at_once(handler) except? False:
    function = unwrap(getattr(handler, "__func__", handler))
    return iscoroutinefunction(function) or isgeneratorfunction(function) or isasyncgenfunction(function)


HANDLERS = (
    ("on_start", CallbackKind.start),
    ("on_stop", CallbackKind.stop),
    ("on_quote", CallbackKind.quote),
    ("on_trade", CallbackKind.trade),
    ("on_book", CallbackKind.book),
    ("on_bar", CallbackKind.bar),
    ("on_timer", CallbackKind.timer),
    ("on_status", CallbackKind.status),
    ("on_order_event", CallbackKind.order_event),
    ("on_fill", CallbackKind.fill),
    ("on_reject", CallbackKind.order_event),
    ("on_position", CallbackKind.position),
    ("on_degrade", CallbackKind.degrade),
    ("on_resume", CallbackKind.resume),
    ("on_fault", CallbackKind.fault),
    ("on_cash_event", CallbackKind.cash_event),
)


@cython.final
cdef class Context:
    """Connects one strategy to one run; made by `Backtest`, not by users.

    Parameters
    ----------
    strategy : StrategyBase
        The strategy; an instance runs once.
    name : str
        What its orders are called by; unique in the run.
    base : type
        The class whose handlers count as not overridden.
    instruments : Sequence[Instrument]
        The run's instruments, in order of their indices.
    tags : dict[str, int]
        The run's order tags with their numbers; grows as strategies use new ones.
    seed : int
        Of its random numbers, which depend on its name too.
    """

    def __reduce__(self):
        raise bound_to_run(self)

    def __init__(self, StrategyBase strategy not None, str name not None, base, instruments, dict tags not None, seed=0):
        if strategy.context is not None:
            raise InvalidState(f"this {type(strategy).__name__} has run already: make a new instance for every run")
        self.name = name
        self.strategy = strategy
        self.tags = tags
        self.labels = {0: ("", ())}
        self.grids = [Grid(instrument, index) for index, instrument in enumerate(instruments)]
        self.grid_by_id = {(<Grid>grid).id: grid for grid in self.grids}
        self.synthetics = {}
        self.synthetic_by_name = {}
        self.open_orders = {}
        self.unanswered = {}
        self.timer_by_name = {}
        self.timer_names = []
        self.free_timers = []
        self.algorithms = {}
        self.algorithm_timers = {}
        self.series = set()
        self.unready = {}
        self.failures = []
        self.last_state = StrategyState.initialised
        self.watches = {}
        self.positions = [self.make_position(grid) for grid in self.grids]
        self.books = [self.make_book(grid) for grid in self.grids]
        single = self.grids[0] if len(self.grids) == 1 else None
        self.position = self.make_position(single)
        self.book = self.make_book(single)
        self.clock = Clock.__new__(Clock)
        self.clock.context = self
        self.random = Random(seed, name)
        self.find_handlers(strategy, base)
        strategy.context = self

    cdef Position make_position(self, Grid grid):
        cdef Position made = Position.__new__(Position)
        made.context = self
        made.grid = grid
        return made

    cdef Book make_book(self, Grid grid):
        cdef Book made = Book.__new__(Book)
        made.context = self
        made.grid = grid
        return made

    cdef int find_handlers(self, strategy, base) except -1:
        own = getattr(strategy, "__dict__", {})
        cdef dict found = {}
        # Orders' events keep the handles' history, whether or not the strategy looks at them; algorithms have timers.
        self.bound.mask = mask_of(CallbackKind.order_event) | mask_of(CallbackKind.condition)
        self.bound.mask |= mask_of(CallbackKind.timer) | mask_of(CallbackKind.resume)
        for name, kind in HANDLERS:
            if name in own or getattr(type(strategy), name) is not getattr(base, name):
                found[name] = getattr(strategy, name)
                if not callable(found[name]):
                    raise InvalidArgument(f"{type(strategy).__name__}.{name} must be callable, got {found[name]!r}")
                if returns_at_once(found[name]):
                    raise InvalidArgument(
                        f"{type(strategy).__name__}.{name} is async or has a yield, so that a call would not run it:"
                        " write it as a plain method"
                    )
                self.bound.mask |= mask_of(kind)
        self.on_start = found.get("on_start")
        self.on_stop = found.get("on_stop")
        self.on_quote = found.get("on_quote")
        self.on_trade = found.get("on_trade")
        self.on_book = found.get("on_book")
        self.on_bar = found.get("on_bar")
        self.on_timer = found.get("on_timer")
        self.on_status = found.get("on_status")
        self.on_order_event = found.get("on_order_event")
        self.on_fill = found.get("on_fill")
        self.on_reject = found.get("on_reject")
        self.on_position = found.get("on_position")
        self.on_degrade = found.get("on_degrade")
        self.on_resume = found.get("on_resume")
        self.on_fault = found.get("on_fault")
        self.on_cash_event = found.get("on_cash_event")
        self.bound.context = <void*>self
        self.bound.deliver = deliver
        return 0

    def call_after_start(self, function):
        """Have a function called right after `on_start`, as a part of it; before `port`."""
        self.after_start = function
        self.bound.mask |= mask_of(CallbackKind.start)

    def port(self):
        """The way for the kernel to wake this strategy: a capsule over a StrategyPort that lives as long as this object."""
        return PyCapsule_New(&self.bound, "pytrader.StrategyPort", NULL)

    def connect(self, engine, kernel, index):
        """Begin: `kernel` is the engine's capsule over its Kernel, `index` the strategy's number there."""
        self.engine = engine
        self.index = <u32>as_i64(index, "index")
        self.kernel = <Kernel*>PyCapsule_GetPointer(kernel, "pytrader.Kernel")

    def detach(self):
        """End: orders keep their last state, everything else refuses from here on."""
        cdef void* handle
        if self.kernel != NULL:
            self.last_state = self.kernel.state(self.index)
            handle = self.handles.any()
            while handle != NULL:
                (<Order>handle).close()
                handle = self.handles.any()
        self.open_orders.clear()
        self.unanswered.clear()
        self.algorithms.clear()
        self.algorithm_timers.clear()
        self.recent = None
        self.kernel = NULL
        self.engine = None

    cdef int readable(self, str what) except -1:
        if self.kernel == NULL:
            raise InvalidState(f"{what} {NOT_RUNNING}")
        return 0

    cdef int commanding(self, str what) except -1:
        if not self.inside:
            raise InvalidState(f"{what} can be used only inside a handler, while the run is on")
        if not may_command(self.kernel.state(self.index)):
            return self.commands_refused(what)
        return 0

    cdef int commands_refused(self, str what) except -1:
        raise InvalidState(f"{what} is refused: {self.name} is {STATES[<int>self.state()]} since a handler failed")

    cdef StrategyState state(self) noexcept:
        return self.last_state if self.kernel == NULL else self.kernel.state(self.index)

    cdef Grid only_grid(self):
        raise InvalidArgument(
            f"this run has {len(self.grids)} instruments, so name one of them: {', '.join(self.grid_by_id)}"
        )

    cdef Grid sure(self, Grid grid):
        return self.only_grid() if grid is None else grid

    cdef Grid grid_of(self, instrument):
        if instrument is None:
            if len(self.grids) == 1:
                return <Grid>self.grids[0]
            return self.only_grid()
        found = self.grid_by_id.get(instrument if isinstance(instrument, str) else getattr(instrument, "id", instrument))
        if found is None:
            raise InvalidArgument(f"this run has no instrument {instrument!r}: it has {', '.join(self.grid_by_id)}")
        return <Grid>found

    cdef Position position_of(self, instrument):
        return <Position>self.positions[self.grid_of(instrument).index]

    cdef Book book_of(self, instrument):
        return <Book>self.books[self.grid_of(instrument).index]

    cdef u32 tag_index(self, str tag) except? 0:
        if not tag:
            return 0
        found = self.tags.get(tag)
        if found is None:
            found = len(self.tags) + 1
            self.tags[tag] = found
        if found not in self.labels:
            self.labels[found] = tag, tuple(tag.split(":"))
        return <u32>found

    cdef tuple label_of(self, u32 tag):
        label = self.labels.get(tag)
        if label is None:
            # Of an order that the kernel sent for this strategy: seldom, so the tags are walked.
            text = ""
            for known, number in self.tags.items():
                if number == tag:
                    text = known
            label = self.labels[tag] = text, tuple(text.split(":"))
        return <tuple>label

    cdef Order order_of(self, u64 number):
        cdef const COrder* record
        cdef void* held
        cdef Order order = self.recent
        if order is not None and order.number == number:
            return order
        held = self.handles.find(number)
        if held != NULL:
            order = <Order>held
        else:
            record = self.kernel.order(number)
            order = self.follow(number, <Grid>self.grids[record.instrument], record.tag)
            if is_closed(record.ord_status):
                self.unlist(order)
        self.recent = order
        return order

    cdef Order follow(self, u64 number, Grid grid, u32 tag):
        cdef Order order = Order.__new__(Order)
        cdef u32 synthetic = self.kernel.order(number).trigger_symbol()
        order.context = self
        order.grid = grid
        order.stop_grid = grid if synthetic == 0 else (<Synthetic>self.synthetics[synthetic]).grid
        order.number = number
        order.owner = self.name
        order.label, order.parts = self.label_of(tag)
        self.handles.add(order.link, number, <void*>order)
        self.list_open(order)
        return order

    # Open orders' handles are kept: they gather what happens, whether or not the strategy holds them.
    cdef int list_open(self, Order order) except -1:
        self.open_orders[order.number] = order
        order.listed = True

    cdef int unlist(self, Order order) except -1:
        if order.listed:
            del self.open_orders[order.number]
            order.listed = False

    cdef int set_timer(self, name, i64 first, i64 every) except -1:
        if not isinstance(name, str) or not name:
            raise InvalidArgument(f"a timer's name must be a text, got {name!r}")
        if name in self.timer_by_name:
            raise InvalidArgument(f"timer {name!r} is set already: cancel it first, or choose another name")
        if first < self.kernel.now():
            raise InvalidArgument(f"timer {name!r} would be due at {first}, before the clock's {self.kernel.now()}")
        if len(self.timer_by_name) >= TIMERS_MAX:
            raise CapacityError(f"{self.name} has {TIMERS_MAX} timers set: use one repeating timer instead")
        number = self.free_timers[-1] if self.free_timers else len(self.timer_names)
        timer_id = self.kernel.set_timer(self.index, first, every, <u32>number)
        if self.free_timers:
            self.free_timers.pop()
            self.timer_names[number] = name
        else:
            self.timer_names.append(name)
        self.timer_by_name[name] = timer_id, every, number
        return 0

    cdef bint cancel_timer(self, name) except? False:
        found = self.timer_by_name.pop(name, None)
        if found is None:
            return False
        self.free_timers.append(found[2])
        return self.kernel.cancel_timer(self.index, <u64>found[0])

    cdef int dispatch(self, const Callback& callback) except -1:
        cdef CallbackKind kind = callback.kind
        if kind == CallbackKind.quote:
            return self.take_quote(callback)
        if kind == CallbackKind.trade:
            return self.take_trade(callback)
        if kind == CallbackKind.book:
            PyObject_CallOneArg(self.on_book, self.books[callback.instrument])
        elif kind == CallbackKind.order_event:
            return self.take_order_event(callback.order_event[0])
        elif kind == CallbackKind.fill:
            return self.take_fill(callback.order_event[0])
        elif kind == CallbackKind.bar:
            return self.take_bar(callback)
        elif kind == CallbackKind.condition:
            self.watches[callback.watch[0]]()
        elif kind == CallbackKind.position:
            PyObject_CallOneArg(self.on_position, self.positions[callback.instrument])
        elif kind == CallbackKind.timer:
            return self.take_timer(callback.timer[0])
        elif kind == CallbackKind.status:
            self.on_status((<Grid>self.grids[callback.instrument]).id, PHASES[callback.status.phase])
        elif kind == CallbackKind.cash_event:
            return self.take_cash_event(callback.cash_event[0])
        elif kind == CallbackKind.start:
            call_all((self.on_start, self.after_start))
        elif kind == CallbackKind.stop and self.on_stop is not None:
            self.on_stop()
        elif kind == CallbackKind.degrade:
            self.on_degrade(self.error)
        elif kind == CallbackKind.resume:
            call_all(resuming(self))
        elif kind == CallbackKind.fault:
            self.on_fault(self.error)
        return 0

    # An event object is used again only while nobody but this context refers to it: two references, ours and the local.

    cdef int take_quote(self, const Callback& callback) except -1:
        cdef Quote event = self.quote_event
        if event is None or Py_REFCNT(event) > 2:
            event = Quote.__new__(Quote)
            self.quote_event = event
        event.record = callback.quote[0]
        event.grid = <Grid>self.grids[callback.instrument]
        PyObject_CallOneArg(self.on_quote, event)
        return 0

    cdef int take_trade(self, const Callback& callback) except -1:
        cdef Trade event = self.trade_event
        if event is None or Py_REFCNT(event) > 2:
            event = Trade.__new__(Trade)
            self.trade_event = event
        event.record = callback.trade[0]
        event.grid = <Grid>self.grids[callback.instrument]
        PyObject_CallOneArg(self.on_trade, event)
        return 0

    cdef int take_bar(self, const Callback& callback) except -1:
        cdef Bar event = self.bar_event
        if self.series:
            if callback.series not in self.series:
                return 0
        elif not is_recorded(self.kernel[0], callback.series):
            return 0
        if self.unready and not self.is_ready(callback.series):
            return 0
        if event is None or Py_REFCNT(event) > 2:
            event = Bar.__new__(Bar)
            self.bar_event = event
        event.record = callback.bar[0]
        event.grid = <Grid>self.grids[callback.instrument]
        PyObject_CallOneArg(self.on_bar, event)
        return 0

    # Whether this strategy's own indicators on the series are ready: other strategies' do not hold its bars back.
    cdef bint is_ready(self, u32 series) except? False:
        waiting = self.unready.get(series)
        if waiting is None:
            return True
        for indicator in waiting:
            if not (<Indicator>indicator).source.ready():
                return False
        del self.unready[series]
        return True

    cdef int take_timer(self, const TimerEvent& record) except -1:
        cdef Timer event = self.timer_event
        if event is None or Py_REFCNT(event) > 2:
            event = Timer.__new__(Timer)
            self.timer_event = event
        event.record = record
        event.text = <str>self.timer_names[record.name]
        found = self.timer_by_name.get(event.text)
        if found is not None and found[1] == 0:
            del self.timer_by_name[event.text]
            self.free_timers.append(record.name)
        if not may_command(self.kernel.state(self.index)):
            return 0
        algorithm = self.algorithm_timers.get(event.text) if self.algorithm_timers else None
        if algorithm is not None:
            algorithm.on_timer()
        elif self.on_timer is not None:
            PyObject_CallOneArg(self.on_timer, event)
        return 0

    cdef int take_order_event(self, const COrderEvent& record) except -1:
        cdef Order order = self.order_of(record.client_order_id)
        cdef OrderEvent event
        cdef bint refused = is_refusal(record.exec_type)
        order.history.push_back(record)
        # Whoever asked: the strategy, or the core for a list, a parent or a mass cancel.
        if is_request(record.exec_type):
            order.asked += 1
        elif order.asked and is_answer(record):
            order.asked -= 1
        if is_closed(record.ord_status):
            self.finish_order(order)
        elif not order.listed:
            self.list_open(order)  # a bust or a correction has opened it again
        if self.on_order_event is None and not (refused and self.on_reject is not None) and not self.algorithms:
            return 0
        event = self.order_event
        if event is None or Py_REFCNT(event) > 2:
            event = OrderEvent.__new__(OrderEvent)
            self.order_event = event
        event.record = record
        event.handle = order
        try:
            if self.on_order_event is not None:
                PyObject_CallOneArg(self.on_order_event, event)
            if refused and self.on_reject is not None:
                self.rejecting = True
                PyObject_CallOneArg(self.on_reject, event)
                self.rejecting = False
        except Exception as error:
            tell_after(self, order, event, error)
            raise
        if self.algorithms:
            tell_algorithm(self, order, event)
        return 0

    # The handle of a closed order is kept until the venue has answered every request about it: a cancel that came too
    # late is refused after the fill.
    cdef int finish_order(self, Order order) except -1:
        self.unlist(order)
        if order.asked:
            self.unanswered[order.number] = order
        else:
            self.unanswered.pop(order.number, None)
        return 0

    # Rare: an object of its own each time.
    cdef int take_cash_event(self, const CCashEvent& record) except -1:
        cdef CashEvent event = CashEvent.__new__(CashEvent)
        event.record = record
        event.grid = <Grid>self.grids[record.instrument]
        PyObject_CallOneArg(self.on_cash_event, event)
        return 0

    cdef int take_fill(self, const COrderEvent& record) except -1:
        cdef OrderEvent event = self.fill_event
        if event is None or Py_REFCNT(event) > 2:
            event = OrderEvent.__new__(OrderEvent)
            self.fill_event = event
        event.record = record
        event.handle = self.order_of(record.client_order_id)
        PyObject_CallOneArg(self.on_fill, event)
        return 0

    cdef int note_failure(self, error, const Callback& callback) except -1:
        kind = "reject" if self.rejecting else KINDS[<int>callback.kind]
        self.rejecting = False
        instrument = "" if kind in UNPLACED else (<Grid>self.grids[callback.instrument]).id
        place = f"while handling {kind}{' of ' if instrument else ''}{instrument} at {time_text(callback.ts)}"
        text = "".join(format_exception(error))
        self.failures.append((kind, instrument, place, type(error).__qualname__, str(error), text))
        if callback.kind != CallbackKind.fault:
            self.error = error
        # Ctrl-C and the wish to exit are no errors of the strategy: they end the run.
        if not isinstance(error, Exception):
            self.kernel.stop_on_error(self.index)
        return 0


cdef cbool deliver(void* context, const Callback& callback) noexcept:
    cdef Context target = <Context>context
    target.inside = True
    try:
        target.dispatch(callback)
    except BaseException as error:
        target.note_failure(error, callback)
        return False
    finally:
        target.inside = False
    return True
