/** Entry of call.htm: puts the two panels together and helps a newcomer to the first call. */
import { CallPanel } from "./call-panel.js";
import { byId, setLabel } from "./dom.js";
import * as firstRun from "./first-run.js";
import { DevicePanel } from "./devices.js";
import { HistoryPanel } from "./history-panel.js";
import { LadderPanel } from "./ladder-panel.js";
import { MessagePanel } from "./message-panel.js";
import { reasonOf } from "./messages.js";
import { PresencePanel } from "./presence-panel.js";
import { RegistrationPanel } from "./registration-panel.js";
import { canStore, load, save } from "./storage.js";
import { Tabs } from "./tabs.js";
import { applyTexts, offerLanguages, onLanguage, text } from "./texts.js";
import { Tones } from "./tones.js";

applyTexts(document);
offerLanguages(byId("selLanguage", HTMLSelectElement));

const query = firstRun.readQuery(location.search);
const tones = new Tones();
const number = byId("txtPhoneNumber", HTMLInputElement);
let info: firstRun.ServerInfo | null = null;
let isSecondUser = query.user !== null;

const calls: CallPanel = new CallPanel({
  tones,
  onDialled: (target) => {
    if (!isSecondUser) save("phoneNumber", target);
  },
  onIdle: () => registration.onCallsIdle(),
  onHistory: (entry) => history.add(entry),
  devices: () => devices.choice,
});

const devices: DevicePanel = new DevicePanel({
  use: (kind, device) => calls.useDevice(kind, device),
  sounds: () => calls.sounds,
  setVolume: (volume) => calls.setVolume(volume),
  describe: reasonOf,
});

const dial = (target: string): void => calls.dialTo(target);
const ladder = new LadderPanel();
const tabs: Tabs = new Tabs(byId("divTabs", HTMLElement), () => {
  messages.shown();
  ladder.shown();
});
const history = new HistoryPanel(dial);
const messages: MessagePanel = new MessagePanel({
  isShown: () => tabs.shown === "divMessages" && document.visibilityState === "visible",
  show: () => tabs.show("divMessages"),
  onUnread: (count) => {
    const badge = byId("txtUnread", HTMLElement);
    badge.hidden = count === 0;
    badge.textContent = String(count);
    badge.setAttribute("aria-label", text("unread", { count }));
  },
});
const presence = new PresencePanel({
  call: dial,
  write: (target, name) => messages.writeTo(target, name),
});

const registration: RegistrationPanel = new RegistrationPanel(calls, {
  tones,
  defaultServer: (realm) =>
    info === null ? `wss://${realm}/` : firstRun.embeddedUrl(info, location),
  mayStore: () => !isSecondUser,
  followers: [ladder, messages, presence, history],
});

function identityOf(user: string, server: firstRun.ServerInfo): void {
  registration.fill({
    displayName: firstRun.friendlyName(user),
    privateIdentity: user,
    publicIdentity: `sip:${user}@${server.realm}`,
    password: user,
    realm: server.realm,
  });
}

/** Fills what is empty and returns whom this tab can call. */
async function prefill(server: firstRun.ServerInfo): Promise<string> {
  const others = new firstRun.TabUsers(() => registration.user);
  if (query.user !== null) {
    if (!registration.isEdited) identityOf(query.user, server);
    const known = query.peer ?? load("privateIdentity");
    return known !== "" && known !== query.user ? known : firstRun.freeUser([query.user]);
  }
  const users = await others.others();
  if (registration.isEdited) return firstRun.freeUser([registration.user]);
  if (registration.isEmpty) {
    isSecondUser = users.length > 0;
    identityOf(firstRun.freeUser(users), server);
  } else if (users.includes(registration.user)) {
    // This browser's stored user is at work in another tab.
    isSecondUser = true;
    identityOf(firstRun.freeUser(users), server);
  }
  return users[0] ?? firstRun.freeUser([registration.user]);
}

function showHint(peer: string): void {
  const link = byId("lnkSecondTab", HTMLAnchorElement);
  const update = (): void => {
    const user = registration.user;
    const other = user === peer ? firstRun.freeUser([user]) : peer;
    const parameters = new URLSearchParams({ user: other, login: "1", peer: user });
    link.href = `call.htm?${parameters.toString()}`;
    setLabel(link, text("hintOpenPeer", { peer: other }));
  };
  byId("divHint", HTMLElement).hidden = false;
  byId("txtHintSteps", HTMLElement).hidden = isSecondUser;
  const { user } = registration;
  const show = (): void => {
    const hint = byId("txtHint", HTMLElement);
    if (isSecondUser) hint.textContent = text("hintSecondUser", { user, peer });
    else update();
  };
  show();
  onLanguage(show);
  if (!isSecondUser) byId("frmRegister", HTMLFormElement).addEventListener("input", update);
}

async function begin(): Promise<void> {
  if (query.ignored.length > 0) {
    console.info(`without meaning for this page: ${query.ignored.join(", ")}`);
  }
  if (query.user === null) {
    registration.loadStored();
    number.value = load("phoneNumber");
  }
  if (!globalThis.isSecureContext) calls.tell(() => text("insecurePage"));
  else if (!("RTCPeerConnection" in globalThis)) calls.tell(() => text("noWebRtc"));
  else if (!canStore) calls.tell(() => text("noStorage"));

  info = await firstRun.fetchServerInfo();
  if (info !== null && load("websocketUrl").trim() === "") {
    const peer = await prefill(info);
    if (number.value === "") number.value = peer;
    showHint(peer);
  }
  registration.enable();
  if (query.logIn && query.user !== null && info !== null && !registration.isEdited) {
    await registration.logIn();
  }
}

void begin();
