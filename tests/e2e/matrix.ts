/** The servers that the same tests run against. */
import { startEmbedded } from "./embedded.js";
import { startKamailio } from "./kamailio/kamailio.js";
import type { SipServer } from "./servers.js";

export interface ServerChoice {
  readonly name: string;
  start(): Promise<SipServer>;
}

/** SIPML_E2E_SERVERS, a comma-separated list of words, picks those whose name holds one of them. */
const picked = (process.env["SIPML_E2E_SERVERS"] ?? "").split(",").filter((word) => word !== "");

const all: readonly ServerChoice[] = [
  // Bob has an account, so the calls of one side are challenged and those of the other are not.
  { name: "embedded server", start: () => startEmbedded(["bob"]) },
  { name: "Kamailio ws MD5", start: async () => (await startKamailio("MD5")).asServer("ws") },
  {
    name: "Kamailio wss SHA-256",
    start: async () => (await startKamailio("SHA-256")).asServer("wss"),
  },
];

export const serverChoices = all.filter(
  (choice) => picked.length === 0 || picked.some((word) => choice.name.includes(word)),
);
