/// URIs, addresses and parameters as the data of js-glue/message-data.ts.
#pragma once

#include <cstddef>
#include <string_view>

#include "bridge/json_writer.hpp"
#include "uri/name_addr.hpp"
#include "uri/uri.hpp"

namespace sipml::bridge {

/// A Diagnostic; `header` "" is null.
void write_diagnostic(JsonWriter& json, std::string_view reason, std::size_t offset,
                      std::string_view header);

/// The member `name`: a list of Param, names in lower case.
void write_parameters(JsonWriter& json, std::string_view name,
                      const grammar::Parameters& parameters);

/// "ipv6", "ipv4" or "domain".
std::string_view host_type(std::string_view host);

/// A ParsedUri.
void write_uri(JsonWriter& json, const uri::Uri& uri);

/// The members of a ParsedNameAddr, without the braces around them.
void write_name_addr_members(JsonWriter& json, const uri::NameAddr& address);
void write_name_addr(JsonWriter& json, const uri::NameAddr& address);

}  // namespace sipml::bridge
