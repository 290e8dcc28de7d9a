#include "world/scenario.hpp"

#include <cmath>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>

#include "base/ascii.hpp"
#include "bridge/abi.h"
#include "bridge/json.hpp"
#include "message/message.hpp"

namespace sipml::world {

namespace {

using bridge::Json;

struct Block {
  std::size_t line = 0;
  /// The words behind the fence.
  std::vector<std::string> words;
  std::vector<std::string> lines;
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<Block> blocks_of(std::string_view markdown) {
  std::vector<Block> blocks;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string& line : split(markdown, '\n')) {
    ++number;
    if (line.starts_with("```")) {
      if (!inside) {
        Block block;
        block.line = number;
        for (std::string& word : split(line.substr(3), ' '))
          if (!word.empty()) block.words.push_back(std::move(word));
        blocks.push_back(std::move(block));
      }
      inside = !inside;
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

struct Output {
  unsigned kind = 0;
  std::string head;
  std::string body;
};

class Runner {
 public:
  ScenarioResult run(std::string_view markdown) {
    for (const Block& block : blocks_of(markdown)) {
      if (block.words.empty()) continue;
      line_ = block.line;
      obey(block);
    }
    check_drained();
    if (agent_ != 0) sipml_agent_destroy(agent_);
    return std::move(result_);
  }

 private:
  void fault(const std::string& text) {
    result_.faults.push_back("line " + std::to_string(line_) + ": " + text);
  }

  void obey(const Block& block) {
    const std::string& kind = block.words.front();
    if (kind == "sdp") {
      std::string& body = bodies_[block.words.size() > 1 ? block.words[1] : ""];
      for (const std::string& line : block.lines) body += line + "\r\n";
    } else if (kind == "config") {
      create(block);
    } else if (kind == "at") {
      set_time(block, 1);
      check_drained();
      for (const std::string& line : block.lines)
        if (!line.empty()) input(line);
    } else if (kind == "receives") {
      set_time(block, 2);
      check_drained();
      receive(expand(joined(block.lines)));
    } else if (kind == "sends") {
      expect_sent(block);
    } else if (kind == "events") {
      expect_heads(block);
    } else if (kind == "deadline") {
      const double deadline = sipml_agent_deadline(agent_);
      const double expected = block.words.size() > 1 && block.words[1] != "none"
                                  ? std::strtod(block.words[1].c_str(), nullptr)
                                  : INFINITY;
      if (deadline != expected)
        fault("the deadline is " + std::to_string(deadline) + ", not " + std::to_string(expected));
    } else {
      fault("a block of an unknown kind: " + kind);
    }
  }

  void set_time(const Block& block, std::size_t word) {
    if (block.words.size() <= word) return;
    now_ = std::strtod(block.words[word].c_str(), nullptr);
  }

  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\r\n";
    return text;
  }

  void record(Json line) { result_.transcript += bridge::dump(line) + '\n'; }

  static std::uint32_t put(std::string_view text) {
    std::uint8_t* const buffer = sipml_input_buffer(static_cast<std::uint32_t>(text.size()));
    for (std::size_t i = 0; i < text.size(); ++i) buffer[i] = static_cast<std::uint8_t>(text[i]);
    return static_cast<std::uint32_t>(text.size());
  }

  void create(const Block& block) {
    std::string config;
    for (const std::string& line : block.lines) config += line;
    record({{"input", "create"}, {"head", config}});
    const std::int32_t id = sipml_agent_create(put(config));
    if (id <= 0) fault("the configuration was refused: " + last_error());
    agent_ = id > 0 ? static_cast<std::uint32_t>(id) : 0;
  }

  static std::string last_error() {
    const sipml_output* error = sipml_last_error();
    return {error->head, error->head_length};
  }

  /// connected | disconnected | timer | command JSON [< BODY] | refused CODE JSON
  void input(const std::string& line) {
    const std::size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    std::string rest = blank == std::string::npos ? std::string() : line.substr(blank + 1);
    std::int32_t code = 0;
    if (word == "connected" || word == "disconnected" || word == "timer") {
      record({{"input", word}, {"now", static_cast<std::int64_t>(now_)}});
      if (word == "connected") code = sipml_agent_connected(agent_, now_);
      if (word == "disconnected") code = sipml_agent_disconnected(agent_, now_);
      if (word == "timer") code = sipml_agent_timer_fired(agent_, now_);
    } else if (word == "command" || word == "refused") {
      std::string expected;
      if (word == "refused") {
        const std::size_t space = rest.find(' ');
        expected = rest.substr(0, space);
        rest = rest.substr(space + 1);
      }
      std::string body;
      if (const std::size_t from = rest.rfind(" < "); from != std::string::npos) {
        body = bodies_[rest.substr(from + 3)];
        rest = rest.substr(0, from);
      }
      record({{"input", "command"}, {"now", static_cast<std::int64_t>(now_)}, {"head", rest}, {"body", body}});
      put(rest + body);
      code = sipml_agent_command(agent_, static_cast<std::uint32_t>(rest.size()),
                                 static_cast<std::uint32_t>(body.size()), now_);
      if (word == "refused") {
        const Json error = Json::parse(last_error(), nullptr, false);
        if (code >= 0)
          fault("a command was not refused: " + rest);
        else if (error["code"] != expected)
          fault("a command was refused with " + bridge::dump(error));
        code = 0;
      }
    } else {
      fault("an unknown input: " + line);
    }
    if (code < 0) fault("refused: " + line + ": " + last_error());
    drain();
  }

  void receive(const std::string& text) {
    record({{"input", "receive"}, {"now", static_cast<std::int64_t>(now_)}, {"body", text}});
    const std::uint32_t length = put(text);
    if (sipml_agent_receive(agent_, length, now_) < 0) fault("receive failed: " + last_error());
    drain();
  }

  void drain() {
    while (const sipml_output* output = sipml_agent_poll(agent_)) {
      Output copy{output->kind,
                  {output->head, output->head_length},
                  {output->body, output->body_length}};
      record({{"output", copy.kind}, {"head", copy.head}, {"body", copy.body}});
      if (copy.kind == SIPML_TRANSMIT) remember(copy.body);
      (copy.kind == SIPML_TRANSMIT ? sent_ : heads_).push_back(std::move(copy));
    }
    const double deadline = sipml_agent_deadline(agent_);
    record({{"deadline", std::isinf(deadline) ? Json(nullptr) : Json(static_cast<std::int64_t>(deadline))}});
  }

  /// Keeps the headers of what was sent, for $(METHOD.Header) and $(STATUS.Header).
  void remember(const std::string& bytes) {
    const auto message = message::parse_message(bytes);
    if (!message) return;
    const std::string key = message->is_request() ? std::string(message->method())
                                                  : std::to_string(message->status());
    auto& headers = remembered_[key];
    headers.clear();
    for (const auto& [name, value] : message->all_headers()) headers.emplace(name, value);
    headers.emplace("tag", message->is_request() ? std::string(message->from().tag())
                                                 : std::string(message->to().tag()));
    if (message->is_request()) headers.emplace("uri", message->request_uri());
  }

  std::string expand(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t end = text.compare(i, 2, "$(") == 0 ? text.find(')', i) : std::string::npos;
      if (end == std::string::npos) {
        out += text[i++];
        continue;
      }
      const std::string name = text.substr(i + 2, end - i - 2);
      i = end + 1;
      const std::size_t dot = name.find('.');
      if (name.starts_with("body:")) {
        std::string body = bodies_[name.substr(5)];
        // The block's own line end follows.
        if (body.ends_with("\r\n")) body.resize(body.size() - 2);
        out += body;
        continue;
      }
      const auto message = remembered_.find(name.substr(0, dot));
      if (message == remembered_.end() || dot == std::string::npos ||
          message->second.count(name.substr(dot + 1)) == 0)
        fault("nothing sent has " + name);
      else
        out += message->second.find(name.substr(dot + 1))->second;
    }
    return out;
  }

  void check_drained() {
    for (const Output& output : sent_)
      fault("not expected to be sent:\n" + output.body);
    for (const Output& output : heads_) fault("not expected: " + output.head);
    sent_.clear();
    heads_.clear();
  }

  /// Each line stands in the message in this order; "..." passes over any lines; a line's "*" matches
  /// any characters.
  void expect_sent(const Block& block) {
    line_ = block.line;
    if (sent_.empty()) {
      fault("nothing more was sent");
      return;
    }
    const std::string bytes = std::move(sent_.front().body);
    sent_.pop_front();
    std::vector<std::string> actual = split(bytes, '\n');
    for (std::string& line : actual)
      if (line.ends_with('\r')) line.pop_back();
    std::size_t position = 0;
    bool anywhere = false;
    for (const std::string& pattern : block.lines) {
      if (pattern == "...") {
        anywhere = true;
        continue;
      }
      const std::string expected = expand(pattern);
      std::size_t found = position;
      while (anywhere && found < actual.size() && !matches(expected, actual[found])) ++found;
      if (found >= actual.size() || !matches(expected, actual[found])) {
        fault("expected line: " + expected + "\n  in:\n" + bytes);
        return;
      }
      position = found + 1;
      anywhere = false;
    }
  }

  static bool matches(std::string_view pattern, std::string_view text) {
    const auto parts = split(pattern, '*');
    if (parts.size() == 1) return pattern == text;
    if (!text.starts_with(parts.front())) return false;
    std::size_t position = parts.front().size();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::size_t found = i + 1 == parts.size() && !parts[i].empty()
                                    ? text.rfind(parts[i])
                                    : text.find(parts[i], position);
      if (found == std::string_view::npos || found < position) return false;
      position = found + parts[i].size();
    }
    return parts.back().empty() || text.ends_with(parts.back());
  }

