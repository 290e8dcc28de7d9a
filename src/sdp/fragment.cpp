/// Reads and writes application/trickle-ice-sdpfrag (RFC 8840 section 9).
#include "sdp/fragment.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "sdp/transport.hpp"

namespace sipml::sdp {
namespace {

/// The value of an attribute line without its name.
bool take(std::string_view value, std::string_view name, std::string& into) {
  if (attribute_name(value) != name) return false;
  into = attribute_value(value);
  return true;
}

bool is_readable(std::string_view value) {
  return value.size() <= limits::candidate_size && parse_candidate(value);
}

/// A fragment under construction.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Fragment, ParseError> run() {
    while (!text_.empty() && text_.back() == '\0') text_.remove_suffix(1);
    std::size_t number = 0;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      std::string_view line = text_.substr(at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number;
      if (fragment_.sections.size() == limits::sdp_media_count && line.starts_with("m="))
        return ParseError{ParseErrorCode::too_many_media, at, number};
      if (!line.empty() && !read(line)) found_fault(at);
      at = end + 1;
    }
    if (fragment_.sections.empty()) return ParseError{ParseErrorCode::empty, 0, 0};
    close();
    std::erase_if(fragment_.sections,
                  [](const FragmentSection& section) { return section.mid.empty(); });
    return std::move(fragment_);
  }

 private:
  void found_fault(std::size_t at) {
    if (!fragment_.fault) fragment_.fault = at;
  }

  /// False for a line that is of no use and should be.
  bool read(std::string_view line) {
    if (line.size() < 2 || !ascii::is_alpha(line[0]) || line[1] != '=' ||
        ascii::has_line_break(line))
      return false;
    const std::string_view value = line.substr(2);
    if (line[0] == 'm') {
      close();
      fragment_.sections.emplace_back().kind = value.substr(0, value.find(' '));
      section_at_ = static_cast<std::size_t>(line.data() - text_.data());
      return true;
    }
    if (line[0] != 'a') return true;
    const bool in_session = fragment_.sections.empty();
    FragmentSection& section = in_session ? session_ : fragment_.sections.back();
    if (take(value, "ice-ufrag", section.ufrag) || take(value, "ice-pwd", section.pwd) ||
        take(value, "mid", section.mid))
      return true;
    if (attribute_name(value) == "end-of-candidates") section.ended = true;
    if (in_session && value.starts_with("group:BUNDLE")) take(value, "group", fragment_.group);
    if (attribute_name(value) != "candidate") return true;
    if (in_session || !is_readable(value) || count_ == limits::candidate_count) return false;
    ++count_;
    section.candidates.emplace_back(value);
    return true;
  }

  /// What the session says holds where the section that ends here says nothing.
  void close() {
    if (fragment_.sections.empty()) return;
    FragmentSection& section = fragment_.sections.back();
    if (section.ufrag.empty()) section.ufrag = session_.ufrag;
    if (section.pwd.empty()) section.pwd = session_.pwd;
    section.ended = section.ended || session_.ended;
    if (section.mid.empty()) found_fault(section_at_);
  }

  std::string_view text_;
  Fragment fragment_;
  FragmentSection session_;
  std::size_t section_at_ = 0;
  std::size_t count_ = 0;
};

void append_credentials(std::string& text, const FragmentSection& section) {
  if (!section.ufrag.empty()) text += "a=ice-ufrag:" + section.ufrag + "\r\n";
  if (!section.pwd.empty()) text += "a=ice-pwd:" + section.pwd + "\r\n";
}

bool same_credentials(const FragmentSection& a, const FragmentSection& b) {
  return a.ufrag == b.ufrag && a.pwd == b.pwd;
}

}  // namespace

Result<Fragment, ParseError> parse_fragment(std::string_view text) { return Parser(text).run(); }

std::string write_fragment(const Fragment& fragment) {
  std::vector<const FragmentSection*> sections;
  for (const FragmentSection& section : fragment.sections)
    if (!section.candidates.empty() || section.ended) sections.push_back(&section);
  std::string text;
  const bool is_shared =
      std::all_of(sections.begin(), sections.end(), [&sections](const FragmentSection* section) {
        return same_credentials(*section, *sections.front());
      });
  if (is_shared && !sections.empty()) append_credentials(text, *sections.front());
  if (!fragment.group.empty()) text += "a=group:" + fragment.group + "\r\n";
  for (const FragmentSection* section : sections) {
    // 9.2: port, profile and format of the pseudo m-line say nothing.
    text += "m=" + section->kind + " 9 RTP/AVP 0\r\na=mid:" + section->mid + "\r\n";
    if (!is_shared) append_credentials(text, *section);
    for (const std::string& candidate : section->candidates) text += "a=" + candidate + "\r\n";
    if (section->ended) text += "a=end-of-candidates\r\n";
  }
  return text;
}

Fragment fragment_of(const Description& description) {
  Fragment fragment;
  std::size_t count = 0;
  for (const std::string_view group : attributes(description.session, "group"))
    if (group.starts_with("BUNDLE") && fragment.group.empty()) fragment.group = group;
  for (const Media& media : description.media) {
    const auto id = mid(media);
    if (!id || id->empty() || media.is_rejected()) continue;
    FragmentSection& section = fragment.sections.emplace_back();
    section.kind = media.kind();
    section.mid = *id;
    section.ufrag = ice_ufrag(description, media).value_or(std::string_view());
    section.pwd = ice_pwd(description, media).value_or(std::string_view());
    section.ended = attribute(description, media, "end-of-candidates").has_value();
    for (const Line& line : media.lines) {
      if (count == limits::candidate_count) break;
      if (!is_attribute(line, "candidate") || !is_readable(line.value)) continue;
      section.candidates.push_back(line.value);
      ++count;
    }
  }
  return fragment;
}

bool same_generation(const Fragment& a, const Fragment& b) {
  bool any = false;
  for (const FragmentSection& one : a.sections)
    for (const FragmentSection& other : b.sections) {
      if (one.mid != other.mid) continue;
      if (!same_credentials(one, other)) return false;
      any = true;
    }
  return any;
}

FragmentSection* find_section(Fragment& fragment, std::string_view mid) {
  for (FragmentSection& section : fragment.sections)
    if (section.mid == mid) return &section;
  return nullptr;
}

bool same_candidate(std::string_view a, std::string_view b) {
  const auto one = parse_candidate(a);
  const auto other = parse_candidate(b);
  return one && other && one->component == other->component && one->transport == other->transport &&
         one->tcp_type == other->tcp_type && one->port == other->port &&
         ascii::equal_ignoring_case(one->address, other->address);
}

bool add_candidate(const Fragment& fragment, FragmentSection& section, std::string_view value) {
  std::size_t count = 0;
  for (const FragmentSection& one : fragment.sections) count += one.candidates.size();
  if (count >= limits::candidate_count) return false;
  for (const std::string& known : section.candidates)
    if (same_candidate(known, value)) return false;
  section.candidates.emplace_back(value);
  return true;
}

bool keep_known(Fragment& told, Fragment known) {
  if (!same_generation(told, known)) return false;
  for (FragmentSection& section : told.sections) {
    FragmentSection* before = find_section(known, section.mid);
    if (!before) continue;
    section.ended = section.ended || before->ended;
    std::swap(section.candidates, before->candidates);
    for (const std::string& candidate : before->candidates) add_candidate(told, section, candidate);
  }
  return true;
}

}  // namespace sipml::sdp
