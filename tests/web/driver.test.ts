/** The driver: order of outputs, re-entrancy, the timer, a dead core, recording. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Driver } from "../../js-glue/driver.js";
import type { DriverHandlers, RecordedInput } from "../../js-glue/driver.js";
import { CommandError, CoreCrashed } from "../../js-glue/memory.js";
import type { Event } from "../../js-glue/protocol.js";
import { FakeCore, FakeTime, settle } from "./fakes.js";
import type { Scripted } from "./fakes.js";

const config = { uri: "sip:alice@example.org", password: "secret-word" };

interface Bench {
  readonly core: FakeCore;
  readonly time: FakeTime;
  readonly driver: Driver;
  readonly seen: string[];
  readonly errors: unknown[];
  readonly recorded: RecordedInput[];
}

function bench(change: Partial<DriverHandlers> = {}): Bench {
  const core = new FakeCore();
  const time = new FakeTime();
  const seen: string[] = [];
  const errors: unknown[] = [];
  const recorded: RecordedInput[] = [];
  const handlers: DriverHandlers = {
    transmit: (message) => seen.push(`transmit ${new TextDecoder().decode(message)}`),
    event: (event) => seen.push(label(event)),
    media: (request) => seen.push(`media ${request.type}`),
    log: (log) => seen.push(`log ${log.direction}`),
    fatal: (error) => seen.push(`fatal ${error.message}`),
    report: (error) => errors.push(error),
    ...change,
  };
  const driver = new Driver(core, config, time.clock(), handlers, {
    record: (input) => recorded.push(input),
  });
  return { core, time, driver, seen, errors, recorded };
}

const label = (event: Event): string =>
  event.type === "diagnostic" ? `event ${event.code}` : `event ${event.type}`;
const event = (code: string): Scripted => ({ event: { type: "diagnostic", code, text: "" } });
const receive = (driver: Driver, ...scripted: Scripted[]): void =>
  driver.receive(new TextEncoder().encode(JSON.stringify(scripted)));

describe("driver", () => {
  test("delivers what the network causes at once and in order", () => {
    const { driver, seen } = bench();
    receive(driver, event("a"), { transmit: "b" }, event("c"), { log: "sent", body: "d" });
    assert.deepEqual(seen, ["event a", "transmit b", "event c", "log sent"]);
  });

  test("delivers no event inside the command that caused it, but later in order", async () => {
    const { core, driver, seen } = bench();
    core.onCommand = () => [{ transmit: "first" }, event("a"), { transmit: "second" }];
    driver.command({ type: "unregister", registration: 1 });
    assert.deepEqual(seen, ["transmit first"], "a message with nothing before it leaves at once");
    await settle();
    assert.deepEqual(seen, ["transmit first", "event a", "transmit second"]);
  });

  test("a network input delivers what a command left waiting first", async () => {
    const { core, driver, seen } = bench();
    core.onCommand = () => [event("of-command")];
    driver.command({ type: "unregister", registration: 1 });
    receive(driver, event("of-network"));
    assert.deepEqual(seen, ["event of-command", "event of-network"]);
    await settle();
    assert.equal(seen.length, 2);
  });

  test("a handler may give commands; their outputs come after those that are waiting", () => {
    const seen: string[] = [];
    const { core, driver } = bench({
      event: (given) => {
        seen.push(`${label(given)} begins`);
        if (label(given) === "event a") driver.command({ type: "unregister", registration: 1 });
        seen.push(`${label(given)} ends`);
      },
      transmit: () => seen.push("transmit"),
    });
    core.onCommand = () => [{ transmit: "x" }, event("of-command")];
    receive(driver, event("a"), event("b"));
    assert.deepEqual(seen, [
      "event a begins",
      "event a ends",
      "event b begins",
      "event b ends",
      "transmit",
      "event of-command begins",
      "event of-command ends",
    ]);
  });

  test("an input inside a handler is fed at once and delivered in order", () => {
    const seen: string[] = [];
    const { driver } = bench({
      event: (given) => {
        seen.push(label(given));
        if (label(given) === "event a") receive(driver, event("nested"));
      },
    });
    receive(driver, event("a"), event("b"));
    assert.deepEqual(seen, ["event a", "event b", "event nested"]);
  });

  test("a throwing handler is reported and stops nothing", () => {
    const failure = new Error("the page's mistake");
    const seen: string[] = [];
    const { driver, errors } = bench({
      event: (given) => {
        seen.push(label(given));
        throw failure;
      },
    });
    receive(driver, event("a"), event("b"));
    receive(driver, event("c"));
    assert.deepEqual(seen, ["event a", "event b", "event c"]);
    assert.deepEqual(errors, [failure, failure, failure]);
  });

  test("wakes the core at its deadline, once", async () => {
    const { core, driver, time, seen } = bench();
    core.wakeUp = time.now + 500;
    core.onTimer = () => [event("timer")];
    receive(driver);
    await time.advance(499);
    assert.deepEqual(seen, []);
    await time.advance(1);
    assert.deepEqual(seen, ["event timer"]);
    assert.equal(time.pending, 0);
  });

  test("waits longer than one setTimeout can", async () => {
    const longest = 2 ** 31 - 1;
    const { core, driver, time } = bench();
    core.wakeUp = time.now + longest + 5000;
    receive(driver);
    await time.advance(longest);
    assert.ok(!core.inputs.includes("timer"), "not woken early");
    await time.advance(5000);
    assert.deepEqual(core.inputs.filter((name) => name === "timer"), ["timer"]);
  });

  test("a refused command throws and what it left is still delivered", async () => {
    const { core, driver, seen } = bench();
    core.onCommand = () => {
      core.put(event("left"));
      throw new CommandError({ code: "wrong_state", argument: "call", message: "not now" });
    };
    assert.throws(
      () => driver.command({ type: "hold", call: 3 }),
      (error) => error instanceof CommandError && error.code === "wrong_state",
    );
    await settle();
    assert.deepEqual(seen, ["event left"]);
  });

  test("a trap is told once as fatal, and later calls throw", () => {
    const { core, driver, seen, time } = bench();
    core.wakeUp = time.now + 100;
    receive(driver, event("a"));
    core.trap = new CoreCrashed("unreachable");
    driver.connected();
    driver.connected();
    receive(driver, event("b"));
    assert.deepEqual(seen, ["event a", "fatal unreachable"]);
    assert.throws(() => driver.command({ type: "start" }), CoreCrashed);
    assert.equal(time.pending, 0, "no timer is left");
  });

  test("a trap in a command throws there and is told after it", async () => {
    const { core, driver, seen } = bench();
    core.trap = new CoreCrashed("unreachable");
    assert.throws(() => driver.command({ type: "start" }), CoreCrashed);
    assert.deepEqual(seen, []);
    await settle();
    assert.deepEqual(seen, ["fatal unreachable"]);
  });

  test("after close nothing is fed, delivered or waited for", async () => {
    const { core, driver, seen, time } = bench();
    core.wakeUp = time.now + 100;
    core.onCommand = () => [event("late")];
    driver.command({ type: "unregister", registration: 1 });
    driver.close();
    receive(driver, event("a"));
    await time.advance(1000);
    assert.deepEqual(seen, []);
    assert.equal(core.inputs.at(-1), "destroy");
  });

  test("records every input with its time, without the password", async () => {
    const { driver, recorded, time } = bench();
    driver.connected();
    await time.advance(10);
    driver.command({ type: "configure", config: { password: "other-word", trace: true } }, "body");
    receive(driver);
    driver.disconnected();
    assert.deepEqual(
      recorded.map(({ input, now }) => [input, now]),
      [
        ["create", 1000],
        ["connected", 1000],
        ["command", 1010],
        ["receive", 1010],
        ["disconnected", 1010],
      ],
    );
    const text = JSON.stringify(recorded);
    assert.ok(!text.includes("secret-word") && !text.includes("other-word"), text);
    assert.ok(text.includes('"trace":true'));
  });
});
