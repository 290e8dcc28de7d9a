/**
 * A screen that Firefox shares by getDisplayMedia. Without a display Firefox has nothing to share, so
 * it has one here, of Xvfb; the click that it asks for is made by WebDriver.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { CallScene, establish } from "../e2e/call-scene.js";
import { startChild, waitFor } from "../e2e/child.js";
import { expectWays } from "../e2e/flow.js";
import { root } from "../e2e/paths.js";
import { Phone } from "../e2e/phone.js";
import type { AnyTab } from "../e2e/tab.js";
import { Firefox, type FirefoxTab } from "./firefox.js";

/** Of another shape than the camera's 640x480. */
const screen = { width: 1024, height: 576 };

let scene: CallScene;
let tab: FirefoxTab;
/** alice in Firefox, bob in Chromium. */
let alice: Phone<AnyTab>;
let bob: Phone;

/** An X server without a monitor; resolves with the name of its display. */
async function startDisplay(): Promise<string> {
  if (!existsSync("/usr/bin/Xvfb")) throw new Error("Xvfb is missing: apt-get install xvfb");
  const size = `${screen.width}x${screen.height}x24`;
  const args = ["-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"];
  const child = startChild("/usr/bin/Xvfb", args, root);
  scene.keep({ close: () => child.stop() });
  const number = await waitFor(
    () => /^(\d+)$/m.exec(child.output())?.[1],
    () => `Xvfb named no display:\n${child.output()}`,
  );
  return `:${number}`;
}

before(async () => {
  scene = await CallScene.start();
  const firefox = scene.keep(await Firefox.launch({ display: await startDisplay() }));
  tab = await firefox.open(scene.pages.url("modern.html"), "alice");
  alice = await scene.keep(await Phone.on<AnyTab>(tab, scene.server, "alice")).online();
  bob = await scene.phone("bob");
  await tab.page.evaluate(() => {
    const button = document.createElement("button");
    button.id = "share";
    button.style.cssText = "position: fixed; left: 0; top: 0; width: 80px; height: 40px; z-index: 9";
    const noted = window as unknown as { shared: string | null };
    button.onclick = () => {
      noted.shared = null;
      window.phone.current.shareScreen().then(
        () => (noted.shared = "shared"),
        (error: Error) => (noted.shared = error.message),
      );
    };
    document.body.append(button);
  });
});
after(() => scene?.stop());
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await Promise.all([alice.end(), bob.end()]);
});

/** Shares by a click; what came of it. */
async function share(): Promise<string> {
  await tab.page.click("#share");
  return tab.wait("end of the sharing's beginning", () =>
    tab.page.evaluate(() => (window as unknown as { shared: string | null }).shared ?? undefined),
  );
}

/** Bob sees a picture of the shape of the screen, or of the camera. */
async function sees(what: "screen" | "camera"): Promise<void> {
  const wanted = what === "screen" ? screen.width / screen.height : 4 / 3;
  let seen = "";
  await bob.tab
    .wait(what, async () => {
      const frame = await bob.tab.page.evaluate(async () => {
        const { video } = await window.phone.current.stats();
        return video?.received?.frame ?? null;
      });
      seen = JSON.stringify(frame);
      return frame && Math.abs(frame.width / frame.height - wanted) < 0.02 ? true : undefined;
    }, 15000)
    .catch(() => assert.fail(`no ${what} but ${seen}`));
}

const sharing = (): Promise<boolean> => tab.page.evaluate(() => window.phone.current.sharing);

test("without a click it is refused, and the call goes on", async () => {
  await establish(alice, bob, { audio: true, video: true });
  const refused = await tab.page.evaluate(() =>
    window.phone.current.shareScreen().then(
      () => "",
      (error: Error) => error.message,
    ),
  );
  assert.equal(refused, "No window or screen was chosen.");
  assert.equal(await sharing(), false);
  await expectWays(alice.tab, bob.tab, { audio: "<->", video: "<->" });
  await sees("camera");
});

test("in the place of the camera, twice, and the camera again", async () => {
  await establish(alice, bob, { audio: true, video: true });
  await sees("camera");
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await share(), "shared");
    assert.equal(await sharing(), true);
    await sees("screen");
    await expectWays(alice.tab, bob.tab, { audio: "<->", video: "<->" });
    await tab.page.evaluate(() => window.phone.current.stopSharing());
    await sees("camera");
    assert.equal(await sharing(), false);
  }
});

test("in a call without picture: it is offered, shown, and taken away", async () => {
  await establish(alice, bob, { audio: true, video: false });
  await bob.tab.page.evaluate(() => {
    window.phone.current.on("mediaOffer", (offer) => offer.accept({ video: "recvonly" }));
  });
  assert.equal(await share(), "shared");
  await sees("screen");
  await expectWays(alice.tab, bob.tab, { audio: "<->", video: "->" });
  await tab.page.evaluate(() => window.phone.current.stopSharing());
  await expectWays(alice.tab, bob.tab, { audio: "<->", video: "none" });
});
