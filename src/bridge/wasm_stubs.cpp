/// The five system functions that the C library refers to, so that the WebAssembly modules import
/// nothing: there is no file, no process and no host to tell of memory growth. And two functions of
/// the C library itself that only the JSON lexer calls, without the 128-bit floating point and the
/// format interpreter of the library's own, which are a tenth of the module.
#include <cstddef>
#include <cstdint>

namespace {

/// WASI errno EBADF: no file descriptor is ever open.
constexpr std::uint16_t bad_file_descriptor = 8;

}  // namespace

extern "C" {

void emscripten_notify_memory_growth(std::size_t /*memory_index*/) {}

[[noreturn]] void __wasi_proc_exit(std::uint32_t /*code*/) { __builtin_trap(); }

std::uint16_t __wasi_fd_write(std::uint32_t /*fd*/, const void* /*iovs*/, std::size_t /*count*/,
                              std::size_t* /*written*/) {
  return bad_file_descriptor;
}

std::uint16_t __wasi_fd_seek(std::uint32_t /*fd*/, std::int64_t /*offset*/, std::uint8_t /*whence*/,
                             std::int64_t* /*position*/) {
  return bad_file_descriptor;
}

std::uint16_t __wasi_fd_close(std::uint32_t /*fd*/) { return bad_file_descriptor; }

/// The number that a JSON fraction or exponent spells; the last bit may differ from the nearest
/// double, of which heads make no use: their numbers are integers, and what is none is refused.
double strtod(const char* text, char** end) {
  const bool negative = *text == '-';
  if (negative) ++text;
  double value = 0;
  int exponent = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
  if (*text == '.')
    for (++text; *text >= '0' && *text <= '9'; ++text, --exponent)
      value = value * 10 + (*text - '0');
  if (*text == 'e' || *text == 'E') {
    ++text;
    const bool is_small = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    int written = 0;
    for (; *text >= '0' && *text <= '9'; ++text)
      if (written < 10000) written = written * 10 + (*text - '0');
    exponent += is_small ? -written : written;
  }
  // 10 to the 400th is infinite, its inverse zero; a zero stays one.
  for (; exponent > 0 && value != 0 && value < 1e308; --exponent) value *= 10;
  for (; exponent < 0 && value != 0; ++exponent) value /= 10;
  if (end) *end = const_cast<char*>(text);
  return negative ? -value : value;
}

// They stand in one file of the library, so whoever refers to one brings them all.
float strtof(const char* text, char** end) { return static_cast<float>(strtod(text, end)); }
long double strtold(const char* text, char** end) { return strtod(text, end); }

/// Called for the control characters in a text of the lexer that nobody is shown.
int snprintf(char* buffer, std::size_t size, const char* /*format*/, ...) {
  if (size != 0) *buffer = '\0';
  return 0;
}

}  // extern "C"
