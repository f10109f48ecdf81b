// Binds the ledger on its own: cash, positions by average cost, fees.
#include <pybind11/stl.h>

#include <deque>
#include <unordered_map>

#include "enum_arguments.hpp"
#include "fee_arguments.hpp"
#include "ledger/ledger.hpp"
#include "register.hpp"
#include "value_casters.hpp"

namespace pytrader::bindings {
namespace {

using namespace py::literals;

// What fees by the order need to know of one.
struct LedgerOrder {
  OrderFees fees;
  i128 value = 0;  // ticks times lots
};

// A ledger with the instruments it stands on, found by their ids.
class LedgerFace {
 public:
  LedgerFace(const std::vector<Instrument>& instruments, i64 strategies, const py::dict& fees) {
    if (strategies < 1 || strategies > kMostStrategies) {
      throw Error(ErrorCode::invalid_argument,
                  "strategies is " + std::to_string(strategies) + "; give 1 to " + std::to_string(kMostStrategies));
    }
    for (i64 i = 0; i < strategies; ++i) ledger_.add_strategy();
    strategies_ = strategies;
    for (const Instrument& instrument : instruments) {
      const auto index = static_cast<InstrumentIndex>(instruments_.size());
      if (!index_of_.emplace(instrument.id(), index).second) {
        throw Error(ErrorCode::invalid_argument, "instrument " + instrument.id() + " is given twice");
      }
      const Instrument& kept = instruments_.emplace_back(instrument.definition(), index);
      SharedSchedule schedule;
      if (fees.contains(kept.id())) schedule = schedule_of(fees[py::str(kept.id())]);
      ledger_.add_instrument(kept, schedule ? fee_models_.maker_of(std::move(schedule))(kept) : nullptr);
    }
  }

  InstrumentIndex index(const std::string& instrument_id) const {
    const auto found = index_of_.find(instrument_id);
    if (found == index_of_.end()) {
      throw Error(ErrorCode::invalid_argument, "instrument " + instrument_id + " is not among this ledger's");
    }
    return found->second;
  }
  StrategyIndex strategy(const py::object& number) const {
    const i64 index = parse_integer(number, "strategy");
    if (index < 0 || index >= strategies_) {
      throw Error(ErrorCode::invalid_argument,
                  "strategy is " + std::to_string(index) + "; this ledger has 0 to " + std::to_string(strategies_ - 1));
    }
    return static_cast<StrategyIndex>(index);
  }
  const Instrument& instrument(InstrumentIndex i) const { return instruments_[i]; }
  Ledger& ledger() noexcept { return ledger_; }
  FillPosting fill(LedgerFill posted, const py::object& order) {
    LedgerOrder own;
    LedgerOrder* state = &own;
    if (!order.is_none()) state = &orders_[parse_integer(order, "order")];
    posted.order_value += state->value;
    const FillPosting posting = ledger_.apply_fill(posted, state->fees);
    state->value = posted.order_value;
    return posting;
  }

 private:
  static constexpr i64 kMostStrategies = 1'000'000;
  std::deque<Instrument> instruments_;  // the ledger points at them: they must not move
  std::unordered_map<std::string, InstrumentIndex> index_of_;
  FeeModels fee_models_;
  std::unordered_map<i64, LedgerOrder> orders_;  // by the numbers that the user gave them
  Ledger ledger_;
  i64 strategies_ = 0;
};

Fixed exact(i128 raw) {
  return {raw, static_cast<u8>(decimals_needed(raw))};
}

py::object money(i128 raw, const Instrument& instrument) {
  return make_money(exact(raw), instrument.definition().quote_currency);
}

py::tuple fill(LedgerFace& face, const std::string& instrument_id, const py::object& side, const py::object& price,
               const py::object& quantity, const py::object& liquidity, const py::object& strategy,
               const py::object& order, const py::object& ts_event) {
  const InstrumentIndex index = face.index(instrument_id);
  const Instrument& instrument = face.instrument(index);
  LedgerFill posted{face.strategy(strategy),
                    index,
                    parse_side(side),
                    parse_liquidity(liquidity),
                    instrument.ticks(parse_price(price, "price")),
                    instrument.lots(parse_quantity(quantity, "quantity")),
                    parse_integer(ts_event, "ts_event"),
                    0};
  posted.order_value = static_cast<i128>(posted.price) * posted.quantity;
  const FillPosting posting = face.fill(posted, order);
  return py::make_tuple(money(posting.value, instrument), money(posting.fee, instrument),
                        money(posting.realized_pnl, instrument));
}

py::tuple position(LedgerFace& face, const std::string& instrument_id, const py::object& strategy) {
  const InstrumentIndex index = face.index(instrument_id);
  const Instrument& instrument = face.instrument(index);
  const PositionState& state = face.ledger().position(face.strategy(strategy), index);
  return py::make_tuple(instrument.quantity(state.quantity), money(state.cost, instrument),
                        money(state.realized_pnl, instrument), money(state.fees, instrument));
}

py::object unrealized_pnl(LedgerFace& face, const std::string& instrument_id, const py::object& price,
                          const py::object& strategy) {
  const InstrumentIndex index = face.index(instrument_id);
  const Instrument& instrument = face.instrument(index);
  i128 pnl = 0;
  if (!face.ledger().unrealized_pnl(face.strategy(strategy), index, instrument.ticks(parse_price(price, "price")),
                                    pnl)) {
    throw Error(ErrorCode::decimal_overflow, "the value of the position in " + instrument_id + " is out of range");
  }
  return money(pnl, instrument);
}

void deposit(LedgerFace& face, const MoneyAmount& amount) {
  face.ledger().deposit(amount.currency, amount.value.raw);
}

}  // namespace

void register_ledger(py::module_& module) {
  py::class_<LedgerFace>(module, "Ledger", "Cash and positions by average cost, exact; see `pytrader.portfolio`.")
      .def(py::init([](const std::vector<Instrument>& instruments, const py::object& strategies, const py::dict& fees) {
             return std::make_unique<LedgerFace>(instruments, parse_integer(strategies, "strategies"), fees);
           }),
           "instruments"_a, py::kw_only(), "strategies"_a = 1, "fees"_a = py::dict())
      .def("deposit", &deposit, "amount"_a, "Adds Money to its currency's account; a negative amount withdraws.")
      .def("fill", &fill, "instrument_id"_a, py::kw_only(), "side"_a, "price"_a, "quantity"_a, "liquidity"_a = "taker",
           "strategy"_a = 0, "order"_a = py::none(), "ts_event"_a = 0,
           "Posts a fill; gives (value, fee, realized_pnl) as Money. Whatever is refused changes nothing.")
      .def("position", &position, "instrument_id"_a, py::kw_only(), "strategy"_a = 0,
           "(quantity, cost, realized_pnl, fees): a signed Fixed, then Money.")
      .def("unrealized_pnl", &unrealized_pnl, "instrument_id"_a, "price"_a, py::kw_only(), "strategy"_a = 0,
           "Value of the position at this price, less its cost.")
      .def(
          "cash",
          [](LedgerFace& face, const py::object& currency) {
            const std::string code = parse_currency(currency);
            return make_money(exact(face.ledger().cash(code)), code);
          },
          "currency"_a, "Cash of a currency's account; zero where nothing was booked.")
      .def(
          "check", [](LedgerFace& face) { return face.ledger().check(); },
          "Whether cash = opening + realized PnL - fees - open cost, to the last unit, in every currency.");
}

}  // namespace pytrader::bindings
