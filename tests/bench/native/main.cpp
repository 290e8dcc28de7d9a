/// One round of the native benchmark: `sipml_bench SAMPLE...` prints a JSON object of what each
/// stack found in the messages and how often a second it did each job. ../run.mjs reads it.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "native/allocated.hpp"
#include "native/contender.hpp"
#include "native/phones.hpp"
#include "negotiation/rewrite.hpp"

namespace {

using namespace sipml;
using namespace sipml::bench;
using Json = nlohmann::ordered_json;

std::string read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string body(const std::string& message) {
  return message.substr(message.find("\r\n\r\n") + 4);
}

/// What the optimizer must believe somebody wants.
volatile std::size_t wanted = 0;

/// How often a second `job` is done, from about `seconds_each` of doing it. `job` is told which
/// time it is.
template <typename Job>
double rate(double seconds_each, std::size_t batch, Job job) {
  using Clock = std::chrono::steady_clock;
  for (std::size_t i = 0; i < batch; ++i) wanted = wanted + job(i);
  const auto start = Clock::now();
  std::size_t times = 0;
  double elapsed = 0;
  do {
    for (std::size_t i = 0; i < batch; ++i) wanted = wanted + job(times + i);
    times += batch;
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (elapsed < seconds_each);
  return static_cast<double>(times) / elapsed;
}

constexpr double seconds_each = 0.02;
constexpr std::size_t batch = 200;

Json to_json(const Facts& facts) {
  return {{"cseq", facts.cseq},
          {"fromTag", facts.from_tag},
          {"branch", facts.branch},
          {"contact", facts.contact},
          {"recordRoutes", facts.record_routes}};
}

/// Heap octets of what `make` returns, and of what it holds.
template <typename Make>
double octets_of(std::size_t number, Make make) {
  std::vector<decltype(make())> made;
  made.reserve(number);
  const std::size_t before = allocated_octets();
  for (std::size_t i = 0; i < number; ++i) made.push_back(make());
  return static_cast<double>(allocated_octets() - before) / static_cast<double>(number);
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> samples;
  for (int i = 1; i < count; ++i) samples.push_back(read(arguments[i]));
  if (samples.size() < 2) {
    std::fputs("usage: sipml_bench INVITE 200 [MESSAGE...]\n", stderr);
    return 2;
  }
  const std::string offer = body(samples[0]);
  std::string answer = body(samples[1]);
  // What a callee's browser would write; the sample is the offer once more.
  answer.replace(answer.find("a=setup:actpass"), 15, "a=setup:active");

  Json out;
  const Contender contenders[] = {sipml_wasm(), sipml_wasm_copied(), sofia(), osip(), libre()};
  for (const Contender& contender : contenders) {
    const std::string name(contender.name);
    for (const std::string& sample : samples)
      out["facts"][name].push_back(to_json(contender.facts(sample)));
    if (!contender.write) continue;
    for (const std::string& sample : samples) {
      if (contender.keep(sample))
        out["writtenFacts"][name].push_back(to_json(contender.facts(contender.written())));
    }
    contender.keep(samples[0]);
    out["written"][name] = contender.written();
  }
  for (const Contender& contender : contenders)
    if (contender.copied_description)
      out["description"][std::string(contender.name)] = contender.copied_description(offer);

  Json& rates = out["rates"];
  for (const Contender& contender : contenders) {
    Json& parse = rates["parse"][std::string(contender.name)];
    parse.push_back(rate(seconds_each, batch, [&](std::size_t i) {
      return contender.parse(samples[i % samples.size()]);
    }));
    for (const std::string& sample : samples)
      parse.push_back(
          rate(seconds_each, batch, [&](std::size_t) { return contender.parse(sample); }));
  }
  for (const Contender& contender : contenders) {
    if (!contender.write) continue;
    Json& write = rates["write"][std::string(contender.name)];
    for (const std::string& sample : {samples[0], samples[1]}) {
      contender.keep(sample);
      write.push_back(rate(seconds_each, batch, [&](std::size_t) { return contender.write(); }));
    }
  }
  for (const Contender& contender : contenders)
    if (contender.copy_description)
      rates["description"][std::string(contender.name)].push_back(rate(
          seconds_each, batch, [&](std::size_t) { return contender.copy_description(offer); }));
  const auto rewritten = negotiation::remote_offer(offer);
  out["rewritten"] = rewritten ? *rewritten : std::string();
  rates["rewrite"]["sipml-wasm"].push_back(rate(seconds_each, batch, [&](std::size_t) {
    const auto result = negotiation::remote_offer(offer);
    return result ? result->size() : 0;
  }));

  Phones phones(offer, answer);
  if (!phones.register_both()) {
    std::fputs("a registration failed\n", stderr);
    return 1;
  }
  bool whole = true;
  rates["call"]["sipml-wasm"].push_back(rate(10 * seconds_each, 10, [&](std::size_t) {
    const std::uint32_t call = phones.establish();
    whole = whole && call != 0 && phones.hang_up(call);
    phones.settle();
    return std::size_t{call};
  }));

  constexpr std::size_t agents = 200;
  constexpr std::size_t calls = 60;
  const auto pair = [&] {
    auto made = std::make_unique<Phones>(offer, answer);
    whole = whole && made->register_both();
    made->settle();
    return made;
  };
  const double pair_octets = octets_of(agents, pair);
  const auto busy = pair();
  const double call_octets = octets_of(calls, [&] {
    const std::uint32_t call = busy->establish();
    whole = whole && call != 0;
    return call;
  });
  out["memory"] = {{"agent", pair_octets / 2}, {"call", call_octets / 2}};
  if (!whole) {
    std::fputs("a call or a registration failed\n", stderr);
    return 1;
  }
  std::puts(out.dump().c_str());
  return 0;
}
