// What a test may know of the allocator and ask of it: its calls, what is in use, and to refuse its calls.
#pragma once

#include <cstddef>

namespace pytrader::testing {

// The allocations of this test program so far.
std::size_t allocations();
// Bytes that are allocated now, as the allocator rounds them up.
std::size_t bytes_in_use();

// Makes the n-th allocation from now and all after it throw std::bad_alloc, until the next call; 0 refuses none.
void refuse_allocations_from(std::size_t n);

}  // namespace pytrader::testing
