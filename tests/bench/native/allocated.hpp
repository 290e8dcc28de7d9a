/// How many octets of the heap are in use, as the allocator hands them out.
#pragma once

#include <cstddef>

namespace sipml::bench {

std::size_t allocated_octets();

}  // namespace sipml::bench
