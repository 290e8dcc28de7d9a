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
#include "uri/uri.hpp"

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

/// One agent, and what came out of it and is not expected yet.
struct Party {
  std::uint32_t agent = 0;
  std::deque<Output> sent;
  std::deque<Output> heads;
  std::string last_body;
};

/// A message on its way from one party to another.
struct Passing {
  std::string from;
  std::string bytes;
};

class Runner {
 public:
  ScenarioResult run(std::string_view markdown) {
    blocks_ = blocks_of(markdown);
    obey_all(0, blocks_.size());
    check_drained();
    destroy_all();
    return std::move(result_);
  }

 private:
  void fault(const std::string& text) {
    std::string place = "line " + std::to_string(line_);
    if (again_line_ != 0) place += " (again from line " + std::to_string(again_line_) + ')';
    result_.faults.push_back(place + ": " + text);
  }

  void obey_all(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const Block& block = blocks_[i];
      if (block.words.empty()) continue;
      line_ = block.line;
      const std::string& kind = block.words.front();
      const std::string name = block.words.size() > 1 ? block.words[1] : "";
      if (kind == "begin")
        passages_[name] = {i + 1, i + 1};
      else if (kind == "end")
        passages_[name].second = i;
      else if (kind == "again")
        repeat(name);
      else
        obey(block);
    }
  }

  /// Obeys the blocks between `begin NAME` and `end NAME` once more.
  void repeat(const std::string& name) {
    const auto passage = passages_.find(name);
    if (passage == passages_.end() || again_line_ != 0) {
      fault("there is no such passage before: " + name);
      return;
    }
    again_line_ = line_;
    obey_all(passage->second.first, passage->second.second);
    again_line_ = 0;
  }

  void obey(const Block& block) {
    const std::string& kind = block.words.front();
    if (kind == "sdp") {
      std::string& body = bodies_[block.words.size() > 1 ? block.words[1] : ""];
      body.clear();
      for (const std::string& line : block.lines) body += line + "\r\n";
    } else if (kind == "config") {
      create(block);
    } else if (kind == "wire") {
      is_wired_ = true;
    } else if (kind == "passes") {
      expect_passed(block);
    } else if (kind == "at") {
      set_time(block, 1);
      check_drained();
      if (!select(block, 2)) return;
      for (const std::string& line : block.lines)
        if (!line.empty()) input(line);
    } else if (kind == "receives") {
      set_time(block, 2);
      check_drained();
      receive(expand(joined(block.lines)));
    } else if (kind == "receives-octets") {
      set_time(block, 2);
      check_drained();
      std::string octets;
      for (const std::string& line : block.lines) octets += unescaped(line);
      receive(octets);
    } else if (kind == "sends") {
      expect_sent(block);
    } else if (kind == "events") {
      if (select(block, 1)) expect_heads(block);
    } else if (kind == "body") {
      line_ = block.line;
      compare(block.lines, party().last_body);
    } else if (kind == "logs") {
      expect_log(block);
    } else if (kind == "deadline") {
      const double deadline = sipml_agent_deadline(party().agent);
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

  /// Goes on with the party that the block names; without a name with the only one.
  bool select(const Block& block, std::size_t word) {
    const std::string name = block.words.size() > word ? block.words[word] : "";
    if (parties_.count(name) == 0) {
      fault("there is no party " + name);
      return false;
    }
    name_ = name;
    return true;
  }

  Party& party() { return parties_[name_]; }

  void destroy_all() {
    for (const auto& [name, party] : parties_)
      if (party.agent != 0) sipml_agent_destroy(party.agent);
    parties_.clear();
    parties_[""];
    vias_.clear();
    is_wired_ = false;
  }

  static std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\r\n";
    return text;
  }

  /// With the party's name, where there are several.
  void record_input(Json line) {
    if (!name_.empty()) line["agent"] = name_;
    record(std::move(line));
  }

  void record(Json line) { result_.transcript += bridge::dump(line) + '\n'; }

  static std::uint32_t put(std::string_view text) {
    std::uint8_t* const buffer = sipml_input_buffer(static_cast<std::uint32_t>(text.size()));
    for (std::size_t i = 0; i < text.size(); ++i) buffer[i] = static_cast<std::uint8_t>(text[i]);
    return static_cast<std::uint32_t>(text.size());
  }

  /// A configuration begins a new agent; the one before has to be done with. One with a name is
  /// one of several.
  void create(const Block& block) {
    check_drained();
    name_ = block.words.size() > 1 ? block.words[1] : "";
    if (name_.empty() || parties_.count(name_) != 0) destroy_all();
    remembered_.clear();
    counts_.clear();
    now_ = 0;
    std::string config;
    for (const std::string& line : block.lines) config += line;
    record_input({{"input", "create"}, {"head", config}});
    const std::int32_t id = sipml_agent_create(put(config));
    if (id <= 0) fault("the configuration was refused: " + last_error());
    party().agent = id > 0 ? static_cast<std::uint32_t>(id) : 0;
  }

  static std::string last_error() {
    const sipml_output* error = sipml_last_error();
    return {error->head, error->head_length};
  }

  /// connected | disconnected | timer | run | command JSON [< BODY] | refused CODE[/ARGUMENT] JSON;
  /// `run` fires each timer at its own time, up to this block's.
  void input(const std::string& line) {
    const std::size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    std::string rest = blank == std::string::npos ? std::string() : line.substr(blank + 1);
    std::int32_t code = 0;
    const std::uint32_t agent = party().agent;
    if (word == "connected" || word == "disconnected" || word == "timer") {
      record_input({{"input", word}, {"now", static_cast<std::int64_t>(now_)}});
      if (word == "connected") code = sipml_agent_connected(agent, now_);
      if (word == "disconnected") code = sipml_agent_disconnected(agent, now_);
      if (word == "timer") code = sipml_agent_timer_fired(agent, now_);
    } else if (word == "run") {
      run_timers();
      return;
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
      record_input({{"input", "command"},
                    {"now", static_cast<std::int64_t>(now_)},
                    {"head", rest},
                    {"body", body}});
      put(rest + body);
      code = sipml_agent_command(agent, static_cast<std::uint32_t>(rest.size()),
                                 static_cast<std::uint32_t>(body.size()), now_);
      if (word == "refused") {
        const Json error = Json::parse(last_error(), nullptr, false);
        if (code >= 0)
          fault("a command was not refused: " + rest);
        else if (!is_expected(error, expected))
          fault("a command was refused with " + bridge::dump(error));
        code = 0;
      }
    } else {
      fault("an unknown input: " + line);
    }
    if (code < 0) fault("refused: " + line + ": " + last_error());
    drain();
    pass_all();
  }

  /// Carries what was sent over the wire, and what comes of it: a request to the party that its
  /// Request-URI names, a response to where its Via came from.
  void pass_all() {
    const std::string name = name_;
    while (!wire_.empty()) {
      const Passing passing = std::move(wire_.front());
      wire_.pop_front();
      const auto message = message::parse_message(passing.bytes);
      if (!message || message->fault()) {
        fault("no SIP message: " + passing.bytes);
        continue;
      }
      const std::string via(message->top_via().sent_by);
      std::string what;
      if (message->is_request()) {
        vias_[via] = passing.from;
        const auto target = uri::parse(message->request_uri());
        name_ = target ? target->user : "";
        what = message->method();
        if (message->content_type() == "message/sipfrag")
          what += " " + std::string(message->body().substr(0, message->body().find("\r\n")));
      } else {
        name_ = vias_[via];
        what = std::to_string(message->status()) + ' ' + message->cseq().method;
      }
      passed_.push_back(passing.from + " > " + name_ + ' ' + what);
      if (parties_.count(name_) == 0)
        fault("nobody to pass to: " + passing.bytes);
      else
        receive(passing.bytes);
    }
    name_ = name;
  }

  void expect_passed(const Block& block) {
    line_ = block.line;
    for (const std::string& line : block.lines) {
      if (line.empty()) continue;
      if (passed_.empty() || !matches(line, passed_.front()))
        fault("expected " + line + ", passed " + (passed_.empty() ? "nothing" : passed_.front()));
      if (!passed_.empty()) passed_.pop_front();
    }
  }

  static bool is_expected(const Json& error, const std::string& expected) {
    const std::size_t slash = expected.find('/');
    if (error["code"] != expected.substr(0, slash)) return false;
    return slash == std::string::npos || error["argument"] == expected.substr(slash + 1);
  }

  void run_timers() {
    const double end = now_;
    const std::uint32_t agent = party().agent;
    for (int fired = 0; sipml_agent_deadline(agent) <= end; ++fired) {
      if (fired == 1000) {
        fault("the timers never come to rest");
        return;
      }
      now_ = sipml_agent_deadline(agent);
      input("timer");
    }
    now_ = end;
  }

  /// Text with \r, \n, \t, \\ and \xHH.
  static std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      const char c = text[++i];
      if (c == 'x' && i + 2 < text.size()) {
        const std::string digits(text.substr(i + 1, 2));
        out += static_cast<char>(std::strtol(digits.c_str(), nullptr, 16));
        i += 2;
      } else {
        out += c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c;
      }
    }
    return out;
  }

  void receive(const std::string& text) {
    record_input({{"input", "receive"}, {"now", static_cast<std::int64_t>(now_)}, {"body", text}});
    const std::uint32_t length = put(text);
    if (sipml_agent_receive(party().agent, length, now_) < 0)
      fault("receive failed: " + last_error());
    drain();
  }

  void drain() {
    while (const sipml_output* output = sipml_agent_poll(party().agent)) {
      Output copy{
          output->kind, {output->head, output->head_length}, {output->body, output->body_length}};
      record({{"output", copy.kind}, {"head", copy.head}, {"body", copy.body}});
      if (copy.kind == SIPML_TRANSMIT) remember(copy.body);
      if (copy.kind == SIPML_TRANSMIT && is_wired_)
        wire_.push_back({name_, std::move(copy.body)});
      else
        (copy.kind == SIPML_TRANSMIT ? party().sent : party().heads).push_back(std::move(copy));
    }
    const double deadline = sipml_agent_deadline(party().agent);
    const Json at = std::isinf(deadline) ? Json() : Json(static_cast<std::int64_t>(deadline));
    record({{"deadline", at}});
  }

  /// Keeps the headers of what was sent, for $(METHOD.Header) and $(STATUS.Header);
  /// $(METHOD#2.Header) is of the second request of that method.
  void remember(const std::string& bytes) {
    const auto message = message::parse_message(bytes);
    if (!message) return;
    const std::string key =
        message->is_request() ? std::string(message->method()) : std::to_string(message->status());
    std::multimap<std::string, std::string> headers;
    for (const auto& [name, value] : message->all_headers()) headers.emplace(name, value);
    headers.emplace("tag", message->is_request() ? std::string(message->from().tag())
                                                 : std::string(message->to().tag()));
    headers.emplace("branch", message->top_via().branch());
    headers.emplace("host", message->top_via().sent_by);
    if (message->is_request()) headers.emplace("uri", message->request_uri());
    remembered_[key + '#' + std::to_string(++counts_[key])] = headers;
    remembered_[key] = std::move(headers);
  }

  /// What a response copies of a request that was sent: $(reply:METHOD TAG) or $(reply:METHOD).
  std::string reply(const std::string& words) {
    const std::size_t blank = words.find(' ');
    const std::string method = words.substr(0, blank);
    std::string lines;
    for (const char* name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
      lines += std::string(lines.empty() ? "" : "\r\n") + name + ": " +
               expand("$(" + method + '.' + name + ')');
      if (std::string_view(name) == "To" && blank != std::string::npos)
        lines += ";tag=" + words.substr(blank + 1);
    }
    return lines;
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
      if (name.starts_with("reply:")) {
        out += reply(name.substr(6));
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
    for (auto& [name, party] : parties_) {
      for (const Output& output : party.sent) fault("not expected to be sent:\n" + output.body);
      for (const Output& output : party.heads)
        fault("not expected" + (name.empty() ? "" : " of " + name) + ": " + output.head);
      party.sent.clear();
      party.heads.clear();
    }
    for (const std::string& line : passed_) fault("not expected to pass: " + line);
    passed_.clear();
  }

  void expect_sent(const Block& block) {
    line_ = block.line;
    if (party().sent.empty()) {
      fault("nothing more was sent");
      return;
    }
    const std::string bytes = std::move(party().sent.front().body);
    party().sent.pop_front();
    compare(block.lines, bytes);
  }

  void expect_log(const Block& block) {
    line_ = block.line;
    if (party().heads.empty() || party().heads.front().kind != SIPML_LOG) {
      fault("nothing more was logged");
      return;
    }
    const std::string bytes = std::move(party().heads.front().body);
    party().heads.pop_front();
    compare(block.lines, bytes);
  }

  /// Each line stands in the text in this order; "..." passes over any lines; a line's "*" matches
  /// any characters; "! " begins a line that stands nowhere.
  void compare(const std::vector<std::string>& patterns, const std::string& bytes) {
    std::vector<std::string> actual = split(bytes, '\n');
    for (std::string& line : actual)
      if (line.ends_with('\r')) line.pop_back();
    std::size_t position = 0;
    bool anywhere = false;
    for (const std::string& pattern : patterns) {
      if (pattern == "...") {
        anywhere = true;
        continue;
      }
      if (pattern.starts_with("! ")) {
        for (const std::string& line : actual)
          if (matches(expand(pattern.substr(2)), line))
            fault("a line that may not be there: " + line + "\n  in:\n" + bytes);
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
      if (party().heads.empty()) {
        fault("nothing more happened; expected " + block.lines[i]);
        continue;
      }
      const Json actual = Json::parse(party().heads.front().head, nullptr, false);
      for (const auto& [key, value] : expected.items()) {
        if (key == "body") {
          if (party().heads.front().body != expand(*value.get_ptr<const std::string*>()))
            fault("another body: " + party().heads.front().body);
        } else if (!actual.contains(key) || actual[key] != value) {
          fault("expected " + block.lines[i] + "\n  got " + party().heads.front().head);
          break;
        }
      }
      party().last_body = std::move(party().heads.front().body);
      party().heads.pop_front();
    }
    line_ = block.line;
  }

  ScenarioResult result_;
  std::vector<Block> blocks_;
  /// Ranges of blocks by name, and where one is being repeated from; 0: nowhere.
  std::map<std::string, std::pair<std::size_t, std::size_t>> passages_;
  std::size_t again_line_ = 0;
  std::size_t line_ = 0;
  double now_ = 0;
  /// By their names, which are the users of their addresses; "" where there is only one.
  std::map<std::string, Party> parties_{{"", {}}};
  std::string name_;
  bool is_wired_ = false;
  std::deque<Passing> wire_;
  std::deque<std::string> passed_;
  /// Whose Via it is.
  std::map<std::string, std::string> vias_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, int> counts_;
  std::map<std::string, std::multimap<std::string, std::string>> remembered_;
};

}  // namespace

ScenarioResult run_scenario(std::string_view markdown) { return Runner().run(markdown); }

}  // namespace sipml::world
