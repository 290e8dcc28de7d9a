/**
 * Every text that a person reads on the pages, one catalogue per language. `{name}` in a text is
 * replaced by the value of that name. A new language is one more object of type `Catalogue`.
 */

const en = {
  // Both pages
  appName: "sipml-wasm",
  demoTitle: "sipml-wasm live demo",
  liveDemo: "live demo",
  expertTitle: "sipml-wasm expert settings",
  noStorage: "This browser blocks local storage: nothing will be remembered.",

  // Registration panel
  registration: "Registration",
  displayName: "Display Name",
  displayNameExample: "e.g. John Doe",
  privateIdentity: "Private Identity",
  privateIdentityExample: "e.g. +33600000000",
  publicIdentity: "Public Identity",
  publicIdentityExample: "e.g. sip:+33600000000@example.org",
  password: "Password",
  realm: "Realm",
  realmExample: "e.g. example.org",
  mandatoryField: "Mandatory Field",
  logIn: "Log in",
  logOut: "Log out",
  expertMode: "Expert mode?",
  expertModeLink: "Expert mode",
  opensNewTab: "opens in a new tab",
  notConnected: "Not connected",
  connecting: "Connecting...",
  registering: "Logging in...",
  connected: "Connected",
  connectedAs: "Connected as {user}",
  reconnecting: "Connection lost, reconnecting...",
  loggingOut: "Logging out...",
  disconnected: "Disconnected",
  fillMandatory: "Please fill in the mandatory fields (*)",
  invalidPublicIdentity: "[{value}] is not a valid Public Identity. It looks like sip:name@domain",
  expertInvalid: "Expert settings, {field}: {problem}",

  // First-run help
  hintEmbedded: "This page has its own SIP server: any name and password will do.",
  hintSteps: "Log in here, then",
  hintOpenPeer: "open a second tab as {peer}",
  hintThenCall: "and call.",
  hintSecondUser: "This tab is {user}, a second user. Call {peer}, who is in the other tab.",

  // Call panel
  callControl: "Call control",
  phoneNumber: "Number or name",
  phoneNumberExample: "Enter phone number to call",
  call: "Call",
  callOptions: "How to call",
  callAudio: "Audio",
  callVideo: "Video",
  callScreenShare: "Screen Share",
  disableOptions: "Disable these options",
  optionsDisabled:
    "Options disabled: Call now starts at once. Expert mode can bring the options back.",
  hangUp: "Hang up",
  answer: "Answer",
  answerAudio: "Answer without camera",
  reject: "Reject",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  mute: "Mute",
  unmute: "Unmute",
  cameraOff: "Camera off",
  cameraOn: "Camera on",
  hold: "Hold",
  resume: "Resume",
  transfer: "Transfer",
  keyPad: "Key pad",
  close: "Close",
  keysSent: "Keys sent",
  keyStar: "star",
  keyHash: "hash",
  remoteVideo: "Video of the other side",
  localVideo: "Your own video",
  callTime: "Call time",
  playSound: "Play sound",
  soundBlocked: "The browser keeps the sound of this call silent until you allow it.",

  idleLoggedOut: "Log in to make and take calls",
  idleReady: "Ready for calls",
  videoEnabled: "Video enabled",
  videoDisabled: "Video disabled",
  enterNumber: "Enter a number or a name to call",
  logInFirst: "Log in first",
  callInProgress: "Call in progress...",
  calling: "Calling {peer}...",
  remoteRinging: "Remote ringing...",
  earlyMedia: "Early media started",
  incomingFrom: "Incoming call from [{peer}]",
  incomingVideoFrom: "Incoming video call from [{peer}]",
  answering: "Answering...",
  inCall: "In call",
  muted: "In call, microphone muted",
  hangingUp: "Hanging up...",
  holding: "Holding the call...",
  resuming: "Resuming the call...",
  onHold: "Call placed on hold",
  offHold: "Call taken off hold",
  holdFailed: "Failed to place remote party on hold: {reason}",
  resumeFailed: "Failed to unhold call: {reason}",
  remoteHold: "Placed on hold by remote party",
  remoteResume: "Taken off hold by remote party",
  dtmfFailed: "Key {key} could not be sent: {reason}",
  busyNotice: "[{peer}] called and was told that you are busy",
  allowMicrophone: "Allow the microphone in your browser's question to go on.",
  allowCamera: "Allow the microphone and the camera in your browser's question to go on.",
  notificationTitle: "Incoming call",

  // How calls end
  endLocal: "Call ended",
  endRemote: "[{peer}] hung up",
  endNetwork: "The call was lost",
  endAfter: "{text} after {time}",
  endCancelledLocal: "Call cancelled",
  endCancelledRemote: "[{peer}] stopped calling",
  endRejectedLocal: "Call rejected",
  endBusy: "[{peer}] is busy",
  endDeclined: "[{peer}] declined the call",
  endUnknown: "[{peer}] is unknown to the server",
  endUnavailable: "[{peer}] is not available now",
  endNoAnswer: "[{peer}] does not answer",
  endForbidden: "The server does not allow a call to [{peer}] ({detail})",
  endAuthentication: "The server refused your name or password for this call ({detail})",
  endMedia: "[{peer}] cannot take this kind of call ({detail})",
  endAddress: "[{peer}] is not a complete or valid address ({detail})",
  endServer: "The server could not set up the call ({detail})",
  endRejected: "Call refused ({detail})",
  endTimeout: "No answer from [{peer}] in time",
  endTransport: "The connection to the server was lost during the call",
  endReplaced: "The call goes on in another one",
  endProtocol: "The other side broke the call protocol",
  mediaPermissionDenied:
    "Media stream permission denied: allow the microphone or camera in your browser and try again",
  mediaNoDevice: "No microphone or camera was found: plug one in and try again",
  mediaInUse: "The microphone or camera is used by another program: close it there and try again",
  mediaInsecure:
    "This page is not in a secure context, so the browser gives no microphone: open it over https or as http://localhost",
  mediaNotSupported: "This browser cannot do this kind of call (no WebRTC)",
  mediaBadDescription: "The two sides could not agree on media",
  mediaAborted: "The browser stopped the microphone or camera: try again",
  mediaFailed: "The microphone or camera could not be used: {detail}",

  // How a login ends
  loginWrongPassword: "Wrong user name or password ({detail})",
  loginUnknownUser: "The server does not know this user ({detail})",
  loginForbidden: "The server does not let this user in ({detail})",
  loginServer: "The server could not register you ({detail})",
  loginRejected: "Login refused ({detail})",
  loginTimeout: "The server did not answer the login in time",
  loginTransport: "The connection to the server was lost",
  loginUnreachable: "Cannot reach {server}: is the server running?",
  loginUnreachableSecure:
    "Cannot reach {server}: is the server running? If it is, open {page} in this browser to see whether its certificate is accepted",
  loginHandshake: "There is a web server, but no WebSocket at {server}: check the path",
  loginSubprotocol:
    'The server at {server} refused the WebSocket subprotocol "sip": is it a SIP server?',
  loginCertificate:
    "The certificate of {server} was refused: open {page} in this browser, accept it there, then try again",
  loginInsecureUrl: "An https page cannot open {server}: use a wss:// address",
  loginFailed: "Login failed: {detail}",
  loginStopped: "The SIP engine stopped: {detail}",
  insecurePage:
    "This page is not in a secure context: calls get no microphone. Open it over https or as http://localhost.",
  noWebRtc: "This browser has no WebRTC: calls are not possible.",

  // Expert page
  expertSettings: "Expert settings",
  expertIntro:
    "They are kept in this browser and used at the next login. A number in brackets is explained below.",
  backToCalls: "Back to the calls",
  disableVideo: "Disable Video",
  rtcwebBreaker: "Enable RTCWeb Breaker",
  websocketUrl: "WebSocket Server URL",
  websocketUrlExample: "e.g. wss://example.org:5062",
  outboundProxyUrl: "SIP outbound Proxy URL",
  outboundProxyUrlExample: "e.g. udp://example.org:5060",
  iceServers: "ICE Servers",
  iceServersExample: "e.g. [{ urls: 'stun:stun.example.org' }]",
  bandwidth: "Max bandwidth (kbps)",
  bandwidthExample: "{ audio:64, video:512 }",
  videoSize: "Video size",
  videoSizeExample: "{ minWidth: 640, minHeight:480, maxWidth: 640, maxHeight:480 }",
  disableEarlyIms: "Disable 3GPP Early IMS",
  disableDebug: "Disable debug messages",
  mediaCaching: "Cache the media stream",
  disableCallOptions: "Disable Call button options",
  save: "Save",
  revert: "Revert",
  saved: "Saved",
  reverted: "Reverted",
  notSaved: "Not saved: {count} to correct",
  saveRefused: "The browser refused to store the settings",
  footnote1:
    "For gateways such as webrtc2sip: asks the gateway to sit between this browser and a SIP network that has no WebRTC, and to convert the media.",
  footnote2:
    "Where the WebSocket goes, ws:// or wss://. When empty: this page's own server if it has one, else wss:// and the realm.",
  footnote3:
    "scheme://host:port. Written as a Route on every request, for gateways that pass requests on to a SIP server behind them.",
  footnote4:
    "A list as RTCPeerConnection takes it; each entry has urls (or url), and username and credential for TURN. [] or nothing: no STUN or TURN server, which is enough in one network.",
  footnote5: "Upper limits that are told to the other side, in kilobits per second. Both are optional.",
  footnote6: "Limits for the camera picture, in pixels. Each of the four is optional.",
  footnote7:
    "When ticked, the first REGISTER carries an empty Authorization header, as 3GPP TS 24.229 asks; most servers do not need it.",
  footnote8:
    "When not ticked, SIP messages are written to the browser's console, without passwords and secrets.",
  footnote9:
    "Kept for users of older versions; today's browsers remember the permission themselves, so it changes nothing.",
  footnote10:
    "When ticked, Call starts a call at once: with video, or with audio alone if video is disabled.",
  errorAt: "line {line}, column {column}: {message}",
  errorWebsocketUrl: "expected ws://host or wss://host, optionally with :port and /path",
  errorProxyUrl: "expected scheme://host:port with udp, tcp, tls, dtls, sctp, ws or wss as scheme",
  errorNotList: "expected a list: [ ... ]",
  errorNotObject: "expected an object: {example}",
  errorIceEntry: "entry {index}: expected an object with urls, such as { urls: 'stun:example.org' }",
  errorIceUrl:
    "entry {index}: [{value}] is not an ICE address; it starts with stun:, stuns:, turn: or turns:",
  errorIceText: "entry {index}: {key} must be a text in quotes",
  errorIceCredential: "entry {index}: a turn: address needs username and credential",
  errorNumber: "{key} must be a whole number, 0 or more",
  errorUnknownKey: "unknown key {key}; known are {known}",
  errorMinMax: "{min} is larger than {max}",
} as const;

