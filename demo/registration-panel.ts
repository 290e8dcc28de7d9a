/** The left panel of call.htm: who one is, logging in and out, and what became of it. */
import { UserAgent, type Registration, type UserAgentOptions } from "../web/index.js";
import type { CallPanel } from "./call-panel.js";
import { byId } from "./dom.js";
import type { Account, AgentFollower } from "./followers.js";
import { describeLoginError, describeRegistrationEnd, messageOf } from "./messages.js";
import { askForNotifications } from "./notifications.js";
import { loadExpertSettings, type ExpertSettings } from "./settings.js";
import { load, save, type StoredKey } from "./storage.js";
import { onLanguage, text } from "./texts.js";
import type { Tones } from "./tones.js";

type Standing = "offline" | "connecting" | "online" | "leaving";

/** RFC 3840 parameters and expiry in seconds, as sipML5's page registers. */
const REGISTER_CAPS = [
  { name: "+g.oma.sip-im", value: "" },
  { name: "+audio", value: "" },
  { name: "language", value: '"en,fr"' },
];
const REGISTER_EXPIRES = 200;
const STOP_TIMEOUT = 3000;
const PAGE_STOP_TIMEOUT = 1;

export interface Identity {
  readonly displayName: string;
  readonly privateIdentity: string;
  readonly publicIdentity: string;
  readonly password: string;
  readonly realm: string;
}

export interface RegistrationPanelOptions {
  readonly tones: Tones;
  /** The WebSocket URL when the expert settings name none. */
  readonly defaultServer: (realm: string) => string;
  /** false: this tab is a second user and leaves the stored one alone. */
  readonly mayStore: () => boolean;
  /** The other parts of the page that want to know who is logged in. */
  readonly followers: readonly AgentFollower[];
}

export class RegistrationPanel {
  private readonly panel = byId("divRegistration", HTMLElement);
  private readonly status = byId("txtRegStatus", HTMLElement);
  private readonly logInButton = byId("btnRegister", HTMLButtonElement);
  private readonly logOutButton = byId("btnUnRegister", HTMLButtonElement);
  private readonly fields: Readonly<Record<keyof Identity & StoredKey, HTMLInputElement>> = {
    displayName: byId("txtDisplayName", HTMLInputElement),
    privateIdentity: byId("txtPrivateIdentity", HTMLInputElement),
    publicIdentity: byId("txtPublicIdentity", HTMLInputElement),
    password: byId("txtPassword", HTMLInputElement),
    realm: byId("txtRealm", HTMLInputElement),
  };
  private agent: UserAgent | null = null;
  private standing: Standing = "offline";
  private ready = false;
  private edited = false;
  /** The login has failed, and the agent lives on only until its call is over. */
  private dying = false;
  private line: () => string = () => "";

