# The compiled half of the strategy face: what is made or called per event.
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

from pytrader._kernel cimport (
    BarRecord,
    Callback,
    Kernel,
    Liquidity,
    PositionState,
    QuoteRecord,
    RejectReason,
    StrategyPort,
    StrategyState,
    TimerEvent,
    TradeRecord,
    i64,
    u32,
    u64,
)
from pytrader._kernel cimport CashEvent as CCashEvent
from pytrader._kernel cimport Indicator as CIndicator
from pytrader._kernel cimport Instrument as CInstrument
from pytrader._kernel cimport HandleLink, HandleTable, LevelTotals, Scale
from pytrader._kernel cimport Order as COrder
from pytrader._kernel cimport OrderTerms, RareFacts
from pytrader._kernel cimport OrderEvent as COrderEvent
from pytrader._values cimport CFixed, Fixed, Money, Price, Quantity


cdef class Grid:
    cdef readonly object instrument
    cdef readonly str id
    cdef u32 index
    cdef Scale scale
    cdef double tick
    cdef object currency
    cdef Price price(self, i64 ticks)
    cdef Quantity quantity(self, i64 lots)
    cdef Fixed signed_quantity(self, i64 lots)
    cdef Fixed half(self, i64 ticks)
    cdef object money(self, const CFixed& amount)
    cdef i64 ticks(self, object price, str what) except? -1
    cdef i64 lots(self, object quantity, str what) except? -1


cdef class Quote:
    cdef QuoteRecord record
    cdef Grid grid


cdef class Trade:
    cdef TradeRecord record
    cdef Grid grid


cdef class Bar:
    cdef BarRecord record
    cdef Grid grid


cdef class Timer:
    cdef TimerEvent record
    cdef str text


cdef class Synthetic:
    cdef Context context
    cdef Grid grid
    cdef u32 number
    cdef readonly object tick_size
    cdef object rounded(self, i64 ticks)


cdef class Order:
    cdef Context context  # None once the run is over
    cdef HandleLink link  # by which the context finds it again
    cdef bint listed  # among the context's open orders
    cdef Grid grid
    cdef Grid stop_grid  # of the price that it waits for
    cdef u64 number
    cdef str owner
    cdef str label
    cdef tuple parts  # of the label
    cdef u32 asked  # requests to cancel or replace that the venue has yet to answer
    cdef COrder last
    cdef RareFacts last_facts
    cdef OrderTerms last_terms
    cdef tuple bracket  # the exits of a bracket's entry, else None
    cdef vector[COrderEvent] history
    cdef const COrder* now(self)
    cdef OrderTerms terms(self)
    cdef object price_of(self, i64 ticks)
    cdef object quantity_of(self, i64 lots)
    cdef void close(self) noexcept


cdef class AlgorithmBase:
    cdef Context context
    cdef Order order  # that it works, None before
    cdef list timers
    cdef Order bound(self, str what)
    cdef int begin(self, Context context, Order order) except -1
    cdef int end(self) except -1


cdef class OrderEvent:
    cdef COrderEvent record
    cdef Order handle


cdef class CashEvent:
    cdef CCashEvent record
    cdef Grid grid


cdef class Position:
    cdef Context context
    cdef Grid grid  # None when the run has several instruments and none was named
    cdef PositionState now(self) except *


cdef class Level:
    cdef LevelTotals record
    cdef Grid grid


cdef class Book:
    cdef Context context
    cdef Grid grid  # None when the run has several instruments and none was named
    cdef QuoteRecord now(self) except *
    cdef Level best(self, bint bids, i64 price, i64 quantity)
    cdef list side(self, bint bids, i64 count)


cdef class Clock:
    cdef Context context


cdef class Bars:
    cdef Context context
    cdef Grid grid
    cdef u32 series
    cdef i64 length
    cdef Indicator follow(self, const CIndicator* source, str name)


cdef class Indicator:
    cdef Context context
    cdef Grid grid
    cdef const CIndicator* source
    cdef u32 series
    cdef str name
    cdef int current(self) except -1
    cdef int order_to(self, other) except -2
    cdef Condition related(self, int relation, other)


cdef class Mids:
    cdef Context context
    cdef Grid grid
    cdef u32 series


cdef class Condition:
    cdef Context context
    cdef u32 number
    cdef Condition joined(self, other, bint both)


