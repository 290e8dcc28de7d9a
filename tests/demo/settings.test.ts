/** demo/settings.ts: each expert field takes what sipML5's did and explains what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as settings from "../../demo/settings.js";

function value<T>(checked: settings.Checked<T>): T {
  assert.ok(checked.ok, checked.ok ? "" : checked.problem);
  return checked.value;
}

function problem(checked: settings.Checked<unknown>): string {
  assert.ok(!checked.ok, "it was accepted");
  return checked.problem;
}

test("an empty field leaves the default", () => {
  const checks: readonly ((source: string) => settings.Checked<unknown>)[] = [
    settings.checkWebsocketUrl,
    settings.checkOutboundProxyUrl,
    settings.checkIceServers,
    settings.checkBandwidth,
    settings.checkVideoSize,
  ];
  for (const check of checks) {
    assert.equal(value(check("")), undefined);
    assert.equal(value(check("  ")), undefined);
  }
  assert.equal(value(settings.checkIceServers("null")), undefined);
});

test("WebSocket URLs", () => {
  assert.equal(value(settings.checkWebsocketUrl(" ws://h:5062 ")), "ws://h:5062");
  assert.equal(value(settings.checkWebsocketUrl("wss://[::1]:443/ws")), "wss://[::1]:443/ws");
  for (const wrong of ["h:5062", "http://h", "ws://", "ws:/h"]) {
    assert.match(problem(settings.checkWebsocketUrl(wrong)), /ws:\/\/host/);
  }
});

test("outbound proxy URLs", () => {
  for (const right of ["udp://h.example:5060", "TLS://10.0.0.1:5061", "ws://[::1]:80"]) {
    assert.equal(value(settings.checkOutboundProxyUrl(right)), right);
  }
  for (const wrong of ["udp://h", "http://h:80", "udp://h:0", "udp://h:65536", "udp://h:1/x"]) {
    assert.match(problem(settings.checkOutboundProxyUrl(wrong)), /scheme:\/\/host:port/);
  }
});

test("ICE servers in every stored form", () => {
  assert.deepEqual(value(settings.checkIceServers("[]")), []);
  assert.deepEqual(value(settings.checkIceServers("[{ url: 'stun:a' }]")), [{ urls: ["stun:a"] }]);
  assert.deepEqual(value(settings.checkIceServers("(['stun:a'])")), [{ urls: ["stun:a"] }]);
  assert.deepEqual(
    value(settings.checkIceServers("[{urls:['turn:b','turns:c'], username:'u', credential:'p'}]")),
    [{ urls: ["turn:b", "turns:c"], username: "u", credential: "p" }],
  );
});

test("ICE servers that are wrong say which entry", () => {
  assert.match(problem(settings.checkIceServers("{}")), /a list/);
  assert.match(problem(settings.checkIceServers("[{ url: 'stun:a' }, 3]")), /entry 2/);
  assert.match(problem(settings.checkIceServers("[{ urls: [] }]")), /entry 1/);
  assert.match(problem(settings.checkIceServers("[{ urls: 'http:a' }]")), /\[http:a\]/);
  assert.match(problem(settings.checkIceServers("[{ urls: 'turn:a' }]")), /username and credential/);
  assert.match(problem(settings.checkIceServers("[{ urls: 'stun:a', username: 1 }]")), /username/);
  assert.match(problem(settings.checkIceServers("[\n{ urls 'a' }]")), /line 2, column 8/);
});

test("bandwidth", () => {
  assert.deepEqual(value(settings.checkBandwidth("{ audio:64, video:512 }")), {
    audio: 64,
    video: 512,
  });
  assert.deepEqual(value(settings.checkBandwidth("{ audio:0, video:'512' }")), { video: 512 });
  assert.match(problem(settings.checkBandwidth("64")), /expected an object: \{ audio:64/);
  assert.match(problem(settings.checkBandwidth("{ audio: -1 }")), /audio must be a whole number/);
  assert.match(problem(settings.checkBandwidth("{ adio: 64 }")), /unknown key adio/);
});

test("video size", () => {
  assert.deepEqual(value(settings.checkVideoSize("{ minWidth: 640, maxWidth: 1280 }")), {
    minWidth: 640,
    maxWidth: 1280,
  });
  assert.match(problem(settings.checkVideoSize("{ minWidth: 2, maxWidth: 1 }")), /minWidth/);
});

test("without storage everything is at its default", () => {
  assert.deepEqual(value(settings.loadExpertSettings()), {
    websocketUrl: undefined,
    outboundProxyUrl: undefined,
    iceServers: undefined,
    bandwidth: undefined,
    videoSize: undefined,
    rtcwebBreaker: false,
    disableEarlyIms: false,
    disableDebug: false,
    mediaCaching: false,
    relayOnly: false,
  });
});