  /// One JSON object a line: event or media request; each key given must be equal.
  void expect_heads(const Block& block) {
    for (std::size_t i = 0; i < block.lines.size(); ++i) {
      if (block.lines[i].empty()) continue;
      line_ = block.line + 1 + i;
      const Json expected = Json::parse(block.lines[i], nullptr, false);
      if (!expected.is_object()) {
        fault("no JSON object: " + block.lines[i]);
        continue;
      }
      if (heads_.empty()) {
        fault("nothing more happened; expected " + block.lines[i]);
        continue;
      }
      const Json actual = Json::parse(heads_.front().head, nullptr, false);
      for (const auto& [key, value] : expected.items()) {
        if (key == "body") {
          if (heads_.front().body != expand(*value.get_ptr<const std::string*>()))
            fault("another body: " + heads_.front().body);
        } else if (!actual.contains(key) || actual[key] != value) {
          fault("expected " + block.lines[i] + "\n  got " + heads_.front().head);
          break;
        }
      }
      heads_.pop_front();
    }
    line_ = block.line;
  }

  ScenarioResult result_;
  std::size_t line_ = 0;
  double now_ = 0;
  std::uint32_t agent_ = 0;
  std::deque<Output> sent_;
  std::deque<Output> heads_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, std::multimap<std::string, std::string>> remembered_;
};

}  // namespace

ScenarioResult run_scenario(std::string_view markdown) { return Runner().run(markdown); }

}  // namespace sipml::world
