# The C++ kernel as the strategy module sees it: declarations only.
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.string cimport string
from libcpp.vector cimport vector

from pytrader._values cimport CFixed


cdef extern from "decimal/integers.hpp" namespace "pytrader" nogil:
    ctypedef long long i64
    ctypedef unsigned long long u64
    ctypedef unsigned int u32
    ctypedef unsigned char u8
    # Wider than this says; only C++ computes with it.
    ctypedef long long i128


cdef extern from "model/enums.hpp" namespace "pytrader" nogil:
    cdef enum class Side(unsigned char):
        buy
        sell

    cdef enum class OrderType(unsigned char):
        market
        limit
        stop
        stop_limit
        market_if_touched
        limit_if_touched
        market_with_protection
        trailing_stop
        trailing_stop_limit
        pegged

    cdef enum class TimeInForce(unsigned char):
        day
        gtc
        ioc
        fok
        gtd

    cdef enum class SelfTrade(unsigned char):
        venue_default

    cdef enum class TriggerType(unsigned char):
        venue_default

    cdef enum class Contingency(unsigned char):
        none
        one_cancels_other
        one_triggers_other
        one_updates_other_absolute
        one_updates_other_proportional

    cdef enum class OtoTriggerMode(unsigned char):
        partial
        full

    cdef enum class OrderStatus(unsigned char):
        initialized
        denied
        pending_cancel

    cdef enum class ExecType(unsigned char):
        denied
        pending_cancel
        rejected
        trade
        cancel_rejected
        replace_rejected

    cdef enum class Liquidity(unsigned char):
        none
        maker
        taker

    cdef enum class RejectReason(unsigned char):
        none

    const char* to_text(RejectReason reason)


cdef extern from "model/records.hpp" namespace "pytrader" nogil:
    cdef struct QuoteRecord:
        i64 ts_event
        i64 ts_init
        i64 bid_price
        i64 ask_price
        i64 bid_quantity
        i64 ask_quantity

    cdef struct TradeRecord:
        i64 ts_event
        i64 ts_init
        i64 price
        i64 quantity
        i64 aggressor_side
        u64 trade_id

    cdef struct StatusRecord:
        i64 phase

    cdef struct BarRecord:
        i64 ts_event
        i64 ts_init
        i64 ts_open
        i64 open
        i64 high
        i64 low
        i64 close
        i64 volume


cdef extern from "model/order_terms.hpp" namespace "pytrader" nogil:
    const i64 kNoPrice

    cdef cppclass OrderTerms:
        OrderTerms()
        i64 stop_price
        i64 activation_price
        i64 trailing_offset
        i64 trailing_step
        i64 trailing_unit
        i64 display_qty
        i64 display_range
        i64 min_qty
        i64 peg_type
        i64 peg_offset
        i64 expire_time
        i64 limit_offset


cdef extern from "model/messages.hpp" namespace "pytrader" nogil:
    const u32 kPostOnly
    const u32 kReduceOnly
    const u32 kHidden
    const u32 kAllOrNone
    const u32 kEmulate
    const u32 kAlgorithm

    cdef cppclass NewOrder:
        NewOrder()
        u64 client_order_id
        i64 price
        i64 quantity
        u32 strategy
        u32 instrument
        u32 tag
        Side side
        OrderType order_type
        TimeInForce time_in_force
        unsigned short flags
        SelfTrade self_trade
        TriggerType trigger_type
        Contingency contingency
        u32 list
        u32 trigger_symbol
        u64 parent
        OrderTerms terms

    cdef struct CancelRequest:
        u64 client_order_id
        u32 strategy

    cdef cppclass ReplaceRequest:
        ReplaceRequest()
        u64 client_order_id
        i64 price
        i64 quantity
        u32 strategy
        i64 stop_price

    cdef cppclass OrderEvent:
        i64 ts_event
        i64 ts_init
        u64 client_order_id
        u64 venue_order_id
        u64 exec_id
        i64 price
        i64 order_qty
        i64 cum_qty
        i64 leaves_qty
        i64 last_px
        i64 last_qty
        u32 strategy
        u32 instrument
        ExecType exec_type
        OrderStatus ord_status
        Side side
        Liquidity liquidity
        RejectReason reason
        i64 stop_price
        i128 fee