cdef class Random:
    cdef u64 position
    cdef u64 next(self) noexcept
    cdef u64 next_below(self, u64 bound) noexcept


cdef class Context:
    cdef Kernel* kernel  # NULL before the run and after it
    cdef object engine  # keeps the kernel alive
    cdef StrategyPort bound
    cdef u32 index
    cdef readonly bint inside  # a callback is running
    cdef RejectReason refusal  # of the last request to cancel or replace
    cdef readonly str name
    cdef readonly object strategy
    cdef readonly object error  # the last exception of a handler
    cdef readonly list failures  # of every one: kind, instrument, place, type, message, traceback
    cdef StrategyState last_state  # while there is no kernel
    cdef list grids
    cdef dict grid_by_id
    cdef dict synthetics  # this strategy's, by number
    cdef dict synthetic_by_name
    cdef object tags
    cdef dict labels  # (text, parts) of this strategy's tags, by number
    cdef HandleTable handles  # of all orders, for as long as somebody holds them
    cdef dict open_orders
    cdef dict unanswered  # closed orders with a request that the venue has yet to answer
    cdef Order recent
    cdef dict timer_by_name
    cdef list timer_names  # by the number that the kernel knows a timer by
    cdef list free_timers  # numbers to use again
    cdef dict algorithms  # that work orders, by the parent's number
    cdef dict algorithm_timers  # by name
    cdef set series
    cdef dict watches  # handlers by the number of what they wait for
    cdef dict unready  # indicators by series, until all of them are ready
    cdef list positions
    cdef list books
    cdef Position position
    cdef Book book
    cdef Clock clock
    cdef readonly Random random
    cdef Quote quote_event
    cdef Trade trade_event
    cdef Bar bar_event
    cdef Timer timer_event
    cdef OrderEvent order_event
    cdef OrderEvent fill_event
    cdef public object past  # what `history` asks
    cdef object after_start  # restores the state of an earlier run
    cdef object on_start
    cdef object on_stop
    cdef object on_quote
    cdef object on_trade
    cdef object on_book
    cdef object on_bar
    cdef object on_timer
    cdef object on_status
    cdef object on_order_event
    cdef object on_fill
    cdef object on_reject
    cdef bint rejecting  # on_reject is called, or the last that was called failed
    cdef object on_position
    cdef object on_degrade
    cdef object on_resume
    cdef object on_fault
    cdef object on_cash_event
    cdef Position make_position(self, Grid grid)
    cdef Book make_book(self, Grid grid)
    cdef int find_handlers(self, strategy, base) except -1
    cdef int readable(self, str what) except -1
    cdef int commanding(self, str what) except -1
    cdef Grid only_grid(self)
    cdef Grid sure(self, Grid grid)
    cdef Grid grid_of(self, instrument)
    cdef Position position_of(self, instrument)
    cdef Book book_of(self, instrument)
    cdef u32 tag_index(self, str tag) except? 0
    cdef tuple label_of(self, u32 tag)
    cdef Order order_of(self, u64 number)
    cdef Order follow(self, u64 number, Grid grid, u32 tag)
    cdef int list_open(self, Order order) except -1
    cdef int unlist(self, Order order) except -1
    cdef int set_timer(self, name, i64 first, i64 every) except -1
    cdef bint cancel_timer(self, name) except? False
    cdef int dispatch(self, const Callback& callback) except -1
    cdef int take_quote(self, const Callback& callback) except -1
    cdef int take_trade(self, const Callback& callback) except -1
    cdef int take_bar(self, const Callback& callback) except -1
    cdef bint is_ready(self, u32 series) except? False
    cdef int take_timer(self, const TimerEvent& record) except -1
    cdef int take_order_event(self, const COrderEvent& record) except -1
    cdef int finish_order(self, Order order) except -1
    cdef int take_cash_event(self, const CCashEvent& record) except -1
    cdef int take_fill(self, const COrderEvent& record) except -1
    cdef int commands_refused(self, str what) except -1
    cdef StrategyState state(self) noexcept
    cdef int note_failure(self, error, const Callback& callback) except -1


cdef class StrategyBase:
    cdef Context context
    cdef readonly object once_set  # keys that `once` was asked for
    cdef Context running(self, str what)
    cdef Context commanding(self, str what)
    cdef Quote latest_quote(self, instrument)
