// A fee schedule on its way from Python: shared by the instruments of a run, with one volume for each currency.
#pragma once

#include <pybind11/pybind11.h>

#include <map>
#include <memory>
#include <string>

#include "model/fee_schedule.hpp"

namespace pytrader::bindings {

using SharedSchedule = std::shared_ptr<const FeeSchedule>;

// What makes the fee models of one run. Instruments under one schedule share its volume: of value, where they have the
// same quote currency; of units, always.
class FeeModels {
 public:
  FeeModelMaker maker_of(SharedSchedule schedule) {
    return [this, schedule = std::move(schedule)](const Instrument& instrument) -> std::unique_ptr<FeeModel> {
      const bool by_value = schedule->measure == VolumeMeasure::value;
      const std::string currency = by_value ? instrument.definition().quote_currency : std::string();
      auto [found, is_new] = volumes_.try_emplace({schedule.get(), currency});
      if (is_new) found->second = make_volume(*schedule);
      return std::make_unique<ScheduleFees>(instrument, schedule, found->second);
    };
  }

 private:
  std::map<std::pair<const FeeSchedule*, std::string>, std::shared_ptr<RollingVolume>> volumes_;
};

// Null for None.
SharedSchedule schedule_of(pybind11::handle schedule);

}  // namespace pytrader::bindings
