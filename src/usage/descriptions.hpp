/// Descriptions of calls between the browser and the wire, and what the trace tells of it (RFC
/// 3264).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "negotiation/rewrite.hpp"
#include "usage/context.hpp"

namespace sipml::usage {

using Description = Result<std::string, negotiation::RewriteError>;

/// negotiation::local_description(), local_answer(), remote_offer(), offer_to_answer() and
/// remote_answer() for a call.
/// With Config::trace, a description that they change is logged before and after, one that they
/// refuse as it came; without secrets.
Description write_offer(std::uint32_t call, std::string_view from_browser,
                        const negotiation::LocalOptions& options, Context& context);
Description write_answer(std::uint32_t call, std::string_view from_browser, std::string_view offer,
                         const negotiation::LocalOptions& options, Context& context);
Description read_offer(std::uint32_t call, std::string_view from_wire, Context& context);
Description narrow_offer(std::uint32_t call, std::string_view for_browser,
                         const negotiation::LocalOptions& options, Context& context);
Description read_answer(std::uint32_t call, std::string_view from_wire, std::string_view offer,
                        const negotiation::LocalOptions& options, Context& context);

}  // namespace sipml::usage
