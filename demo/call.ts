/** Entry of call.htm: puts the two panels together and helps a newcomer to the first call. */
import { CallPanel } from "./call-panel.js";
import { byId, setLabel } from "./dom.js";
import * as firstRun from "./first-run.js";
import { RegistrationPanel } from "./registration-panel.js";
import { canStore, load, save } from "./storage.js";
import { applyTexts, text } from "./texts.js";
import { Tones } from "./tones.js";

applyTexts(document);

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
});

const registration: RegistrationPanel = new RegistrationPanel(calls, {
  tones,
  defaultServer: (realm) =>
    info === null ? `wss://${realm}/` : firstRun.embeddedUrl(info, location),
  mayStore: () => !isSecondUser,
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
  const tabs = new firstRun.TabUsers(() => registration.user);
  if (query.user !== null) {
    if (!registration.isEdited) identityOf(query.user, server);
    const known = query.peer ?? load("privateIdentity");
    return known !== "" && known !== query.user ? known : firstRun.freeUser([query.user]);
  }
  const others = await tabs.others();
  if (registration.isEdited) return firstRun.freeUser([registration.user]);
  if (registration.isEmpty) {
    isSecondUser = others.length > 0;
    identityOf(firstRun.freeUser(others), server);
  } else if (others.includes(registration.user)) {
    // This browser's stored user is at work in another tab.
    isSecondUser = true;
    identityOf(firstRun.freeUser(others), server);
  }
  return others[0] ?? firstRun.freeUser([registration.user]);
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
  if (isSecondUser) {
    byId("txtHint", HTMLElement).textContent = text("hintSecondUser", {
      user: registration.user,
      peer,
    });
  } else {
    update();
    byId("frmRegister", HTMLFormElement).addEventListener("input", update);
  }
}

async function begin(): Promise<void> {
  if (query.ignored.length > 0) {
    console.info(`without meaning for this page: ${query.ignored.join(", ")}`);
  }
  if (query.user === null) {
    registration.loadStored();
    number.value = load("phoneNumber");
  }
  if (!globalThis.isSecureContext) calls.tell(text("insecurePage"));
  else if (!("RTCPeerConnection" in globalThis)) calls.tell(text("noWebRtc"));
  else if (!canStore) calls.tell(text("noStorage"));

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
