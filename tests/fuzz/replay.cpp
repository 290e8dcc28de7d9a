/// Runs a fuzz target without libFuzzer: `replay_TARGET FILE-OR-FOLDER...` gives it each file once.
/// An input that takes longer than a second is a failure; a fault ends the program with its name.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::chrono::seconds limit(1);

/// What runs at the moment, for the handler of the signal that a fault raises.
const char* current = "";
std::size_t current_size = 0;

void tell_current(int signal) {
  // Only what a signal handler may call.
  constexpr char text[] = "\nfault while running ";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(1);
  if (write(STDERR_FILENO, current, current_size) < 0) _exit(1);
  if (write(STDERR_FILENO, "\n", 1) < 0) _exit(1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::vector<std::uint8_t> octets;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  std::uint8_t buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    octets.insert(octets.end(), buffer, buffer + count);
  std::fclose(file);
  return octets;
}

std::vector<std::string> files_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error))
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS})
    std::signal(signal, tell_current);
  int passed = 0;
  int failed = 0;
  for (int i = 1; i < count; ++i) {
    for (const std::string& path : files_of(arguments[i])) {
      const std::vector<std::uint8_t> octets = read_file(path);
      current = path.c_str();
      current_size = path.size();
      const auto started = std::chrono::steady_clock::now();
      LLVMFuzzerTestOneInput(octets.data(), octets.size());
      if (std::chrono::steady_clock::now() - started <= limit) {
        ++passed;
        continue;
      }
      std::printf("FAILED %s took more than a second\n", path.c_str());
      ++failed;
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
