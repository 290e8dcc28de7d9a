#include "native/allocated.hpp"

#include <malloc.h>

namespace sipml::bench {

std::size_t allocated_octets() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace sipml::bench