cdef extern from "model/order.hpp" namespace "pytrader" nogil:
    cdef cppclass RareFacts:
        pass

    cdef cppclass Order:
        u32 client_order_id
        u64 venue_order_id
        i64 price
        i64 order_qty
        i64 cum_qty
        i64 ts_init
        i64 ts_last
        u32 strategy
        u32 instrument
        u32 tag
        Side side
        OrderType order_type
        TimeInForce time_in_force
        OrderStatus ord_status
        SelfTrade self_trade
        TriggerType trigger_type
        unsigned short flags
        RejectReason reason
        RareFacts* own_rare_facts
        i64 leaves_qty()
        i128 cum_value()
        i64 stop_price()
        Contingency contingency()
        cbool is_overfilled()
        const RareFacts& rare_facts()
        u32 parent()
        u32 list()
        u32 renews()
        u32 trigger_symbol()

    cbool is_open(OrderStatus status)
    cbool is_closed(OrderStatus status)


cdef extern from "execution/order_store.hpp" namespace "pytrader" nogil:
    cdef cppclass OrderStore:
        u64 first_child(const Order& parent)
        u64 next_child(const Order& child)


cdef extern from "model/strategy_state.hpp" namespace "pytrader" nogil:
    cdef enum class StrategyState(unsigned char):
        initialised
        running
        degraded
        stopped
        faulted

    cbool may_command(StrategyState state)
cdef extern from "model/money_events.hpp" namespace "pytrader" nogil:
    cdef enum class CashEventKind(long long):
        funding

    cdef cppclass CashEvent:
        i64 ts_event
        i64 ts_init
        CashEventKind kind
        u32 strategy
        u32 instrument
        i64 quantity_before
        i64 quantity_after
        i128 amount
        i128 realized_pnl
        i128 price


cdef extern from "kernel/strategy_port.hpp" namespace "pytrader" nogil:
    cdef enum class CallbackKind(unsigned char):
        start
        stop
        quote
        trade
        book
        bar
        timer
        order_event
        fill
        position
        degrade
        resume
        fault
        condition
        status
        cash_event

    u32 mask_of(CallbackKind kind)

    cdef struct TimerEvent:
        i64 ts_event
        i64 ts_init
        u64 timer_id
        u32 name

    cdef struct PositionState:
        i64 quantity
        i128 cost
        i128 realized_pnl
        i128 fees
        i128 income

    cdef struct Callback:
        CallbackKind kind
        u32 instrument
        u32 series
        i64 ts
        const QuoteRecord* quote
        const TradeRecord* trade
        const BarRecord* bar
        const StatusRecord* status
        const TimerEvent* timer
        const OrderEvent* order_event
        const PositionState* position
        const CashEvent* cash_event
        const u32* watch

    cdef struct StrategyPort:
        void* context
        cbool (*deliver)(void* context, const Callback& callback) noexcept
        u32 mask


cdef extern from "error_table.hpp" namespace "pytrader::bindings":
    void translate_current_exception()


cdef extern from "indicators/indicator.hpp" namespace "pytrader" nogil:
    cdef cppclass Indicator:
        cbool ready()
        double value()

    int compare_indicators "pytrader::compare"(const Indicator& a, const Indicator& b)


cdef extern from "kernel/order_lists.hpp" namespace "pytrader" nogil:
    const size_t LIST_ORDERS_MAX "pytrader::OrderLists::kMaxOrders"

cdef extern from "emulator/synthetic.hpp" namespace "pytrader" nogil:
    cdef enum class SyntheticKind(unsigned char):
        weighted_sum
        ratio

    cdef cppclass SyntheticComponent:
        SyntheticComponent()
        u32 instrument
        CFixed weight

    cdef cppclass SyntheticDefinition:
        SyntheticDefinition()
        string name
        CFixed tick_size
        SyntheticKind kind
        vector[SyntheticComponent] components


cdef extern from "kernel/kernel.hpp" namespace "pytrader" nogil:
    cdef cppclass Instrument:
        pass

    cdef cppclass Kernel:
        u64 submit(const NewOrder& order) except +translate_current_exception
        u64 submit_list(const vector[NewOrder]& orders, OtoTriggerMode mode) except +translate_current_exception
        u32 add_synthetic(const SyntheticDefinition& definition) except +translate_current_exception
        const OrderStore& orders()
        i64 free_lots(u64 order) except +translate_current_exception
        cbool cancel(const CancelRequest& request) except +translate_current_exception
        u64 cancel_all(u32 strategy, const vector[u64]& orders) except +translate_current_exception
        cbool replace(const ReplaceRequest& request) except +translate_current_exception
        RejectReason last_refusal()
        u64 set_timer(u32 strategy, i64 first_ts, i64 interval_ns, u32 name) except +translate_current_exception
        cbool cancel_timer(u32 strategy, u64 timer) except +translate_current_exception
        i64 now()
        const Instrument& instrument(u32 index) except +translate_current_exception
        const Order* order(u64 client_order_id)
        OrderTerms terms(const Order& order)
        PositionState position(u32 strategy, u32 instrument) except +translate_current_exception
        QuoteRecord quote(u32 instrument)
        StrategyState state(u32 strategy)
        int phase(u32 instrument)
        void stop_on_error(u32 strategy)
        void publish(u32 strategy, string text) except +translate_current_exception


