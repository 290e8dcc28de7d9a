/** What people do with the media of a call that goes on: devices, own tracks, screens, limits. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Command, MediaRequest } from "../../js-glue/protocol.js";
import type { Call } from "../../web/call.js";
import type { CallOptions } from "../../web/call-options.js";
import type { UserAgentOptions } from "../../web/options.js";
import { connected, established, isSip } from "./bench.js";
import type { Bench } from "./bench.js";
import { FakeElement, FakeStream, FakeTrack, domError, settle, tell } from "./fakes.js";
import type {
  FakeBrowser,
  FakeBrowserOptions,
  FakeCore,
  FakePeerConnection,
  FakeSender,
} from "./fakes.js";

type Directions = Pick<Extract<MediaRequest, { type: "create_offer" }>, "audio" | "video">;

interface Talk extends Bench {
  readonly call: Call;
  readonly sender: (kind: "audio" | "video") => FakeSender;
}

/** An answer that agrees to all of an offer: what one side sends the other receives. */
function agreeing(offer: string): string {
  const opposite: Readonly<Record<string, string>> = { sendonly: "recvonly", recvonly: "sendonly" };
  return offer
    .replace("offer", "answer")
    .replace(/sendonly|recvonly/g, (direction) => opposite[direction] ?? direction);
}

/** Asks for an offer, and applies the answer that agrees to all of it. */
async function negotiate(browser: FakeBrowser, call: number, directions: Directions): Promise<void> {
  tell(browser, { media: { type: "create_offer", call, token: 1, hold: false, ...directions } });
  await settle();
  const { connection } = browser;
  tell(browser, {
    media: { type: "apply_answer", call, token: 2, provisional: false },
    body: agreeing(connection.localDescription?.sdp ?? ""),
  });
  await settle();
}

/** A call of ours in which both sides send these kinds. */
async function talk(
  video: boolean,
  fakes: FakeBrowserOptions = {},
  options: CallOptions = {},
  agentOptions: Partial<UserAgentOptions> = {},
): Promise<Talk> {
  const bench = await connected(agentOptions, fakes);
  const { agent, browser } = bench;
  const call = agent.call("bob", { video, ...options });
  await negotiate(browser, call.id, { audio: "sendrecv", video: video ? "sendrecv" : null });
  tell(browser, established(call.id));
  const sender = (kind: "audio" | "video"): FakeSender => {
    const found = browser.connection.transceiver(kind)?.sender;
    assert.ok(found, `there is no ${kind} sender`);
    return found;
  };
  return { ...bench, call, sender };
}

/** Lets the peer agree to, or refuse, each re-offer of ours. */
function answerModify(browser: FakeBrowser, core: FakeCore, ok = true): Directions[] {
  const offered: Directions[] = [];
  core.onCommand = (command: Command) => {
    if (command.type !== "modify") return [];
    const { call, audio, video } = command;
    offered.push({ audio, video });
    const end = { type: "call_modified", call, change: "modify", ok, ...(ok ? {} : { status: 488, reason: "No" }) } as const;
    queueMicrotask(() => {
      const agreed = ok ? negotiate(browser, call, { audio, video }) : settle();
      void agreed.then(() => tell(browser, { event: end }));
    });
    return [];
  };
  return offered;
}

const track = (kind: "audio" | "video", id: string): FakeTrack => new FakeTrack(kind, id);
const real = (fake: FakeTrack): MediaStreamTrack => fake as unknown as MediaStreamTrack;

