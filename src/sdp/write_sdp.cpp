/// Writes a session description with CRLF line ends (RFC 8866 5).
#include "sdp/description.hpp"

namespace sipml::sdp {
namespace {

std::size_t size_of(const Lines& lines) {
  std::size_t size = 0;
  for (const Line& line : lines) size += line.value.size() + 4;
  return size;
}

void append(std::string& text, const Lines& lines) {
  for (const Line& line : lines) {
    text.push_back(line.type);
    text.push_back('=');
    text += line.value;
    text += "\r\n";
  }
}

}  // namespace

std::string write(const Description& description) {
  std::size_t size = size_of(description.session);
  for (const Media& media : description.media) size += size_of(media.lines);
  std::string text;
  text.reserve(size);
  append(text, description.session);
  for (const Media& media : description.media) append(text, media.lines);
  return text;
}

}  // namespace sipml::sdp
