/** The pages of the demo and the entries of the package in Firefox: they load, and call each other. */
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startEmbedded, type Embedded } from "../e2e/embedded.js";
import { Firefox, type FirefoxTab } from "./firefox.js";

let firefox: Firefox;
let server: Embedded;

before(async () => {
  firefox = await Firefox.launch();
  server = await startEmbedded();
});
after(async () => {
  await firefox?.close();
  await server?.stop();
});

async function shows(tab: FirefoxTab, selector: string, wanted: RegExp): Promise<void> {
  let seen = "";
  await tab.wait(`${selector} like ${wanted}`, async () => {
    seen = await tab.page.text(selector);
    return wanted.test(seen) ? true : undefined;
  });
}

async function online(user: string): Promise<FirefoxTab> {
  const tab = await firefox.open(`${server.pageUrl}call.htm?user=${user}&login=1`, user);
  await shows(tab, "#txtRegStatus", /^Connected as /);
  return tab;
}

/** The element plays: its clock runs, and a video has a picture. */
async function plays(tab: FirefoxTab, selector: string): Promise<void> {
  const look = (): Promise<{ width: number; time: number }> =>
    tab.page.evaluate((wanted) => {
      const view = document.querySelector<HTMLVideoElement>(wanted);
      return { width: view?.videoWidth ?? 0, time: view?.currentTime ?? 0 };
    }, selector);
  let before = await look();
  await tab.wait(`picture in ${selector}`, async () => {
    const now = await look();
    const moved = now.width > 0 && now.time > before.time;
    before = now;
    return moved ? true : undefined;
  });
}

test("expert.htm and call.htm load without a word of complaint", async () => {
  for (const name of ["expert.htm", "call.htm"]) {
    const tab = await firefox.open(`${server.pageUrl}${name}`, name);
    await delay(300);
    await tab.expectClean();
    await tab.close();
  }
});

for (const wait of [0, 1000]) {
  test(`call.htm calls call.htm, answered after ${wait} ms: both see the other`, async () => {
    const alice = await online("alice");
    const bob = await online("bob");
    await bob.page.fill("#txtPhoneNumber", "alice");
    await bob.page.click("#btnCall");
    await bob.page.click("#btnCallVideo");
    await shows(alice, "#txtCallStatus", /^Incoming video call/);
    await delay(wait);
    await alice.page.click("#btnCall");
    for (const tab of [alice, bob]) {
      await shows(tab, "#txtCallStatus", /^In call/i);
      await plays(tab, "#video_remote");
      await plays(tab, "#video_local");
    }
    await bob.page.click("#btnHoldResume");
    await shows(alice, "#txtCallStatus", /hold/i);
    await bob.page.click("#btnHoldResume");
    await shows(alice, "#txtCallStatus", /^In call/i);
    await plays(alice, "#video_remote");
    await bob.page.click("#btnDevices");
    await shows(bob, "dialog[open]", /Microphone/);
    await bob.page.press("\uE00C");
    await alice.page.click("#btnHangUp");
    await shows(bob, "#txtCallStatus", /hung up/);
    for (const tab of [alice, bob]) {
      await tab.expectClean();
      await tab.close();
    }
  });
}