describe("a device that is unplugged", () => {
  test("is replaced by the browser's choice, and the page is told", async () => {
    const { browser, call, sender } = await talk(false, {}, { devices: { audio: "audioinput-1" } });
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    const [first] = browser.streams[0]?.getTracks() ?? [];
    browser.devices = [{ deviceId: "other", groupId: "b", kind: "audioinput", label: "" }];
    first?.end();
    await settle();
    assert.deepEqual(told, [{ side: "local", kind: "audio", reason: "unplugged", replaced: true }]);
    assert.deepEqual(browser.captures.at(-1), { audio: true, video: false });
    const second = browser.streams[1]?.getTracks()[0];
    assert.equal(sender("audio").track, second);
    assert.deepEqual(call.localStream?.getTracks() as unknown, [second]);
    assert.equal(first?.watched, false);
  });

  test("without another one the call goes on silent, also after a hold, until one is chosen", async () => {
    const { browser, call, sender } = await talk(false);
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    browser.devices = [];
    const { getUserMedia } = browser;
    browser.getUserMedia = () => Promise.reject(domError("NotFoundError"));
    browser.streams[0]?.getTracks()[0]?.end();
    await settle();
    assert.deepEqual(told, [{ side: "local", kind: "audio", reason: "unplugged", replaced: false }]);
    assert.equal(sender("audio").track, null);
    assert.equal(call.localStream, null);
    assert.equal(call.state, "established");

    tell(browser, { media: { type: "create_offer", call: 1, token: 5, hold: true, audio: "sendonly", video: null } });
    await settle();
    tell(browser, { media: { type: "create_offer", call: 1, token: 6, hold: false, audio: "sendrecv", video: null } });
    await settle();
    assert.equal(browser.captures.length, 2, "a device that is gone is not asked for again");

    browser.getUserMedia = getUserMedia;
    await call.useDevice("audio", "audioinput-2");
    assert.equal(sender("audio").track?.readyState, "live");
  });

  test("one that the person stopped in the browser is left alone", async () => {
    const { browser, call, sender } = await talk(true);
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    browser.streams[0]?.getVideoTracks()[0]?.end();
    await settle();
    assert.deepEqual(told, [{ side: "local", kind: "video", reason: "stopped", replaced: false }]);
    assert.equal(browser.captures.length, 1);
    assert.equal(sender("video").track, null);
    assert.equal(sender("audio").track?.readyState, "live");
    // A page that may use no device any more is not told their names.
    browser.devices = [{ deviceId: "", groupId: "", kind: "audioinput", label: "" }];
    browser.streams[0]?.getAudioTracks()[0]?.end();
    await settle();
    assert.deepEqual(told.at(-1), { side: "local", kind: "audio", reason: "stopped", replaced: false });
    assert.equal(browser.captures.length, 1);
  });

  test("a track of the page's own is never replaced", async () => {
    const own = track("audio", "own");
    const stream = new FakeStream([own]) as unknown as MediaStream;
    const { browser, call } = await talk(false, {}, { stream });
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    browser.devices = [];
    own.end();
    await settle();
    assert.deepEqual(told, [{ side: "local", kind: "audio", reason: "stopped", replaced: false }]);
    assert.equal(browser.captures.length, 0);
  });

  test("while another device is being opened leaves that one alone", async () => {
    const { browser, call, sender } = await talk(false);
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    let give: (stream: FakeStream) => void = () => undefined;
    browser.getUserMedia = () => new Promise((resolve) => (give = resolve));
    const changing = call.useDevice("audio", "audioinput-2");
    await settle();
    browser.devices = [];
    browser.streams[0]?.getTracks()[0]?.end();
    const chosen = track("audio", "chosen");
    give(new FakeStream([chosen]));
    await changing;
    await settle();
    assert.equal(sender("audio").track, chosen);
    assert.deepEqual([chosen.readyState, browser.captures.length, told], ["live", 2, []]);
  });

  test("after the picture was taken out of the call the next one is captured again", async () => {
    const { browser, call, sender } = await talk(true);
    await call.replaceTrack("video", null);
    await negotiate(browser, call.id, { audio: "sendrecv", video: null });
    await call.useDevice("video", "videoinput-1");
    assert.equal(browser.captures.length, 1, "no camera is opened for a call without picture");
    await call.replaceTrack("video", null);
    tell(browser, {
      media: { type: "create_answer", call: call.id, token: 7, hold: false, audio: "sendrecv", video: "sendrecv" },
      body: "offer 9 audio:sendrecv video:sendrecv",
    });
    await settle();
    assert.deepEqual(browser.captures.at(-1), { audio: false, video: { deviceId: { exact: "videoinput-1" } } });
    assert.equal(sender("video").track?.readyState, "live");
  });

  test("what the page took away does not come back with the end of a hold of the peer", async () => {
    const { browser, call, sender } = await talk(false);
    await call.replaceTrack("audio", null);
    for (const direction of ["inactive", "sendrecv"] as const) {
      tell(browser, {
        media: { type: "create_answer", call: call.id, token: 7, hold: false, audio: direction, video: null },
        body: `offer 9 audio:${direction}`,
      });
      await settle();
    }
    assert.deepEqual([sender("audio").track, browser.captures.length], [null, 1]);
  });

  test("a medium that the other side takes away is told", async () => {
    const { browser, call } = await talk(false);
    const told: object[] = [];
    call.on("trackEnded", (end) => void told.push(end));
    browser.connection.transceiver("audio")?.receiver.track.end();
    assert.deepEqual(told, [{ side: "remote", kind: "audio", reason: "stopped", replaced: false }]);
  });

  test("after the call nothing listens to its tracks", async () => {
    const { browser, call } = await talk(true);
    const tracks = browser.streams[0]?.getTracks() ?? [];
    assert.ok(tracks.every(({ watched }) => watched));
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    assert.ok(tracks.every(({ watched, readyState }) => !watched && readyState === "ended"));
  });
});

