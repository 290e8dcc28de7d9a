/// Cases of tests/data, what is found wrong with each, and the differences that docs/conformance.md
/// argues for.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "bridge/json.hpp"
#include "uri/name_addr.hpp"

namespace sipml::conformance {

using bridge::Json;

inline std::string read_file(const std::string& path) {
  std::ifstream file(std::string(SIPML_SOURCE_DIR "/") + path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Json read_json(const std::string& path) {
  Json json = Json::parse(read_file(path), nullptr, false);
  REQUIRE_MESSAGE(json.is_array(), path);
  REQUIRE_FALSE(json.empty());
  return json;
}

/// The rows of docs/conformance.md: `case` for a whole case, `case#field` for one field of it.
inline std::set<std::string> disputed() {
  std::set<std::string> ids;
  const std::string text = read_file("docs/conformance.md");
  constexpr std::string_view row = "\n| `";
  for (std::size_t at = text.find(row); at != std::string::npos; at = text.find(row, at + 1)) {
    const std::size_t start = at + row.size();
    const std::string id = text.substr(start, text.find('`', start) - start);
    const bool is_new = ids.insert(id).second;
    CHECK_MESSAGE(is_new, "docs/conformance.md lists twice: " << id);
  }
  return ids;
}

/// What one case got wrong, by the field of its expectation.
class Findings {
 public:
  void add(const std::string& field, const std::string& what) { found_[field] += what + "; "; }

  void compare(const std::string& field, const Json& actual, const Json& expected) {
    if (actual != expected)
      add(field, "is " + bridge::dump(actual) + ", not " + bridge::dump(expected));
  }

  bool empty() const { return found_.empty(); }
  const std::map<std::string, std::string>& all() const { return found_; }

 private:
  std::map<std::string, std::string> found_;
};

/// Fails for each finding that is not listed, and for each listed one that is not found.
inline void judge(const std::string& id, const Findings& findings,
                  const std::set<std::string>& listed) {
  const bool whole = listed.count(id) != 0;
  if (whole) CHECK_MESSAGE(!findings.empty(), id << ": listed in docs/conformance.md, but passes");
  for (const auto& finding : findings.all()) {
    const std::string row = id + '#' + finding.first;
    if (!whole) CHECK_MESSAGE(listed.count(row) != 0, row << " " << finding.second);
  }
  for (const std::string& row : listed)
    if (row.starts_with(id + '#'))
      CHECK_MESSAGE(findings.all().count(row.substr(id.size() + 1)) != 0,
                    row << ": listed in docs/conformance.md, but passes");
}

inline std::string text_of(const Json& json) { return json.get<std::string>(); }

inline Json or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

/// Names in lower case, null for a flag; values of what is compared without case in lower case too.
inline Json to_json(const grammar::Parameters& parameters, bool unescape = false) {
  const auto decoded = [unescape](const std::string& text) {
    return unescape ? uri::unescape(text) : text;
  };
  Json json = Json::object();
  for (const grammar::Parameter& parameter : parameters) {
    const std::string name = ascii::to_lower(decoded(parameter.name));
    Json value;
    if (parameter.value) value = decoded(*parameter.value);
    if (name == "transport" && parameter.value) value = ascii::to_lower(*parameter.value);
    json[name] = std::move(value);
  }
  return json;
}

/// Names of expectations in lower case.
inline Json lower_keys(const Json& json) {
  Json result = Json::object();
  for (const auto& [name, value] : json.items()) result[ascii::to_lower(name)] = value;
  return result;
}

/// Every parameter that is expected is there; an empty expectation wants none.
inline void compare_parameters(Findings& findings, const std::string& field, const Json& actual,
                               const Json& expected) {
  if (expected.empty()) return findings.compare(field, actual, expected);
  const Json wanted = lower_keys(expected);
  for (const auto& [name, value] : wanted.items()) {
    if (!actual.contains(name))
      findings.add(field, "lacks " + name);
    else
      findings.compare(field, actual[name], value);
  }
}

/// The headers of a URI as name and value, in order, values unescaped.
inline std::vector<std::pair<std::string, std::string>> header_list(const uri::Uri& uri) {
  std::vector<std::pair<std::string, std::string>> list;
  std::string_view rest = uri.headers;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    const std::size_t equals = std::min(item.find('='), item.size());
    list.emplace_back(item.substr(0, equals),
                      uri::unescape(item.substr(std::min(item.size(), equals + 1))));
  }
  return list;
}

/// All values of each header, names in lower case.
inline Json headers_of(const uri::Uri& uri) {
  Json json = Json::object();
  for (const auto& [name, value] : header_list(uri)) json[ascii::to_lower(name)].push_back(value);
  return json;
}

/// Compares the fields that `expected` names.
inline void compare_uri(Findings& findings, const std::string& prefix, const uri::Uri& uri,
                        const Json& expected) {
  for (const auto& [name, value] : expected.items()) {
    const std::string field = prefix + name;
    if (name == "scheme") {
      findings.compare(field, uri.scheme, value);
    } else if (name == "user") {
      findings.compare(field, or_null(uri::unescape(uri.user)), value);
    } else if (name == "password") {
      findings.compare(field, uri.password ? Json(*uri.password) : Json(), value);
    } else if (name == "host") {
      findings.compare(field, ascii::to_lower(uri.host), ascii::to_lower(text_of(value)));
    } else if (name == "port") {
      findings.compare(field, uri.port ? Json(*uri.port) : Json(), value);
    } else if (name == "params") {
      compare_parameters(findings, field, to_json(uri.parameters), value);
    } else if (name == "paramNames") {
      for (const Json& parameter : value)
        if (!grammar::find_parameter(uri.parameters, text_of(parameter)))
          findings.add(field, "lacks " + text_of(parameter));
    } else if (name == "headers") {
      findings.compare(field, headers_of(uri), value);
    } else if (name == "hostType") {
      const bool is_digits = uri.host.find_first_not_of("0123456789.") == std::string::npos;
      const char* type = uri.host.starts_with('[') ? "ipv6" : is_digits ? "ipv4" : "domain";
      findings.compare(field, type, value);
    } else if (name == "aor") {
      std::string aor = uri.scheme + ':' + uri::unescape(uri.user) + '@';
      findings.compare(field, aor + ascii::to_lower(uri.host), value);
    } else if (name != "valid" && name != "lenient" && name != "orLenient") {
      findings.add(field, "has no check");
    }
  }
}

inline void compare_name_addr(Findings& findings, const std::string& prefix,
                              const uri::NameAddr& address, const Json& expected) {
  for (const auto& [name, value] : expected.items()) {
    const std::string field = prefix + name;
    if (name == "display") {
      const Json actual = or_null(address.display_name);
      bool equal = actual == value;
      if (expected.contains("displayAlt"))
        for (const Json& other : expected["displayAlt"]) equal = equal || actual == other;
      if (!equal) findings.compare(field, actual, value);
    } else if (name == "displayEmpty") {
      findings.compare(field, address.display_name.empty(), value);
    } else if (name == "uri") {
      compare_uri(findings, field + '.', address.uri, value);
    } else if (name == "params") {
      compare_parameters(findings, field, to_json(address.parameters), value);
    } else if (name == "tag") {
      findings.compare(field, or_null(address.tag()), value);
    } else if (name != "valid" && name != "lenient" && name != "displayAlt" &&
               name != "orLenient") {
      findings.add(field, "has no check");
    }
  }
}

/// True when a parser's verdict is what the case wants; `orLenient` leaves it open.
inline bool verdict(Findings& findings, bool parsed, std::string_view reason,
                    const Json& expected) {
  const bool valid = expected.value("valid", true);
  if (parsed != valid && !(parsed && expected.value("orLenient", false)))
    findings.add("valid", parsed ? "was accepted" : std::string(reason));
  return parsed && valid;
}

/// Runs `check` on each vector of that kind.
template <typename Check>
void run_vectors(std::string_view kind, Check check) {
  const std::set<std::string> listed = disputed();
  std::size_t count = 0;
  for (const Json& vector : read_json("tests/data/vectors.json")) {
    if (text_of(vector["kind"]) != kind) continue;
    Findings findings;
    check(findings, vector["input"], vector["expect"]);
    judge(text_of(vector["id"]), findings, listed);
    ++count;
  }
  CHECK(count > 10);
}

}  // namespace sipml::conformance