  constructor(
    private readonly calls: CallPanel,
    private readonly settings: RegistrationPanelOptions,
  ) {
    const form = byId("frmRegister", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.logInButton.disabled) void this.logIn();
    });
    form.addEventListener("input", () => (this.edited = true));
    this.logOutButton.addEventListener("click", () => void this.logOut());
    // A tab that goes away must not leave the other side in a dead call.
    addEventListener("pagehide", () => {
      this.agent?.stop({ timeout: PAGE_STOP_TIMEOUT }).catch(() => undefined);
    });
    onLanguage(() => (this.status.textContent = this.line()));
    this.enter("offline", () => text("notConnected"));
  }

  /** true: someone typed into the fields, so they are not filled in any more. */
  get isEdited(): boolean {
    return this.edited;
  }

  get user(): string {
    return this.fields.privateIdentity.value.trim();
  }

  get isEmpty(): boolean {
    return Object.values(this.fields).every((field) => field.value === "");
  }

  /** Asked again after each wait: someone may have logged out meanwhile. */
  private get isConnecting(): boolean {
    return this.standing === "connecting";
  }

  loadStored(): void {
    for (const [key, field] of this.entries()) field.value = load(key);
  }

  fill(identity: Identity): void {
    for (const [key, field] of this.entries()) field.value = identity[key];
  }

  /** The page is complete: logging in is possible from now on. */
  enable(): void {
    this.ready = true;
    this.showControls();
  }

  async logIn(): Promise<void> {
    if (this.standing !== "offline") return;
    this.dying = false;
    const identity = this.readFields();
    const problem = this.check(identity);
    if (problem !== null) {
      this.fail(problem);
      return;
    }
    const expert = loadExpertSettings();
    if (!expert.ok) {
      this.fail(() => {
        const again = loadExpertSettings();
        return again.ok ? "" : again.problem;
      });
      return;
    }
    askForNotifications();
    this.settings.tones.unlock();
    if (this.settings.mayStore()) {
      for (const [key] of this.entries()) save(key, identity[key]);
    }
    const server = expert.value.websocketUrl ?? this.settings.defaultServer(identity.realm);
    this.enter("connecting", () => text("connecting"));
    let agent: UserAgent | null = null;
    try {
      agent = await UserAgent.create(agentOptions(identity, server, expert.value));
      if (!this.isConnecting) {
        await agent.stop({ timeout: STOP_TIMEOUT });
        return;
      }
      this.adopt(agent, server, {
        uri: identity.publicIdentity,
        domain: identity.realm,
        server,
        lasting: this.settings.mayStore(),
      });
      await agent.start();
      if (agent !== this.agent || !this.isConnecting) return;
      this.enter("connecting", () => text("registering"));
      this.follow(
        agent,
        agent.register({ expires: REGISTER_EXPIRES, caps: REGISTER_CAPS }),
        identity,
      );
    } catch (error) {
      if (agent === null ? this.isConnecting : agent === this.agent && this.isConnecting) {
        this.giveUp(() => describeLoginError(error, server));
      }
    }
  }

  async logOut(): Promise<void> {
    const agent = this.agent;
    this.enter("leaving", () => text("loggingOut"));
    try {
      await agent?.stop({ timeout: STOP_TIMEOUT });
    } catch (error) {
      console.warn("log out:", messageOf(error));
    }
    if (agent === this.agent) this.drop(() => text("disconnected"));
  }

  /** The panel of calls has no call any more. */
  onCallsIdle(): void {
    if (this.dying) this.release();
  }

  private adopt(agent: UserAgent, server: string, account: Account): void {
    this.agent = agent;
    this.calls.setAgent(agent);
    for (const follower of this.settings.followers) follower.setAgent(agent, account);
    agent.on("connection", ({ state, error }) => {
      if (agent !== this.agent || this.standing === "leaving" || this.dying) return;
      if (state === "reconnecting") this.showStatus(() => text("reconnecting"), "connecting");
      if (state === "connected" && this.standing === "online") this.showOnline();
      // Before the first connection start() rejects with the same error.
      if (state === "failed" && this.standing === "online") {
        this.giveUp(() =>
          error === undefined ? text("loginTransport") : describeLoginError(error, server),
        );
      }
    });
    agent.on("stopped", () => {
      if (agent === this.agent && this.standing !== "leaving" && !this.dying) {
        this.drop(() => text("disconnected"));
      }
    });
    agent.on("fatal", (error) => {
      if (agent !== this.agent) return;
      this.drop(() => text("loginStopped", { detail: error.message }), true);
    });
    agent.on("log", ({ direction, text: line }) => console.debug(`SIP ${direction}:\n${line}`));
    agent.on("diagnostic", ({ code, text: line }) => console.debug(`SIP ${code}: ${line}`));
  }

  private follow(agent: UserAgent, registration: Registration, identity: Identity): void {
    // The "state" event tells the same; a promise that nobody waits for is not an error.
    registration.registered.catch(() => undefined);
    registration.on("state", (event) => {
      if (agent !== this.agent || this.standing === "leaving" || this.dying) return;
      if (event.state === "registered") {
        this.enter("online", () => "");
        this.showOnline(identity.displayName || identity.privateIdentity);
      } else if (event.state === "ended") {
        this.giveUp(() => describeRegistrationEnd(event));
      }
    });
  }

  /** Shows why the login ended and lets go of the agent, after the call if there is one. */
  private giveUp(problem: () => string): void {
    if (this.calls.isBusy) {
      this.dying = true;
      this.tellRegistered(false);
      this.showStatus(problem, "error");
      return;
    }
    this.release();
    this.fail(problem);
  }

  private release(): void {
    const agent = this.agent;
    this.dying = false;
    const problem = this.line;
    const failed = this.status.dataset["state"] === "error";
    this.letGo();
    this.enter("offline", failed ? problem : () => text("disconnected"));
    if (failed) this.showStatus(problem, "error");
    agent?.stop({ timeout: STOP_TIMEOUT }).catch((error: unknown) => {
      console.debug("stop:", messageOf(error));
    });
  }

  private letGo(): void {
    this.agent = null;
    this.calls.setAgent(null);
    for (const follower of this.settings.followers) follower.setAgent(null, null);
  }

  private tellRegistered(registered: boolean): void {
    this.calls.setRegistered(registered);
    for (const follower of this.settings.followers) follower.setRegistered(registered);
  }

  private drop(line: () => string, isError = false): void {
    this.dying = false;
    this.letGo();
    this.enter("offline", line);
    if (isError) this.showStatus(line, "error");
  }

  private fail(problem: () => string): void {
    this.enter("offline", problem);
    this.showStatus(problem, "error");
  }

  private check(identity: Identity): (() => string) | null {
    const mandatory = ["privateIdentity", "publicIdentity", "realm"] as const;
    let missing: HTMLInputElement | null = null;
    for (const key of mandatory) {
      const field = this.fields[key];
      const empty = identity[key] === "";
      field.toggleAttribute("aria-invalid", false);
      if (empty) {
        field.setAttribute("aria-invalid", "true");
        missing ??= field;
      }
    }
    if (missing !== null) {
      missing.focus();
      return () => text("fillMandatory");
    }
    if (!/^sips?:[^@\s<>]+@[^@\s<>]+$/i.test(identity.publicIdentity)) {
      this.fields.publicIdentity.setAttribute("aria-invalid", "true");
      this.fields.publicIdentity.focus();
      return () => text("invalidPublicIdentity", { value: identity.publicIdentity });
    }
    return null;
  }

  private readFields(): Identity {
    const { displayName, privateIdentity, publicIdentity, password, realm } = this.fields;
    return {
      displayName: displayName.value.trim(),
      privateIdentity: privateIdentity.value.trim(),
      publicIdentity: publicIdentity.value.trim(),
      // Spaces at the ends of a password are part of it.
      password: password.value,
      realm: realm.value.trim(),
    };
  }

  private entries(): [keyof Identity & StoredKey, HTMLInputElement][] {
    const { displayName, privateIdentity, publicIdentity, password, realm } = this.fields;
    return [
      ["displayName", displayName],
      ["privateIdentity", privateIdentity],
      ["publicIdentity", publicIdentity],
      ["password", password],
      ["realm", realm],
    ];
  }

  private enter(standing: Standing, line: () => string): void {
    this.standing = standing;
    this.panel.dataset["standing"] = standing;
    this.showStatus(line, standing === "online" ? "online" : busyState(standing));
    this.tellRegistered(standing === "online");
    this.showControls();
  }

  private showOnline(user = this.fields.displayName.value.trim() || this.user): void {
    this.showStatus(() => text("connectedAs", { user }), "online");
  }

  private showStatus(
    line: () => string,
    state: "offline" | "connecting" | "online" | "error",
  ): void {
    this.line = line;
    this.status.textContent = line();
    this.status.dataset["state"] = state;
  }

  private showControls(): void {
    const offline = this.standing === "offline";
    this.logInButton.disabled = !offline || !this.ready;
    this.logOutButton.disabled = offline || this.standing === "leaving";
    for (const [, field] of this.entries()) field.readOnly = !offline;
  }
}

function busyState(standing: Standing): "offline" | "connecting" {
  return standing === "offline" ? "offline" : "connecting";
}

function agentOptions(identity: Identity, server: string, expert: ExpertSettings): UserAgentOptions {
  return {
    server,
    uri: identity.publicIdentity,
    domain: identity.realm,
    authorizationUser: identity.privateIdentity,
    password: identity.password,
    ...(identity.displayName === "" ? {} : { displayName: identity.displayName }),
    ...(expert.outboundProxyUrl === undefined ? {} : { outboundProxy: expert.outboundProxyUrl }),
    ...(expert.iceServers === undefined ? {} : { iceServers: expert.iceServers }),
    ...(expert.bandwidth === undefined ? {} : { bandwidth: expert.bandwidth }),
    ...(expert.videoSize === undefined ? {} : { videoSize: expert.videoSize }),
    rtcwebBreaker: expert.rtcwebBreaker,
    earlyIms: !expert.disableEarlyIms,
    trace: !expert.disableDebug,
    streamCache: expert.mediaCaching,
    iceTransportPolicy: expert.relayOnly ? "relay" : "all",
  };
}