describe("own tracks", () => {
  test("take the place of the camera without a re-INVITE, and are never stopped", async () => {
    const { core, browser, call, sender } = await talk(true);
    const own = track("video", "canvas");
    const camera = browser.streams[0]?.getVideoTracks()[0];
    await call.replaceTrack("video", real(own));
    assert.equal(sender("video").track, own);
    assert.equal(camera?.readyState, "ended", "nobody uses the camera any more");
    assert.equal(core.of("modify").length, 0);
    assert.deepEqual(call.localStream?.getVideoTracks() as unknown, [own]);
    await call.useDevice("video", "videoinput-1");
    assert.equal(own.readyState, "live");
    assert.notEqual(sender("video").track, own);
  });

  test("null sends nothing and closes the device, which useDevice opens again", async () => {
    const { browser, call, sender } = await talk(false);
    await call.replaceTrack("audio", null);
    assert.equal(sender("audio").track, null);
    assert.equal(browser.streams[0]?.getTracks()[0]?.readyState, "ended");
    assert.equal(call.localStream, null);
    call.mute("audio", true);
    await call.useDevice("audio", "");
    assert.equal(sender("audio").track?.enabled, false, "what is muted stays so");
  });

  test("where no picture was sent one is offered; a refusal leaves the call as it was", async () => {
    const { browser, core, call, sender } = await talk(false);
    const own = track("video", "canvas");
    const offered = answerModify(browser, core);
    await call.replaceTrack("video", real(own));
    assert.deepEqual(offered, [{ audio: "sendrecv", video: "sendonly" }]);
    assert.equal(sender("video").track, own);
    assert.equal(browser.captures.length, 1, "no camera is opened for it");

    const other = await talk(false);
    answerModify(other.browser, other.core, false);
    await assert.rejects(other.call.replaceTrack("video", real(own)), isSip("not_accepted", { status: 488 }));
    assert.deepEqual(other.call.localStream?.getVideoTracks(), []);
    assert.equal(own.readyState, "live");
  });

  test("wrong arguments are named", async () => {
    const { call } = await talk(false);
    const wrong = real(track("audio", "x"));
    await assert.rejects(call.replaceTrack("video", wrong), isSip("invalid_argument", { argument: "track" }));
    await assert.rejects(call.setBandwidth({ video: 0 }), isSip("invalid_argument", { argument: "bandwidth.video" }));
    assert.throws(() => call.play({} as HTMLMediaElement), isSip("invalid_argument", { argument: "element" }));
  });
});

