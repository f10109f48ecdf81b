// The owners of orders: their groups, their net positions, and the live orders of each.
#pragma once

#include <cstddef>
#include <vector>

#include "book/id_index.hpp"
#include "decimal/integers.hpp"
#include "model/enums.hpp"

namespace pytrader {

// Rows are numbered 1, 2, 3, ... in the order in which owners are first named; 0 is no account. A row stays, because
// its position does. Bound: kMaxAccounts.
class AccountBook {
 public:
  static constexpr u32 kMaxAccounts = u32{1} << 24;

  // kNone if the owner has not been named yet.
  u32 find(u32 owner) const noexcept {
    return index_.find(owner, [this](u32 row) { return u64{accounts_[row].owner}; });
  }
  bool full() const noexcept { return accounts_.size() > kMaxAccounts; }
  // The owner's row, made if need be. Throws std::bad_alloc, or Error(capacity) when full; then nothing has changed.
  u32 row_of(u32 owner);

  u32 owner(u32 row) const noexcept { return accounts_[row].owner; }
  u32 group(u32 row) const noexcept { return accounts_[row].group; }
  void set_group(u32 row, u32 group) noexcept { accounts_[row].group = group; }
  i128 position(u32 row) const noexcept { return accounts_[row].position; }
  void set_position(u32 row, i64 position) noexcept { accounts_[row].position = position; }
  // A trade of this side; row 0 has no position.
  void trade(u32 row, Side side, i64 quantity) noexcept {
    if (row != 0) accounts_[row].position += sign(side) * i128{quantity};
  }
  // How much an order of this side may trade so that the position shrinks and does not turn.
  i64 reducible(u32 row, Side side) const noexcept { return against(side, accounts_[row].position); }

  // A rehearsal moves positions that nobody else sees, and forgets them when the next begins.
  void begin_rehearsal() noexcept { ++rehearsal_; }
  void rehearse(u32 row, Side side, i64 quantity) noexcept {
    if (row != 0) rehearsed(row) += sign(side) * i128{quantity};
  }
  i64 rehearsed_reducible(u32 row, Side side) noexcept { return against(side, rehearsed(row)); }

  // The list of the account's orders, linked through the orders themselves.
  u32 first_order(u32 row) const noexcept { return accounts_[row].first_order; }
  void set_first_order(u32 row, u32 slot) noexcept { accounts_[row].first_order = slot; }

  std::size_t size() const noexcept { return accounts_.empty() ? 0 : accounts_.size() - 1; }
  void check() const {
    index_.check([this](u32 row) { return u64{accounts_[row].owner}; });
  }

 private:
  struct Account {
    i128 position = 0;
    i128 rehearsed = 0;
    u64 rehearsal = 0;
    u32 owner = 0;
    u32 group = 0;
    u32 first_order = kNone;
  };

  static i64 against(Side side, i128 position) noexcept {
    const i128 reducible = side == Side::buy ? -position : position;
    if (reducible <= 0) return 0;
    return reducible > INT64_MAX ? INT64_MAX : static_cast<i64>(reducible);
  }
  i128& rehearsed(u32 row) noexcept {
    Account& account = accounts_[row];
    if (account.rehearsal != rehearsal_) {
      account.rehearsal = rehearsal_;
      account.rehearsed = account.position;
    }
    return account.rehearsed;
  }

  std::vector<Account> accounts_;  // row 0 is nobody
  IdIndex index_;                  // owner -> row
  u64 rehearsal_ = 0;
};

}  // namespace pytrader
