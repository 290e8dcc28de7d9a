/// Literate call flows: Markdown files whose code blocks are inputs and expected outputs of the
/// agent (CONTRIBUTING.md, "Scenarios"). They run through the C interface, as JavaScript does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipml::world {

struct ScenarioResult {
  /// One line a fault, with the line number in the file; empty when all is well.
  std::vector<std::string> faults;
  /// Every input and output as JSON, one a line: what tests/scenarios/run-wasm.ts replays.
  std::string transcript;
};

ScenarioResult run_scenario(std::string_view markdown);

}  // namespace sipml::world