describe("a shared screen", () => {
  test("takes the place of the camera without a re-INVITE; the browser's own button brings it back", async () => {
    const { core, call, sender, browser } = await talk(true);
    const told: boolean[] = [];
    call.on("sharing", (sharing) => void told.push(sharing));
    const camera = sender("video").track;
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    const [screen] = stream.getVideoTracks();
    assert.deepEqual(browser.screenRequests, [{ video: true, audio: false }]);
    assert.equal(sender("video").track, screen);
    assert.deepEqual(call.localStream?.getVideoTracks() as unknown, [screen]);
    assert.equal(camera?.readyState, "live");
    assert.equal(call.sharing, true);
    await assert.rejects(call.shareScreen(), isSip("wrong_state"));
    screen?.end();
    await settle();
    assert.equal(sender("video").track, camera);
    assert.deepEqual(call.localStream?.getVideoTracks() as unknown, [camera]);
    assert.deepEqual([call.sharing, told, core.of("modify").length], [false, [true, false], 0]);
    await call.stopSharing();
    assert.deepEqual(told, [true, false]);
  });

  test("is offered where there was no picture, which is taken away again afterwards", async () => {
    const { browser, core, call, sender } = await talk(false);
    const offered = answerModify(browser, core);
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    assert.deepEqual(offered, [{ audio: "sendrecv", video: "sendonly" }]);
    assert.equal(sender("video").track, stream.getVideoTracks()[0]);
    assert.equal(browser.captures.length, 1, "no camera is opened");
    await call.stopSharing();
    assert.deepEqual(offered.at(-1), { audio: "sendrecv", video: null });
    assert.equal(stream.getVideoTracks()[0]?.readyState, "ended");
    assert.equal(sender("video").track, null);
  });

  test("that ends before the other side has agreed is taken back, and no camera is opened", async () => {
    const { browser, core, call, sender } = await talk(false);
    const told: boolean[] = [];
    call.on("sharing", (sharing) => void told.push(sharing));
    let agree: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (agree = resolve));
    const offered: Directions[] = [];
    core.onCommand = (command: Command) => {
      if (command.type !== "modify") return [];
      const { audio, video } = command;
      offered.push({ audio, video });
      void wait
        .then(() => negotiate(browser, call.id, { audio, video }))
        .then(() => tell(browser, { event: { type: "call_modified", call: call.id, change: "modify", ok: true } }));
      return [];
    };
    const sharing = call.shareScreen();
    const refused = assert.rejects(sharing, isSip("aborted"));
    await settle();
    const screen = call.localStream?.getVideoTracks()[0] as unknown as FakeTrack;
    screen.end();
    await settle();
    assert.deepEqual(offered.length, 1, "one change at a time");
    agree();
    await refused;
    assert.deepEqual(offered.at(-1), { audio: "sendrecv", video: null });
    assert.deepEqual([told, call.sharing, browser.captures.length], [[], false, 1]);
    assert.equal(sender("video").track, null);
  });

  test("that ends while the call is changed is taken back afterwards", async () => {
    const { browser, core, call } = await talk(false);
    const offered = answerModify(browser, core);
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    const holding = call.hold();
    stream.getVideoTracks()[0]?.end();
    await settle();
    assert.deepEqual([call.sharing, offered.length], [false, 1]);
    tell(browser, { event: { type: "call_modified", call: call.id, change: "hold", ok: true } });
    await holding;
    await settle();
    assert.deepEqual(offered.at(-1), { audio: "sendrecv", video: null });
  });

  test("and a track that come while the call is being held are not offered", async () => {
    const { browser, core, call } = await talk(false);
    const holding = call.hold();
    const refused = assert.rejects(call.shareScreen(), isSip("wrong_state"));
    const replacing = call.replaceTrack("video", real(track("video", "own")));
    await settle();
    tell(browser, { event: { type: "call_modified", call: call.id, change: "hold", ok: true } });
    await Promise.all([holding, refused, replacing]);
    assert.deepEqual([core.of("modify"), call.sharing], [[], false]);
  });

  test("no camera takes its place in an offer that is made meanwhile", async () => {
    const { browser, core, call } = await talk(false);
    answerModify(browser, core);
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    core.onCommand = () => [];
    stream.getVideoTracks()[0]?.end();
    tell(browser, { media: { type: "create_offer", call: call.id, token: 8, hold: false, audio: "sendrecv", video: "sendonly" } });
    await settle();
    tell(browser, { media: { type: "create_offer", call: call.id, token: 9, hold: false, audio: "sendrecv", video: "sendonly" } });
    await settle();
    assert.equal(browser.captures.length, 1);
  });

  test("is seen by nobody as soon as it is stopped, whatever the call waits for", async () => {
    const { browser, call, sender } = await talk(true);
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    let give: (stream: FakeStream) => void = () => undefined;
    browser.getUserMedia = () => new Promise((resolve) => (give = resolve));
    const changing = call.useDevice("audio", "audioinput-2");
    await settle();
    const stopping = call.stopSharing();
    assert.equal(stream.getVideoTracks()[0]?.readyState, "ended");
    give(new FakeStream([track("audio", "other")]));
    await Promise.all([changing, stopping]);
    assert.equal(sender("video").track?.id, "video-track");
  });

  test("is closed also where the browser fails to send something else", async () => {
    const { call, sender } = await talk(true);
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    sender("video").replaceTrack = () => Promise.reject(domError("InvalidStateError"));
    await assert.rejects(call.stopSharing());
    assert.equal(stream.getVideoTracks()[0]?.readyState, "ended");
    assert.equal(call.sharing, false);
  });

  test("that the other side refuses is closed, and the call goes on", async () => {
    const { browser, core, call } = await talk(false);
    answerModify(browser, core, false);
    let chosen: FakeStream | undefined;
    const choose = browser.getDisplayMedia;
    browser.getDisplayMedia = async (options) => (chosen = await choose(options));
    await assert.rejects(call.shareScreen(), isSip("not_accepted", { status: 488 }));
    assert.equal(chosen?.getTracks()[0]?.readyState, "ended");
    assert.deepEqual([call.sharing, call.state], [false, "established"]);
    assert.deepEqual(call.localStream?.getVideoTracks(), []);
  });

  test("sound of the screen is mixed with the microphone, also with the next one", async () => {
    const { browser, call, sender } = await talk(true);
    const microphone = sender("audio").track;
    const stream = (await call.shareScreen({ audio: true })) as unknown as FakeStream;
    const [sound] = stream.getAudioTracks();
    const [mix] = browser.mixes;
    assert.deepEqual(mix?.of as unknown, [microphone, sound]);
    assert.equal(sender("audio").track, mix?.track);
    call.mute("audio", true);
    assert.equal(microphone?.enabled, false);
    assert.equal(mix?.track.enabled, true, "the screen goes on");
    await call.useDevice("audio", "audioinput-2");
    assert.equal(mix?.closed, true);
    const [, second] = browser.mixes;
    assert.equal(sender("audio").track, second?.track);
    await call.stopSharing();
    assert.equal(second?.closed, true);
    assert.equal(sender("audio").track, browser.streams.at(-1)?.getTracks()[0]);
    assert.equal(sound?.readyState, "ended");
  });

  test("without the microphone its sound is sent alone, or nothing", async () => {
    const { browser, call, sender } = await talk(true);
    const microphone = sender("audio").track;
    const first = (await call.shareScreen({ audio: true, microphone: false })) as unknown as FakeStream;
    assert.equal(sender("audio").track, first.getAudioTracks()[0]);
    assert.equal(browser.mixes.length, 0);
    await call.stopSharing();
    await call.shareScreen({ microphone: false });
    assert.equal(sender("audio").track, null);
    await call.stopSharing();
    assert.equal(sender("audio").track, microphone);
    assert.equal(microphone?.readyState, "live");
  });

  test("a stream of the page's own is shown and never stopped; the end of the call ends the rest", async () => {
    const { browser, call, sender } = await talk(true);
    const own = new FakeStream([track("video", "own")]);
    await call.shareScreen({ stream: own as unknown as MediaStream });
    assert.equal(browser.screenRequests.length, 0);
    assert.equal(sender("video").track, own.getTracks()[0]);
    await call.stopSharing();
    assert.equal(own.getTracks()[0]?.readyState, "live");
    const stream = (await call.shareScreen({ audio: true })) as unknown as FakeStream;
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    await settle();
    assert.ok(stream.getTracks().every(({ readyState }) => readyState === "ended"));
    assert.equal(browser.mixes[0]?.closed, true);
    assert.equal(call.sharing, false);
    await assert.rejects(call.shareScreen(), isSip("wrong_state"));
  });

  test("on hold it waits for the end of the hold, and adds no picture", async () => {
    const { browser, core, call, sender } = await talk(true);
    tell(browser, { event: { type: "call_remote_hold", call: call.id, held: true } });
    const transceivers = browser.connection.getTransceivers();
    for (const transceiver of transceivers) transceiver.currentDirection = "inactive";
    const stream = (await call.shareScreen()) as unknown as FakeStream;
    assert.equal(core.of("modify").length, 0);
    assert.equal(sender("video").track, stream.getVideoTracks()[0]);
    const other = await talk(false);
    tell(other.browser, { event: { type: "call_remote_hold", call: other.call.id, held: true } });
    await assert.rejects(other.call.shareScreen(), isSip("wrong_state"));
    assert.equal(other.core.of("modify").length, 0);
  });

  test("nothing chosen, nothing to choose with, a call that ends meanwhile", async () => {
    const { browser, call, sender } = await talk(true);
    const camera = sender("video").track;
    browser.getDisplayMedia = () => Promise.reject(domError("NotAllowedError"));
    await assert.rejects(call.shareScreen(), isSip("permission_denied"));
    const empty = { stream: new FakeStream() as unknown as MediaStream };
    await assert.rejects(call.shareScreen(empty), isSip("invalid_argument", { argument: "stream" }));
    assert.equal(sender("video").track, camera);
    let choose: (stream: FakeStream) => void = () => undefined;
    browser.getDisplayMedia = () => new Promise((resolve) => (choose = resolve));
    const sharing = call.shareScreen();
    await settle();
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    const screen = track("video", "screen");
    choose(new FakeStream([screen]));
    await assert.rejects(sharing, isSip("call_ended"));
    assert.equal(screen.readyState, "ended");

    const old = await talk(true, { withoutScreen: true });
    await assert.rejects(old.call.shareScreen(), isSip("not_supported"));
  });
});

