// Keys that are added once: one exit for each fill, whichever of several threads asks first.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "decimal/error.hpp"
#include "decimal/integers.hpp"

namespace pytrader {

// Looking and adding are one step: of all calls with one key, in any threads, exactly one is told that it added it. Not
// a part of the kernel; each call holds the lock of one of 16 parts.
class OnceSet {
 public:
  static constexpr std::size_t kMostKeys = std::size_t{1} << 24;

  explicit OnceSet(std::size_t most_keys = std::size_t{1} << 20) : most_(most_keys) {
    if (most_keys < 1 || most_keys > kMostKeys) {
      throw Error(ErrorCode::invalid_argument,
                  "most_keys is " + std::to_string(most_keys) + "; give 1 to " + std::to_string(kMostKeys));
    }
  }

  // Whether this call added the key. Throws Error(capacity), and adds nothing, where it would be one too many.
  bool add_if_absent(u64 key) { return add(&Part::numbers, parts_[std::hash<u64>{}(key * kSpread) >> 7 & 15], key); }
  bool add_if_absent(const std::string& key) {
    return add(&Part::texts, parts_[std::hash<std::string>{}(key) & 15], key);
  }
  bool contains(u64 key) const { return has(&Part::numbers, parts_[std::hash<u64>{}(key * kSpread) >> 7 & 15], key); }
  bool contains(const std::string& key) const {
    return has(&Part::texts, parts_[std::hash<std::string>{}(key) & 15], key);
  }
  std::size_t size() const noexcept { return size_.load(); }

  std::vector<u64> numbers() const { return all<u64>(&Part::numbers); }
  std::vector<std::string> texts() const { return all<std::string>(&Part::texts); }

 private:
  static constexpr u64 kSpread = 0x9E3779B97F4A7C15ull;

  struct Part {
    mutable std::mutex lock;
    std::unordered_set<u64> numbers;
    std::unordered_set<std::string> texts;
  };

  template <class Key>
  bool add(std::unordered_set<Key> Part::* keys, Part& part, const Key& key) {
    const std::lock_guard held(part.lock);
    if ((part.*keys).count(key) != 0) return false;
    if (size_.fetch_add(1) >= most_) {
      size_.fetch_sub(1);
      throw Error(ErrorCode::capacity, "more than " + std::to_string(most_) + " keys; allow more with most_keys");
    }
    return (part.*keys).insert(key).second;
  }
  template <class Key>
  static bool has(std::unordered_set<Key> Part::* keys, const Part& part, const Key& key) {
    const std::lock_guard held(part.lock);
    return (part.*keys).count(key) != 0;
  }
  template <class Key>
  std::vector<Key> all(std::unordered_set<Key> Part::* keys) const {
    std::vector<Key> found;
    for (const Part& part : parts_) {
      const std::lock_guard held(part.lock);
      found.insert(found.end(), (part.*keys).begin(), (part.*keys).end());
    }
    return found;
  }

  std::array<Part, 16> parts_;
  std::size_t most_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace pytrader