cdef extern from "book/book_sides.hpp" namespace "pytrader" nogil:
    cdef cppclass LevelTotals:
        i64 price
        i64 quantity
        i64 order_count


cdef extern from "strategy_view.hpp" namespace "pytrader::bindings" nogil:
    cdef cppclass Scale:
        i128 tick
        i128 lot

    Scale make_scale(const CFixed& tick, const CFixed& lot, const CFixed& multiplier) except +translate_current_exception
    CFixed price_value(const Scale& scale, i64 ticks) except +translate_current_exception
    CFixed quantity_value(const Scale& scale, i64 lots) except +translate_current_exception
    CFixed half_price_value(const Scale& scale, i64 ticks) except +translate_current_exception
    cbool on_grid(const CFixed& value, i128 step, i64& steps)
    cbool is_multiple(const CFixed& value, i128 step)
    CFixed average_price(i128 cum_value, i64 cum_qty, const Scale& scale) except +translate_current_exception
    CFixed entry_price(const PositionState& state, const Scale& scale) except +translate_current_exception
    CFixed amount(i128 raw)
    i64 mark_price(const Kernel& kernel, u32 instrument) except +translate_current_exception
    i64 synthetic_bid(const Kernel& kernel, u32 number) except +translate_current_exception
    i64 synthetic_ask(const Kernel& kernel, u32 number) except +translate_current_exception
    cbool is_refusal(ExecType type)
    cbool is_request(ExecType exec_type)
    cbool is_answer(const OrderEvent& event)
    cbool is_pending(OrderStatus status)
    cbool is_cancelable(OrderStatus status)
    void read_depth(
        const Kernel& kernel, u32 instrument, cbool bids, size_t count, vector[LevelTotals]& levels
    ) except +translate_current_exception
    i64 best_order_count(const Kernel& kernel, u32 instrument, cbool bids)
    int compare_to_price(const Indicator& indicator, const CFixed& price, const Scale& scale)
    double tick_as_double(const Scale& scale)
    const BarRecord* last_bar(const Kernel& kernel, u32 series)
    u64 closed_bars(const Kernel& kernel, u32 series)
    const Indicator* add_sma(Kernel& kernel, u32 series, i64 length) except +translate_current_exception
    const Indicator* add_ema(Kernel& kernel, u32 series, i64 length) except +translate_current_exception
    u32 add_bars(Kernel& kernel, u32 instrument, i64 duration_ns) except +translate_current_exception
    cbool is_recorded(const Kernel& kernel, u32 series)


cdef extern from "order_query.hpp" namespace "pytrader::bindings" nogil:
    cdef enum class OrderGroup(unsigned char):
        open
        closed
        emulated
        in_flight

    cdef cppclass OrderQuery:
        OrderQuery()
        u32 strategy
        OrderGroup group
        cbool has_instrument
        u32 instrument
        cbool has_side
        Side side
        cbool has_tags
        vector[u32] tags

    void find_orders(const Kernel& kernel, const OrderQuery& query, vector[u64]& found) except +translate_current_exception
    void find_open_tags(const Kernel& kernel, u32 strategy, vector[u32]& tags) except +translate_current_exception
    u64 find_venue_number(const Kernel& kernel, u32 instrument, u64 number)


cdef extern from "handle_table.hpp" namespace "pytrader::bindings" nogil:
    cdef cppclass HandleLink:
        HandleLink()
        void leave()

    cdef cppclass HandleTable:
        HandleTable()
        void add(HandleLink& link, u64 number, void* handle) except +
        void* find(u64 number)
        void* any()


cdef extern from "condition_view.hpp" namespace "pytrader::bindings" nogil:
    u32 add_relation(
        Kernel& kernel, int relation, const Indicator* a, u32 series_a, const Indicator* b, u32 series_b
    ) except +translate_current_exception
    u32 add_price_relation(
        Kernel& kernel, int relation, const Indicator* a, u32 series, const CFixed& price, const Scale& scale
    ) except +translate_current_exception
    u32 add_both(Kernel& kernel, u32 a, u32 b) except +translate_current_exception
    u32 add_either(Kernel& kernel, u32 a, u32 b) except +translate_current_exception
    u32 add_inverse(Kernel& kernel, u32 a) except +translate_current_exception
    int truth_of(Kernel& kernel, u32 condition)
    u32 add_watch(Kernel& kernel, u32 strategy, u32 condition) except +translate_current_exception
    u32 add_mids(Kernel& kernel, u32 instrument) except +translate_current_exception