describe("a call with a screen from its beginning", () => {
  test("the person chooses before it, and its sound is asked for if wanted", async () => {
    const { agent, browser } = await connected();
    const stream = await agent.chooseScreen({ audio: true, constraints: { frameRate: 5 } });
    assert.deepEqual(browser.screenRequests, [{ video: { frameRate: 5 }, audio: true }]);
    assert.equal(stream.getTracks().length, 2);
    browser.getDisplayMedia = () => Promise.reject(domError("NotAllowedError"));
    await assert.rejects(agent.chooseScreen(), isSip("permission_denied"));
    const without = await connected({}, { withoutScreen: true, secure: false });
    await assert.rejects(without.agent.chooseScreen(), isSip("insecure_context"));
  });
});

describe("limits", () => {
  test("bandwidth binds our encoders and is told to the peer; setBandwidth changes it", async () => {
    const { core, call, sender } = await talk(true, {}, { bandwidth: { audio: 32, video: 300 } });
    assert.deepEqual(core.of("call")[0]?.bandwidth, { audio: 32, video: 300 });
    assert.equal(sender("audio").getParameters().encodings[0]?.maxBitrate, 32000);
    assert.equal(sender("video").getParameters().encodings[0]?.maxBitrate, 300000);
    await call.setBandwidth({ video: 500 });
    assert.equal(sender("audio").getParameters().encodings[0]?.maxBitrate, undefined);
    assert.equal(sender("video").getParameters().encodings[0]?.maxBitrate, 500000);
    assert.equal(core.of("modify").length, 0);
  });

  test("the agent's bandwidth holds for calls that have none", async () => {
    const { sender } = await talk(false, {}, {}, { bandwidth: { audio: 20 } });
    assert.equal(sender("audio").getParameters().encodings[0]?.maxBitrate, 20000);
  });

  test("an encoder that cannot be limited before the answer is limited after it", async () => {
    const onPeerConnection = (connection: FakePeerConnection): void => {
      const addTransceiver = connection.addTransceiver.bind(connection);
      connection.addTransceiver = (kind, init) => {
        const made = addTransceiver(kind, init);
        const { sender } = made;
        const getParameters = sender.getParameters.bind(sender);
        const none = { encodings: [] } as unknown as RTCRtpSendParameters;
        sender.getParameters = () => (made.currentDirection ? getParameters() : none);
        return made;
      };
    };
    const { agent, browser } = await connected({}, { onPeerConnection });
    const call = agent.call("bob", { bandwidth: { audio: 32 } });
    tell(browser, { media: { type: "create_offer", call: call.id, token: 1, hold: false, audio: "sendrecv", video: null } });
    await settle();
    const { connection } = browser;
    assert.deepEqual(connection.transceiver("audio")?.sender.parameters, []);
    tell(browser, { media: { type: "apply_answer", call: call.id, token: 2, provisional: false }, body: "answer 1 audio:sendrecv" });
    await settle();
    assert.deepEqual(connection.transceiver("audio")?.sender.parameters, [{ maxBitrate: 32000, active: true }]);
  });

  test("a limit that the page itself has set stays", async () => {
    const { browser, call, sender } = await talk(true);
    await sender("video").setParameters({ encodings: [{ maxBitrate: 1000 }] } as unknown as RTCRtpSendParameters);
    await negotiate(browser, call.id, { audio: "sendrecv", video: "sendrecv" });
    assert.equal(sender("video").getParameters().encodings[0]?.maxBitrate, 1000);
    await call.setBandwidth({ video: 500 });
    await call.setBandwidth({});
    assert.equal(sender("video").getParameters().encodings[0]?.maxBitrate, undefined);
  });

  test("the size of the picture changes in a call; one that the camera has not is refused", async () => {
    const { browser, call } = await talk(true, {}, { videoSize: { maxWidth: 1280 } });
    assert.deepEqual(browser.captures[0]?.video, { width: { max: 1280, ideal: 1280 } });
    await call.setVideoSize({ maxWidth: 320, maxHeight: 180 });
    const camera = browser.streams[0]?.getVideoTracks()[0];
    assert.deepEqual(camera?.constraints, [
      { width: { max: 320, ideal: 320 }, height: { max: 180, ideal: 180 } },
    ]);
    await assert.rejects(call.setVideoSize({ minWidth: 4000 }), isSip("not_supported"));
  });
});

