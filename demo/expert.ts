/** Entry of expert.htm: edits the stored expert settings, checked before they are stored. */
import { byId } from "./dom.js";
import {
  checkBandwidth,
  checkIceServers,
  checkOutboundProxyUrl,
  checkVideoSize,
  checkWebsocketUrl,
  type Checked,
} from "./settings.js";
import { canStore, load, loadFlag, save, saveFlag, type StoredKey } from "./storage.js";
import { applyTexts, offerLanguages, onLanguage, text } from "./texts.js";

interface TextField {
  readonly key: StoredKey;
  readonly input: HTMLInputElement | HTMLTextAreaElement;
  readonly problem: HTMLElement;
  readonly check: (source: string) => Checked<unknown>;
}

applyTexts(document);
offerLanguages(byId("selLanguage", HTMLSelectElement));

const flags: readonly (readonly [StoredKey, HTMLInputElement])[] = [
  ["disableVideo", byId("cbVideoDisable", HTMLInputElement)],
  ["rtcwebBreaker", byId("cbRTCWebBreaker", HTMLInputElement)],
  ["disableEarlyIms", byId("cbEarlyIMS", HTMLInputElement)],
  ["disableDebug", byId("cbDebugMessages", HTMLInputElement)],
  ["mediaCaching", byId("cbCacheMediaStream", HTMLInputElement)],
  ["relayOnly", byId("cbRelayOnly", HTMLInputElement)],
  ["disableCallOptions", byId("cbCallButtonOptions", HTMLInputElement)],
];

const fields: readonly TextField[] = [
  {
    key: "websocketUrl",
    input: byId("txtWebsocketServerUrl", HTMLInputElement),
    problem: byId("errWebsocketServerUrl", HTMLElement),
    check: checkWebsocketUrl,
  },
  {
    key: "outboundProxyUrl",
    input: byId("txtSIPOutboundProxyUrl", HTMLInputElement),
    problem: byId("errSIPOutboundProxyUrl", HTMLElement),
    check: checkOutboundProxyUrl,
  },
  {
    key: "iceServers",
    input: byId("txtIceServers", HTMLTextAreaElement),
    problem: byId("errIceServers", HTMLElement),
    check: checkIceServers,
  },
  {
    key: "bandwidth",
    input: byId("txtBandwidth", HTMLInputElement),
    problem: byId("errBandwidth", HTMLElement),
    check: checkBandwidth,
  },
  {
    key: "videoSize",
    input: byId("txtSizeVideo", HTMLInputElement),
    problem: byId("errSizeVideo", HTMLElement),
    check: checkVideoSize,
  },
];

const info = byId("txtInfo", HTMLElement);

let said: () => string = () => "";

function tell(line: () => string, isError = false): void {
  said = line;
  info.textContent = line();
  info.classList.toggle("error", isError);
}

/** true: the field is fine; otherwise the problem stands below it. */
function validate(field: TextField): boolean {
  const checked = field.check(field.input.value);
  field.problem.textContent = checked.ok ? "" : checked.problem;
  if (checked.ok) field.input.removeAttribute("aria-invalid");
  else field.input.setAttribute("aria-invalid", "true");
  return checked.ok;
}

function show(): void {
  for (const [key, box] of flags) box.checked = loadFlag(key);
  for (const field of fields) {
    field.input.value = load(field.key);
    validate(field);
  }
}

function store(): void {
  const wrong = fields.filter((field) => !validate(field));
  if (wrong.length > 0) {
    tell(() => text("notSaved", { count: wrong.length }), true);
    wrong[0]?.input.focus();
    return;
  }
  const stored = [
    ...flags.map(([key, box]) => saveFlag(key, box.checked)),
    ...fields.map(({ key, input }) => save(key, input.value.trim())),
  ];
  const complete = stored.every(Boolean);
  tell(() => text(complete ? "saved" : "saveRefused"), !complete);
}

for (const field of fields) {
  field.input.addEventListener("input", () => {
    tell(() => "");
    // A shown problem follows what is typed. None appears before Save: the line that it takes would
    // move the buttons away under the pointer.
    if (field.problem.textContent !== "") validate(field);
  });
}
for (const [, box] of flags) box.addEventListener("change", () => tell(() => ""));
byId("frmExpert", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  store();
});
byId("btnRevert", HTMLButtonElement).addEventListener("click", () => {
  show();
  tell(() => text("reverted"));
});
onLanguage(() => {
  info.textContent = said();
  for (const field of fields) if (field.problem.textContent !== "") validate(field);
});

show();
if (!canStore) {
  byId("btnSave", HTMLButtonElement).disabled = true;
  byId("btnRevert", HTMLButtonElement).disabled = true;
  tell(() => text("noStorage"), true);
}
