/// The five system functions that the C library refers to, so that the WebAssembly modules import
/// nothing: there is no file, no process and no host to tell of memory growth.
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

}  // extern "C"