describe("RFC 5168: key frames", () => {
  test("are asked for by the core; a refusal rejects", async () => {
    const { browser, core, call } = await talk(true);
    const asked = call.requestKeyFrame();
    assert.deepEqual(core.of("request_key_frame"), [{ type: "request_key_frame", call: call.id }]);
    tell(browser, { event: { type: "call_info_result", call: call.id, status: 200, reason: "OK" } });
    assert.equal((await asked).status, 200);
    const refused = call.requestKeyFrame();
    tell(browser, { event: { type: "call_info_result", call: call.id, status: 415, reason: "No" } });
    await assert.rejects(refused, isSip("rejected", { status: 415 }));
  });

  test("are made when the peer asks, also by browsers that know no encodingOptions", async () => {
    const { browser, call, sender } = await talk(true);
    let asked = 0;
    call.on("keyFrameRequested", () => (asked += 1));
    tell(browser, { media: { type: "send_key_frame", call: call.id } });
    await settle();
    assert.deepEqual(sender("video").parameters, [{ active: true, keyFrame: true }]);
    sender("video").makesKeyFrames = false;
    sender("video").parameters.length = 0;
    tell(browser, { media: { type: "send_key_frame", call: call.id } });
    await settle();
    assert.deepEqual(sender("video").parameters.slice(-2), [{ active: false }, { active: true }]);
    assert.equal(asked, 2);
  });

  test("of a call without picture ask for nothing", async () => {
    const { browser, call } = await talk(false);
    let asked = 0;
    call.on("keyFrameRequested", () => (asked += 1));
    tell(browser, { media: { type: "send_key_frame", call: call.id } });
    await settle();
    assert.equal(asked, 0);
  });
});

