/// Documents of several publishers made one, and the outline of XML that this needs.
#include "server/event_package.hpp"

#include <doctest/doctest.h>

#include <string>

#include "crypto/random.hpp"
#include "server/limits.hpp"
#include "server/xml.hpp"

using namespace sipml::server;

namespace {

constexpr std::string_view pidf = "urn:ietf:params:xml:ns:pidf";

std::string_view error_of(std::string_view document) {
  const auto outline = xml::read_outline(document);
  return outline ? std::string_view() : outline.error().reason;
}

std::string presence(std::string_view content, std::string_view declarations = {}) {
  return "<presence xmlns=\"" + std::string(pidf) + "\" " + std::string(declarations) +
         " entity=\"x\">" + std::string(content) + "</presence>";
}

/// Every child of what the documents, newest first, become.
std::string united(std::vector<std::string> documents) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < documents.size(); ++i)
    parts.push_back({static_cast<std::uint32_t>(documents.size() - i), documents[i]});
  const std::string text = make_document(Package::presence, parts, "sip:a@b", 0);
  const auto outline = xml::read_outline(text);
  REQUIRE(bool(outline));
  std::string children;
  for (const auto& child : outline->children) children += child.text;
  return children;
}

}  // namespace

TEST_CASE("XML 1.0: the outline of a document") {
  const std::string document =
      "\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- a > b --><p:presence xmlns:p='urn:x' a=\"&#38;\">"
      "text &amp; <p:tuple id='1'><p:tuple/></p:tuple><![CDATA[<not>]]><note xmlns='urn:y'\n/>"
      "<?php ?></p:presence >\n<!-- end -->";
  const auto outline = xml::read_outline(document);
  REQUIRE(bool(outline));
  CHECK(outline->root.name == "p:presence");
  CHECK(outline->root.local_name == "presence");
  CHECK(outline->root.space == "urn:x");
  REQUIRE(outline->root.attributes.size() == 2);
  CHECK(outline->root.attributes[1].name == "a");
  CHECK(outline->root.attributes[1].value == "&#38;");
  REQUIRE(outline->children.size() == 2);
  CHECK(outline->children[0].text == "<p:tuple id='1'><p:tuple/></p:tuple>");
  CHECK(outline->children[0].space == "urn:x");
  CHECK(outline->children[1].text == "<note xmlns='urn:y'\n/>");
  CHECK(outline->children[1].space == "urn:y");
}

TEST_CASE("XML 1.0 2.1: documents that are not well-formed") {
  for (std::string_view document : {"",
                                    "text",
                                    "<a>",
                                    "<a",
                                    "<a b",
                                    "<a b=",
                                    "<a b=c/>",
                                    "<a b='c/>",
                                    "<a b='<'/>",
                                    "<a/ >",
                                    "<a></b>",
                                    "</a>",
                                    "<a/><b/>",
                                    "<a/>text",
                                    "<a b='1' b='2'/>",
                                    "<a b='1'c='2'/>",
                                    "<1/>",
                                    "<a>&b;</a>",
                                    "<a>&</a>",
                                    "<a>&#;</a>",
                                    "<a>&#x;</a>",
                                    "<a>&#99999999;</a>",
                                    "<a b='&c;'/>",
                                    "<a>&#xg;</a>",
                                    "<!-- ",
                                    "<a><!-- </a>",
                                    "<a><![CDATA[</a>",
                                    "<?x",
                                    "<a></a",
                                    "<a></ a>",
                                    "<:a/>",
                                    "<a:/>",
                                    "<a:b:c/>",
                                    "<a:1 xmlns:a='x'/>",
                                    "<![CDATA[x]]>",
                                    "<a>\x01</a>",
                                    "<a>\xff</a>"}) {
    CAPTURE(document);
    CHECK_FALSE(error_of(document).empty());
  }
}

TEST_CASE("XML 1.0 2.8: a document type is not accepted") {
  CHECK(error_of("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>") == "a document type is not accepted");
}

TEST_CASE("Namespaces in XML 1.0 5: prefixes must be declared") {
  CHECK(error_of("<a:b/>") == "a prefix that is not declared");
  CHECK(error_of("<b a:c='1'/>") == "a prefix that is not declared");
  CHECK(error_of("<a><b xmlns:c='x'/><c:d/></a>") == "a prefix that is not declared");
  CHECK(error_of("<a xmlns:b=''/>") == "a prefix for no namespace");
  CHECK(error_of("<a xml:lang='en' xmlns:b='x'><b:c b:d='1'/></a>") == "");
}

TEST_CASE("XML is nested, and has attributes, up to a limit") {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  CHECK(error_of(nested(limits::xml_depth)) == "");
  CHECK(error_of(nested(limits::xml_depth + 1)) == "elements nested too deeply");
  const auto attributes = [](std::size_t count, std::string_view prefix) {
    std::string text = "<a";
    for (std::size_t i = 0; i < count; ++i)
      text += " " + std::string(prefix) + "a" + std::to_string(i) + "='1'";
    return text + "/>";
  };
  CHECK(error_of(attributes(limits::xml_attribute_count, "")) == "");
  CHECK(error_of(attributes(limits::xml_attribute_count + 1, "")) == "too many attributes");
  CHECK(error_of("<b xmlns:x='1'>" + attributes(limits::xml_attribute_count, "xmlns:") + "</b>") ==
        "too many namespaces");
}

TEST_CASE("XML 1.0 2.4: what is escaped") {
  CHECK(xml::escape("a<b>&\"c\"") == "a&lt;b&gt;&amp;&quot;c&quot;");
}

