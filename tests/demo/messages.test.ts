/** demo/messages.ts: every end of a call or a login has words of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SipError, type CallEnd } from "../../web/index.js";
import * as messages from "../../demo/messages.js";

const end = (facts: Omit<CallEnd, "message">): CallEnd => ({ ...facts, message: "detail" });
const describe = (facts: Omit<CallEnd, "message">, duration: string | null = null): string =>
  messages.describeCallEnd(end(facts), "bob", duration).text;

const refusals: readonly (readonly [number, RegExp])[] = [
  [401, /name or password.*401 Reason/],
  [403, /does not allow/],
  [404, /bob.*unknown/],
  [407, /name or password/],
  [480, /not available/],
  [486, /bob.*busy/],
  [488, /this kind of call \(488 Reason\)/],
  [503, /server could not set up the call \(503 Reason\)/],
  [600, /busy/],
  [603, /declined/],
  [699, /refused \(699 Reason\)/],
];

for (const [status, words] of refusals) {
  test(`a call refused with ${status}`, () => {
    const outcome = messages.describeCallEnd(
      end({ cause: "rejected", by: "remote", status, reason: "Reason" }),
      "bob",
      null,
    );
    assert.match(outcome.text, words);
    assert.ok(outcome.isError);
  });
}

test("ordinary ends are no errors and tell the duration", () => {
  assert.equal(describe({ cause: "bye", by: "local" }, "00:12"), "Call ended after 00:12");
  assert.equal(describe({ cause: "bye", by: "remote" }, "00:12"), "[bob] hung up after 00:12");
  assert.equal(describe({ cause: "cancelled", by: "local" }), "Call cancelled");
  assert.equal(describe({ cause: "cancelled", by: "remote" }), "[bob] stopped calling");
  assert.equal(describe({ cause: "rejected", by: "local", status: 603 }), "Call rejected");
  assert.ok(!messages.describeCallEnd(end({ cause: "bye", by: "remote" }), "bob", null).isError);
});

test("each media error has words of its own", () => {
  const errors = [
    "permission_denied",
    "no_device",
    "device_in_use",
    "insecure_context",
    "not_supported",
    "bad_description",
    "ice_failed",
    "dtls_failed",
    "aborted",
    "failed",
  ] as const;
  const lines = errors.map((mediaError) =>
    describe({ cause: "media_error", by: "local", mediaError }),
  );
  assert.equal(new Set(lines).size, errors.length);
});

test("the end of a registration", () => {
  const describeEnd = messages.describeRegistrationEnd;
  assert.match(describeEnd({ cause: "rejected", status: 401, reason: "Unauthorized" }), /Wrong/);
  assert.match(describeEnd({ cause: "rejected", status: 404, reason: "X" }), /does not know/);
  assert.match(describeEnd({ cause: "rejected", status: 500, reason: "X" }), /\(500 X\)/);
  assert.match(describeEnd({ cause: "timeout" }), /did not answer/);
  assert.match(describeEnd({ cause: "transport_error" }), /lost/);
});

test("a login that fails before it registers", () => {
  const line = (code: SipError["code"], server = "wss://h:1/"): string =>
    messages.describeLoginError(new SipError(code, "words"), server);
  assert.match(line("server_unreachable", "ws://h:1/"), /Cannot reach ws:\/\/h:1\/: is the server/);
  assert.match(line("server_unreachable"), /https:\/\/h:1\/.*certificate/);
  assert.match(line("certificate_refused"), /open https:\/\/h:1\/ /);
  assert.match(line("subprotocol_refused"), /subprotocol "sip"/);
  assert.match(line("handshake_refused"), /no WebSocket/);
  assert.match(line("insecure_transport"), /wss:/);
  assert.equal(line("invalid_argument"), "Login failed: words");
  assert.equal(messages.describeLoginError(new Error("words"), ""), "Login failed: words");
});