describe("DTMF of the peer", () => {
  test("by INFO is told as a tone", async () => {
    const { browser, call } = await talk(false);
    const told: object[] = [];
    call.on("tone", (tone) => void told.push(tone));
    tell(browser, { event: { type: "call_tone", call: call.id, tone: "5", duration: 160 } });
    assert.deepEqual(told, [{ side: "remote", tone: "5", duration: 160, method: "info" }]);
  });
});

describe("devices and speakers", () => {
  test("what there is, and what changes", async () => {
    const { agent, browser } = await connected({}, { devices: ["audioinput", "videoinput", "audiooutput"] });
    assert.deepEqual(await agent.devices(), {
      microphones: [{ id: "audioinput-1", label: "audioinput" }],
      cameras: [{ id: "videoinput-1", label: "videoinput" }],
      speakers: [{ id: "audiooutput-1", label: "audiooutput" }],
    });
    assert.equal(browser.devicesChanged, undefined, "nobody listens");
    const told: number[] = [];
    agent.on("devices", ({ microphones }) => void told.push(microphones.length));
    browser.changeDevices([]);
    await settle();
    assert.deepEqual(told, [0]);
    await agent.stop();
    assert.equal(browser.devicesChanged, undefined, "nothing is left behind");
    const started = agent.start();
    await settle();
    browser.socket.open();
    await started;
    browser.changeDevices(browser.devices);
    await settle();
    assert.deepEqual(told, [0, 0], "who listens is told after another start, too");
  });

  test("calls play on the chosen speaker, and on the browser's when it is gone", async () => {
    const { agent, call, browser } = await talk(false, { devices: ["audiooutput"] });
    const [early, late] = [new FakeElement(), new FakeElement()];
    const stop = call.play(early as unknown as HTMLMediaElement);
    assert.equal(early.srcObject, call.remoteStream);
    assert.ok(early.plays > 0);
    await agent.useSpeaker("audiooutput-1");
    call.play(late as unknown as HTMLMediaElement);
    assert.deepEqual([early.speaker, late.speaker], ["audiooutput-1", "audiooutput-1"]);
    await assert.rejects(agent.useSpeaker("none"), isSip("no_device"));
    assert.equal(early.speaker, "audiooutput-1");
    browser.changeDevices(browser.devices);
    await settle();
    assert.equal(early.speaker, "audiooutput-1", "it is still there");
    browser.changeDevices([]);
    await settle();
    assert.deepEqual([early.speaker, late.speaker], ["", ""]);
    stop();
    assert.equal(early.srcObject, null);
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    assert.equal(late.srcObject, null);
  });

  test("an element that was put on a speaker follows when it plays again", async () => {
    const { agent, call, browser } = await talk(false, { devices: ["audiooutput"] });
    const element = new FakeElement();
    const view = element as unknown as HTMLMediaElement;
    await agent.useSpeaker("audiooutput-1");
    call.play(view)();
    await agent.useSpeaker("");
    assert.equal(element.speaker, "audiooutput-1", "what does not play is the page's");
    call.play(view);
    await settle();
    assert.equal(element.speaker, "");
    element.speaker = "chosen by the page";
    call.play(view);
    assert.equal(element.speaker, "chosen by the page");
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    const { plays } = element;
    call.play(view);
    assert.deepEqual([element.srcObject, element.plays], [null, plays], "a call that is over plays nothing");
  });

  test("a browser without speakers to choose says so", async () => {
    const { agent } = await connected({}, { withoutSpeakers: true });
    await assert.rejects(agent.useSpeaker("x"), isSip("not_supported"));
  });
});