export type TextKey = keyof typeof en;
export type Catalogue = Readonly<Record<TextKey, string>>;
export type TextValues = Readonly<Record<string, string | number>>;

const CATALOGUES: ReadonlyMap<string, Catalogue> = new Map<string, Catalogue>([["en", en]]);

function choose(): { language: string; catalogue: Catalogue } {
  for (const wanted of globalThis.navigator?.languages ?? []) {
    const language = wanted.split("-")[0]?.toLowerCase() ?? "";
    const catalogue = CATALOGUES.get(language);
    if (catalogue !== undefined) return { language, catalogue };
  }
  return { language: "en", catalogue: en };
}

const chosen = choose();

function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

/** The text of `key` in the reader's language, with `{name}` replaced from `values`. */
export function text(key: TextKey, values: TextValues = {}): string {
  return chosen.catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/**
 * Fills the elements of `root` that name a text: `data-text` for the content, `data-text-label`,
 * `data-text-placeholder` and `data-text-title` for the attributes. Unknown names throw, so that a
 * wrong page is noticed the first time it is opened.
 */
export function applyTexts(root: Document): void {
  root.documentElement.lang = chosen.language;
  const targets: readonly (readonly [string, (element: Element, value: string) => void])[] = [
    ["data-text", (element, value) => (element.textContent = value)],
    ["data-text-label", (element, value) => element.setAttribute("aria-label", value)],
    ["data-text-placeholder", (element, value) => element.setAttribute("placeholder", value)],
    ["data-text-title", (element, value) => element.setAttribute("title", value)],
  ];
  for (const [attribute, write] of targets) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const key = element.getAttribute(attribute) ?? "";
      if (!isTextKey(key)) throw new Error(`the page names an unknown text "${key}"`);
      write(element, text(key));
    }
  }
}
