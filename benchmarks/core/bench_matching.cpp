// Measures the matching engine on order streams: batches, calls with reports, a travelling touch.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "matching/execution_row.hpp"
#include "matching/matching_engine.hpp"
#include "matching/plain_path.hpp"
#include "order_streams.hpp"

using namespace pytrader;
using namespace pytrader::bench;

namespace {

i64 cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<i64>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

struct Work {
  explicit Work(const OrderStream& stream) : messages(&stream.messages), statuses(stream.messages.size()) {
    output.fills.reserve(stream.messages.size() / 8 + 1000);
  }
  const std::vector<OrderMessage>* messages;
  std::vector<MessageStatus> statuses;
  EngineOutput output;
};

// Not inlined, so that a profiler can be told to count this alone.
[[gnu::noinline]] void apply_batch(MatchingEngine& engine, Work& work) {
  engine.apply(*work.messages, {}, work.statuses.data(), work.output);
}

// What is left of an engine without its optional features: the core, and of the gate the question what to do.
class CoreAlone : public MatchingCore {
 public:
  CoreAlone() : MatchingCore(stream_rules(), OrderPool::kMaxOrders) {}

  void apply(const std::vector<OrderMessage>& messages, MessageStatus* statuses, std::vector<Fill>& fills) {
    for (const OrderMessage& message : messages) *statuses++ = pass(message, messages.data(), fills);
  }

 private:
  [[gnu::always_inline]] MessageStatus pass(const OrderMessage& message, const OrderMessage* first,
                                            std::vector<Fill>& fills) {
    const auto index = [&message, first]() __attribute__((always_inline)) { return &message - first; };
    const auto plain = [&]() __attribute__((always_inline)) { return apply_plain(message, index(), fills); };
    if (message.kind == static_cast<u8>(MessageKind::cancel)) return cancel_quickly<false>(message.order_id);
    if (message.kind == static_cast<u8>(MessageKind::replace)) return requeue_or<false>(message, plain);
    const bool may_rest = message.order_type == static_cast<u8>(OrderType::limit) &&
                          message.time_in_force == static_cast<u8>(TimeInForce::gtc);
    return may_rest ? rest_or_submit(message, message.side - std::size_t{1}, index, fills) : plain();
  }
};

[[gnu::noinline]] void apply_core(CoreAlone& core, Work& work) {
  core.apply(*work.messages, work.statuses.data(), work.output.fills);
}

constexpr std::size_t kRingRows = 1024;

[[gnu::noinline]] u64 apply_with_reports(MatchingEngine& engine, Work& work,
                                         std::array<ExecutionRow, kRingRows>& ring) {
  u64 written = 0;
  const auto put = [&ring, &written](const ExecutionRow& row) { ring[written++ % kRingRows] = row; };
  for (const OrderMessage& message : *work.messages) {
    work.output.fills.clear();
    const MessageStatus status = engine.apply(message, 0, work.output);
    ExecutionReporter(message, 0, put).report(status, work.output.fills, engine.named_order());
  }
  return written;
}

double batch_ns(const OrderStream& stream, Work& work) {
  MatchingEngine engine(stream_rules());
  work.output.fills.clear();
  const i64 start = cpu_ns();
  apply_batch(engine, work);
  return static_cast<double>(cpu_ns() - start) / static_cast<double>(stream.messages.size());
}

double reports_ns(const OrderStream& stream, Work& work) {
  MatchingEngine engine(stream_rules());
  static std::array<ExecutionRow, kRingRows> ring;
  const i64 start = cpu_ns();
  apply_with_reports(engine, work, ring);
  return static_cast<double>(cpu_ns() - start) / static_cast<double>(stream.messages.size());
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool answers_right(const OrderStream& stream) {
  Work work(stream);
  MatchingEngine engine(stream_rules());
  apply_batch(engine, work);
  engine.self_check();
  const std::string found = checksum_of(work.output.fills);
  if (stream.checksum.empty() || stream.checksum == found) return true;
  std::printf("%s: the trades' checksum is %s, not %s\n", stream.name.c_str(), found.c_str(), stream.checksum.c_str());
  return false;
}

// Interleaved rounds of all streams, batch and reports.
void measure(const std::vector<OrderStream>& streams, int rounds) {
  std::vector<Work> works(streams.begin(), streams.end());
  std::vector<std::vector<double>> batch(streams.size());
  std::vector<std::vector<double>> reports(streams.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < streams.size(); ++i) {
      batch[i].push_back(batch_ns(streams[i], works[i]));
      reports[i].push_back(reports_ns(streams[i], works[i]));
    }
  }
  std::printf("%-18s %10s | %-21s | %-21s\n", "stream", "messages", "batch ns, min/median", "with reports, min/med.");
  for (std::size_t i = 0; i < streams.size(); ++i) {
    std::printf("%-18s %10zu | %9.1f / %9.1f | %9.1f / %9.1f\n", streams[i].name.c_str(), streams[i].messages.size(),
                *std::min_element(batch[i].begin(), batch[i].end()), median(batch[i]),
                *std::min_element(reports[i].begin(), reports[i].end()), median(reports[i]));
  }
}

}  // namespace

// bench_matching [--rounds N] [--count] [STREAM.npy ...]: --count applies each stream once to an
// engine and once to its core alone, for a profiler.
int main(int argc, char** argv) {
  int rounds = 9;
  bool count = false;
  std::size_t travelling = 1'000'000;
  std::vector<OrderStream> streams;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      if (argument == "--rounds" && i + 1 < argc) {
        rounds = std::atoi(argv[++i]);
      } else if (argument == "--count") {
        count = true;
      } else {
        streams.push_back(read_stream(argument));
      }
    }
    if (count) {
      for (const OrderStream& stream : streams) {
        Work work(stream);
        MatchingEngine engine(stream_rules());
        apply_batch(engine, work);
        CoreAlone core;
        apply_core(core, work);
      }
      return 0;
    }
    for (const Travel travel : {Travel::stays, Travel::away_25, Travel::away_40, Travel::crash}) {
      streams.push_back(travelling_stream(travel, travelling));
    }
    for (const OrderStream& stream : streams) {
      if (!answers_right(stream)) return 1;
    }
    measure(streams, rounds);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