describe("streamCache", () => {
  test("keeps one device of each kind open, until stop", async () => {
    const bench = await connected({ streamCache: true });
    const { agent, browser } = bench;
    const once = async (video: boolean, options: CallOptions = {}): Promise<void> => {
      const call = agent.call("bob", { video, ...options });
      await negotiate(browser, call.id, { audio: "sendrecv", video: video ? "sendrecv" : null });
      tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    };
    await once(false);
    await once(true);
    await once(true);
    assert.deepEqual(browser.captures, [
      { audio: true, video: false },
      { audio: false, video: true },
    ]);
    const [microphone] = browser.streams[0]?.getTracks() ?? [];
    await once(false, { devices: { audio: "other" } });
    assert.equal(microphone?.readyState, "ended", "another one takes its place");
    assert.equal(browser.captures.length, 3);
    browser.streams[2]?.getTracks()[0]?.end();
    await once(false, { devices: { audio: "other" } });
    assert.equal(browser.captures.length, 4, "one that ended is opened anew");
    agent.releaseMedia();
    const live = (): boolean =>
      browser.streams.some((stream) => stream.getTracks().some((one) => one.readyState === "live"));
    assert.equal(live(), false);
    await once(true);
    assert.equal(live(), true);
    await agent.stop();
    assert.equal(live(), false);
  });

  test("switched off it lets go of what it keeps", async () => {
    const { agent, browser } = await connected({ streamCache: true });
    const call = agent.call("bob");
    await negotiate(browser, call.id, { audio: "sendrecv", video: null });
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    const [microphone] = browser.streams[0]?.getTracks() ?? [];
    assert.equal(microphone?.readyState, "live");
    agent.configure({ streamCache: false });
    assert.equal(microphone?.readyState, "ended");
  });

  test("released while the camera is asked for, the call still has its microphone", async () => {
    const { agent, browser } = await connected({ streamCache: true });
    const first = agent.call("bob");
    await negotiate(browser, first.id, { audio: "sendrecv", video: null });
    let give: (stream: FakeStream) => void = () => undefined;
    browser.getUserMedia = () => new Promise((resolve) => (give = resolve));
    const second = agent.call("bob", { video: true });
    tell(browser, { media: { type: "create_offer", call: second.id, token: 1, hold: false, audio: "sendrecv", video: "sendrecv" } });
    await settle();
    agent.releaseMedia();
    give(new FakeStream([track("video", "late")]));
    await settle();
    assert.deepEqual(second.localStream?.getTracks().map(({ kind, readyState }) => [kind, readyState]), [
      ["audio", "live"],
      ["video", "live"],
    ]);
  });

  test("what comes after releaseMedia belongs to its call alone", async () => {
    const { agent, browser } = await connected({ streamCache: true });
    let give: (stream: FakeStream) => void = () => undefined;
    browser.getUserMedia = () => new Promise((resolve) => (give = resolve));
    const call = agent.call("bob");
    tell(browser, { media: { type: "create_offer", call: call.id, token: 1, hold: false, audio: "sendrecv", video: null } });
    await settle();
    agent.releaseMedia();
    const microphone = track("audio", "late");
    give(new FakeStream([microphone]));
    await settle();
    assert.equal(microphone.readyState, "live");
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    assert.equal(microphone.readyState, "ended");
  });
});