TEST_CASE("RFC 3863 4.1: without publications a presence document says closed") {
  const std::string text = make_document(Package::presence, {}, "sip:a&b@c", 3);
  CHECK(text ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:a&amp;b@c\">"
        "<tuple id=\"offline\"><status><basic>closed</basic></status></tuple></presence>\n");
}

TEST_CASE("RFC 3863 4.1: the elements of all publications, in the order of the schema") {
  CHECK(united({presence("<note>n</note><tuple id='a'/><x xmlns='urn:x'/>"),
                presence("<note>m</note><tuple id='b'/>")}) ==
        "<tuple id='a'/><tuple id='b'/><note>n</note><note>m</note><x xmlns='urn:x'/>");
}

TEST_CASE("RFC 3863 4.1.2: an id of two publications is the older one's") {
  const std::string newer = presence("<tuple id='a'>2</tuple><tuple id=\"a-2\"/>");
  const std::string older = presence("<tuple id='a'>1</tuple>");
  CHECK(united({newer, older}) ==
        "<tuple id='a-2-2'>2</tuple><tuple id=\"a-2\"/><tuple id='a'>1</tuple>");
}

TEST_CASE("Namespaces in XML 1.0 6: what a root declares goes with its elements") {
  CHECK(united({presence("<tuple id='a'><r:x/></tuple>", "xmlns:r='urn:r'"),
                "<p:presence xmlns:p=\"urn:ietf:params:xml:ns:pidf\" xmlns:r=\"urn:'\">"
                "<p:tuple id='b' xmlns:r='own'><y/></p:tuple><p:tuple id='c'/></p:presence>"}) ==
        "<tuple xmlns:r=\"urn:r\" id='a'><r:x/></tuple>"
        "<p:tuple xmlns:p=\"urn:ietf:params:xml:ns:pidf\" xmlns=\"\" id='b' xmlns:r='own'><y/>"
        "</p:tuple>"
        "<p:tuple xmlns:p=\"urn:ietf:params:xml:ns:pidf\" xmlns:r=\"urn:'\" xmlns=\"\" id='c'/>");
}

TEST_CASE("RFC 3903 6: the oldest publications that have no room are left out") {
  const std::string filler(limits::document_size / 2, 'x');
  const auto document = [&](std::string_view id) {
    return presence("<tuple id='" + std::string(id) + "'>" + filler + "</tuple>");
  };
  const std::string both = united({document("a"), document("b")});
  CHECK(both.find("id='a'") != std::string::npos);
  CHECK(both.find("id='b'") == std::string::npos);
  // Neither do declarations multiply without end.
  std::string children;
  for (int i = 0; i < 2000; ++i) children += "<x/>";
  CHECK(united({presence(children, "xmlns:r='" + std::string(4000, 'r') + "'"),
                presence("<tuple id='b'/>")}) == "<tuple id='b'/>");
}

TEST_CASE("RFC 4235 4.1: dialogs of all publications make one full document") {
  const std::string one =
      "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"9\" state=\"full\" "
      "entity=\"e\"><dialog id=\"1\"/></dialog-info>";
  const std::string text = make_document(Package::dialog, {{2, one}, {1, one}}, "sip:a@b", 17);
  CHECK(text ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"17\" state=\"full\" "
        "entity=\"sip:a@b\"><dialog id=\"1-2\"/><dialog id=\"1\"/></dialog-info>\n");
  CHECK(make_document(Package::dialog, {}, "sip:a@b", 0).find("version=\"0\"") !=
        std::string::npos);
}

TEST_CASE("RFC 3842 5.2: of message summaries the last counts") {
  CHECK(make_document(Package::message_summary, {{1, "Messages-Waiting: yes\r\n"}, {2, "x"}}, "",
                      0) == "Messages-Waiting: yes\r\n");
  CHECK(find_fault(Package::message_summary, "messages-waiting : yes\r\n") == std::nullopt);
  CHECK(find_fault(Package::message_summary, "Voice-Message: 1/0\r\n"));
  CHECK(find_fault(Package::message_summary, "yes"));
}

TEST_CASE("XML 1.0 2.1: what documents, changed anywhere, are made into is well-formed") {
  const std::string original = presence(
      "<!-- c --><tuple id='a'><status><basic>open</basic></status><r:x "
      "r:y=\"1\">&amp;</r:x></tuple>"
      "<note xml:lang=\"en\">n</note><![CDATA[ ]]><p:q xmlns:p='urn:p' id=\"a\"/>",
      "xmlns:r='urn:r'");
  sipml::crypto::Random random({9});
  std::size_t accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string changed = original;
    for (std::uint32_t j = random.below(3) + 1; j > 0 && !changed.empty(); --j) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(changed.size()));
      const std::size_t from = random.below(static_cast<std::uint32_t>(changed.size()));
      switch (random.below(4)) {
        case 0:
          changed[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          changed.erase(at, random.below(20));
          break;
        case 2:
          changed.insert(at, changed.substr(from, random.below(30)));
          break;
        default:
          changed[at] = "<>&;:='\"/!?-[] "[random.below(15)];
      }
    }
    if (find_fault(Package::presence, changed)) continue;
    ++accepted;
    const std::string text =
        make_document(Package::presence, {{3, changed}, {2, original}, {1, changed}}, "e", 0);
    CAPTURE(changed);
    const auto outline = xml::read_outline(text);
    REQUIRE(bool(outline));
    CHECK(outline->children.size() >= 3);
  }
  CHECK(accepted > 500);
}
