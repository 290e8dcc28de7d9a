/// Runs scenario files: `sipml_scenarios [--transcripts DIR] FILE-OR-FOLDER...`. Prints a line for
/// each and the faults of those that fail; ends with "N passed, N failed".
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "world/scenario.hpp"

namespace {

std::string read_file(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return text;
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, count);
  std::fclose(file);
  return text;
}

std::string base_name(const std::string& path) {
  const std::size_t start = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  return path.substr(start, path.rfind('.') - start);
}

/// The path itself, or the Markdown files of a folder in alphabetical order.
std::vector<std::string> scenario_files(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error))
    if (entry.path().extension() == ".md") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int count, char** arguments) {
  std::string transcripts;
  std::vector<std::string> files;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--transcripts" && i + 1 < count)
      transcripts = arguments[++i];
    else
      for (std::string& file : scenario_files(argument)) files.push_back(std::move(file));
  }
  int passed = 0;
  int failed = 0;
  for (const std::string& path : files) {
    const std::string text = read_file(path);
    auto result = sipml::world::run_scenario(text);
    if (result.transcript.empty()) result.faults.push_back("the file holds no scenario");
    std::printf("%s %s\n", result.faults.empty() ? "ok  " : "FAIL", base_name(path).c_str());
    for (const std::string& fault : result.faults) std::printf("  %s\n", fault.c_str());
    ++(result.faults.empty() ? passed : failed);
    if (transcripts.empty()) continue;
    const std::string name = transcripts + '/' + base_name(path) + ".jsonl";
    if (std::FILE* file = std::fopen(name.c_str(), "wb")) {
      std::fwrite(result.transcript.data(), 1, result.transcript.size(), file);
      std::fclose(file);
    } else {
      std::printf("  cannot write %s\n", name.c_str());
      ++failed;
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
