// Making room for owners as they are named.
#include "matching/account_book.hpp"

#include "decimal/error.hpp"

namespace pytrader {

u32 AccountBook::row_of(u32 owner) {
  const u32 found = find(owner);
  if (found != kNone) return found;
  if (full()) throw Error(ErrorCode::capacity, "account book: more than 16777216 owners");
  if (accounts_.empty()) accounts_.emplace_back();
  index_.reserve(accounts_.size());
  Account account;
  account.owner = owner;
  accounts_.push_back(account);
  const auto row = static_cast<u32>(accounts_.size() - 1);
  index_.insert(owner, row);
  return row;
}

}  // namespace pytrader
