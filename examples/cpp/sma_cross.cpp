// The crossing of sma_cross.py in C++. Build and load it so:
//   c++ -O2 -shared -fPIC -I$(python -c "from pytrader.strategy.compiled import include_directory as f; print(f())")
//       sma_cross.cpp -o sma_cross.so
//   library = ctypes.CDLL("./sma_cross.so")
//   CompiledStrategy(state=state, on_start=library.sma_cross_start, on_condition=library.sma_cross_condition)
#include <cstdint>

#include "strategy_api.h"

namespace {

// In Python: numpy.dtype([("fast", "i8"), ("slow", "i8"), ("duration", "i8"), ("enter", "u8")]).
struct State {
  std::int64_t fast;
  std::int64_t slow;
  std::int64_t duration;
  std::uint64_t enter;
};

}  // namespace

extern "C" {

std::int32_t sma_cross_start(const pytrader_context* context, const void*, void* state) {
  const pytrader_api& api = *context->api;
  State& own = *static_cast<State*>(state);
  const std::int64_t bars = api.bars(context->run, 0, own.duration);
  const std::int64_t quick = api.sma(context->run, bars, own.fast);
  const std::int64_t calm = api.sma(context->run, bars, own.slow);
  own.enter =
      static_cast<std::uint64_t>(api.when(context->run, api.compares(context->run, PYTRADER_ABOVE, quick, calm)));
  api.when(context->run, api.compares(context->run, PYTRADER_BELOW, quick, calm));
  return 0;
}

std::int32_t sma_cross_condition(const pytrader_context* context, const std::uint64_t* number, void* state) {
  const pytrader_api& api = *context->api;
  const std::int64_t held = api.position(context->run, 0);
  if (*number == static_cast<State*>(state)->enter) {
    if (held == 0) api.submit(context->run, 0, PYTRADER_BUY, 1, PYTRADER_NO_PRICE, PYTRADER_IOC, 0, 0);
  } else if (held > 0) {
    api.submit(context->run, 0, PYTRADER_SELL, held, PYTRADER_NO_PRICE, PYTRADER_IOC, 0, 0);
  }
  return 0;
}

}  // extern "C"
