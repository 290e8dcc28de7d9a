#include "unit/conformance/cases.hpp"

using namespace sipml::conformance;

TEST_CASE("Each row of docs/conformance.md names a case that exists") {
  std::set<std::string> cases;
  for (const Json& entry : read_json("tests/data/torture/index.json"))
    cases.insert(text_of(entry["file"]));
  for (const Json& entry : read_json("tests/data/vectors.json")) cases.insert(text_of(entry["id"]));
  const Json hostile = Json::parse(read_file("tests/data/hostile.json"), nullptr, false);
  REQUIRE(hostile.is_object());
  for (const Json& entry : hostile["cases"]) cases.insert(text_of(entry["id"]));
  for (const std::string& row : disputed()) {
    const std::string id = row.substr(0, row.find('#'));
    CHECK_MESSAGE(cases.count(id) != 0, row);
  }
}
