#include "usage/descriptions.hpp"

#include "message/redact.hpp"

namespace sipml::usage {

namespace {

using negotiation::RuleNames;

/// Rewrites `text` and tells the trace.
template <typename Rewrite>
Description traced(std::uint32_t call, bool sent, std::string_view text, Context& context,
                   Rewrite rewrite) {
  RuleNames changed;
  const bool trace = context.config.trace;
  Description result = rewrite(trace ? &changed : nullptr);
  if (!trace || (result && changed.empty())) return result;
  const auto log = [&](std::string_view shown, Log::Kind kind, RuleNames rules) {
    context.outputs.emplace_back(
        Log{sent, message::redact_description(shown), kind, call, std::move(rules)});
  };
  log(text, Log::Kind::before, {});
  if (result) log(*result, Log::Kind::after, std::move(changed));
  return result;
}

}  // namespace

Description write_offer(std::uint32_t call, std::string_view from_browser,
                        const negotiation::LocalOptions& options, Context& context) {
  return traced(call, true, from_browser, context, [&](RuleNames* changed) {
    return negotiation::local_description(from_browser, options, changed);
  });
}

Description write_answer(std::uint32_t call, std::string_view from_browser, std::string_view offer,
                         const negotiation::LocalOptions& options, Context& context) {
  return traced(call, true, from_browser, context, [&](RuleNames* changed) {
    return negotiation::local_answer(from_browser, offer, options, changed);
  });
}

Description read_offer(std::uint32_t call, std::string_view from_wire, Context& context) {
  return traced(call, false, from_wire, context, [&](RuleNames* changed) {
    return negotiation::remote_offer(from_wire, {context.config.require_rtcp_mux}, changed);
  });
}

Description narrow_offer(std::uint32_t call, std::string_view for_browser,
                         const negotiation::LocalOptions& options, Context& context) {
  return traced(call, false, for_browser, context, [&](RuleNames* changed) {
    return negotiation::offer_to_answer(for_browser, options, changed);
  });
}

Description read_answer(std::uint32_t call, std::string_view from_wire, std::string_view offer,
                        const negotiation::LocalOptions& options, Context& context) {
  return traced(call, false, from_wire, context, [&](RuleNames* changed) {
    return negotiation::remote_answer(from_wire, offer, options, changed);
  });
}

}  // namespace sipml::usage
