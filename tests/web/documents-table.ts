/** What contents of notifications say: read in Node and in a browser with the parser of each. */
import { presenceDocument } from "../../web/index.js";

export interface DocumentCase {
  readonly name: string;
  readonly type: string;
  readonly content: string | (() => string | Uint8Array);
  /** As JSON has it. */
  readonly document?: unknown;
  readonly reason?: RegExp;
  readonly problems?: readonly string[];
}

const pidf = "application/pidf+xml";
const dialogs = "application/dialog-info+xml";
const summary = "application/simple-message-summary";
const conference = "application/conference-info+xml";
const reginfo = "application/reginfo+xml";

const nothingMore = { activities: [], mood: [], privacy: [], notes: [] };

/** A presence document with one open tuple and something more. */
const presence = (more: string, tuple = ""): string =>
  `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:d="urn:ietf:params:xml:ns:pidf:data-model"
     xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:carol@example.net">
     <tuple id="a1"><status><basic>open</basic></status>${tuple}</tuple>${more}</presence>`;

const carol = {
  kind: "presence",
  entity: "sip:carol@example.net",
  basic: "open",
  activities: [],
  tuples: [{ id: "a1", basic: "open", ...nothingMore }],
  persons: [],
  devices: [],
  notes: [],
};

const smallDialogs = '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="full" entity="sip:a@b"/>';
const emptyDialogs = { kind: "dialog-info", entity: "sip:a@b", version: 7, state: "full", dialogs: [] };

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

function utf16(text: string, order: "le" | "be", mark: boolean): Uint8Array {
  const whole = mark ? `\ufeff${text}` : text;
  const result = new DataView(new ArrayBuffer(whole.length * 2));
  for (let at = 0; at < whole.length; at += 1) {
    result.setUint16(at * 2, whole.charCodeAt(at), order === "le");
  }
  return new Uint8Array(result.buffer);
}

const withNote = (note: string): string => presence(`<note>${note}</note>`);
const noted = (note: string): unknown => ({ ...carol, note, notes: [{ text: note }] });

/** Ten entities, each ten times the one before. */
function billionLaughs(): string {
  const entities = Array.from({ length: 10 }, (_, at) => {
    const value = at === 0 ? "ha" : `&l${at - 1};`.repeat(10);
    return `<!ENTITY l${at} "${value}">`;
  });
  return `<?xml version="1.0"?><!DOCTYPE presence [${entities.join("")}]>${withNote("&l9;")}`;
}

const good: readonly DocumentCase[] = [
  {
    name: "RFC 3863 4: tuples with contacts, priorities, notes and times",
    type: pidf,
    content: `<?xml version="1.0" encoding="UTF-8"?>
      <impp:presence xmlns:impp="urn:ietf:params:xml:ns:pidf" entity="pres:dora@example.net">
        <impp:tuple id="k7">
          <impp:status><impp:basic>closed</impp:basic></impp:status>
          <impp:contact priority="0.75">sip:dora@desk.example.net</impp:contact>
          <impp:note xml:lang="en">Gone home</impp:note>
          <impp:note xml:lang="fr">Rentr\u00e9e</impp:note>
          <impp:timestamp>2024-03-05T17:20:00.5+01:00</impp:timestamp>
        </impp:tuple>
        <impp:tuple id="k8"><impp:status><impp:basic> Open </impp:basic></impp:status>
          <impp:contact>mailto:dora@example.net</impp:contact></impp:tuple>
        <impp:note>Back on Monday</impp:note>
      </impp:presence>`,
    document: {
      kind: "presence",
      entity: "pres:dora@example.net",
      basic: "open",
      note: "Back on Monday",
      activities: [],
      tuples: [
        {
          id: "k7",
          basic: "closed",
          contact: { uri: "sip:dora@desk.example.net", priority: 0.75 },
          ...nothingMore,
          notes: [
            { text: "Gone home", language: "en" },
            { text: "Rentr\u00e9e", language: "fr" },
          ],
          timestamp: "2024-03-05T16:20:00.500Z",
        },
        { id: "k8", basic: "open", contact: { uri: "mailto:dora@example.net" }, ...nothingMore },
      ],
      persons: [],
      devices: [],
      notes: [{ text: "Back on Monday" }],
    },
  },
  {
    name: "RFC 4479 3, RFC 4480 3: a person and a device, and all that tells more of them",
    type: "Application/PIDF+XML; charset=UTF-8",
    content: presence(
      `<d:person id="p1">
         <r:class>work</r:class>
         <r:activities from="2024-01-01T00:00:00Z"><r:note>On line 2</r:note><r:on-the-phone/><r:busy/>
           <r:other>juggling</r:other></r:activities>
         <r:mood><r:happy/><r:other>curious</r:other></r:mood>
         <r:place-is><r:audio><r:noisy/></r:audio><r:video><r:ok/></r:video></r:place-is>
         <r:place-type><l:office xmlns:l="urn:ietf:params:xml:ns:location-type"/></r:place-type>
         <r:privacy><r:audio/><r:text/></r:privacy>
         <r:relationship><r:assistant/></r:relationship>
         <r:service-class><r:electronic/></r:service-class>
         <r:sphere><r:work/></r:sphere>
         <r:status-icon>https://example.net/busy.png</r:status-icon>
         <r:time-offset>-240</r:time-offset>
         <d:note>Please write</d:note>
         <d:timestamp>2024-03-05T16:20:00Z</d:timestamp>
       </d:person>
       <d:device id="d1"><r:user-input last-input="2024-03-05T16:00:00Z">idle</r:user-input>
         <d:deviceID>urn:device:0003ba4811e3</d:deviceID></d:device>`,
      "<d:deviceID>urn:device:0003ba4811e3</d:deviceID>",
    ),
    document: {
      ...carol,
      note: "Please write",
      activities: ["on-the-phone", "busy", "juggling"],
      tuples: [
        { id: "a1", basic: "open", deviceId: "urn:device:0003ba4811e3", ...nothingMore },
      ],
      persons: [
        {
          id: "p1",
          activities: ["on-the-phone", "busy", "juggling"],
          mood: ["happy", "curious"],
          placeIs: { audio: "noisy", video: "ok" },
          placeType: "office",
          privacy: ["audio", "text"],
          relationship: "assistant",
          serviceClass: "electronic",
          sphere: "work",
          statusIcon: "https://example.net/busy.png",
          timeOffset: -240,
          class: "work",
          notes: [{ text: "Please write" }, { text: "On line 2" }],
          timestamp: "2024-03-05T16:20:00.000Z",
        },
      ],
      devices: [
        {
          id: "d1",
          deviceId: "urn:device:0003ba4811e3",
          ...nothingMore,
          userInput: "idle",
          lastInput: "2024-03-05T16:00:00.000Z",
        },
      ],
    },
  },
  {
    name: "RFC 3863 4: what is written is read again",
    type: pidf,
    content: () =>
      presenceDocument({
        entity: "sip:eve@example.net",
        basic: "closed",
        note: `<b>"Tom" & 'Jerry'</b> ]]> \ud83d\ude00 \ud83d \u0001`,
        activities: ["away", "a<b"],
        contact: "sip:eve@example.net;a=1&b",
      }),
    document: {
      kind: "presence",
      entity: "sip:eve@example.net",
      basic: "closed",
      note: `<b>"Tom" & 'Jerry'</b> ]]> \ud83d\ude00 \ufffd \ufffd`,
      activities: ["away", "a<b"],
      tuples: [
        {
          id: "t1",
          basic: "closed",
          contact: { uri: "sip:eve@example.net;a=1&b" },
          ...nothingMore,
          notes: [{ text: `<b>"Tom" & 'Jerry'</b> ]]> \ud83d\ude00 \ufffd \ufffd` }],
        },
      ],
      persons: [
        {
          id: "p1",
          ...nothingMore,
          activities: ["away", "a<b"],
          notes: [{ text: `<b>"Tom" & 'Jerry'</b> ]]> \ud83d\ude00 \ufffd \ufffd` }],
        },
      ],
      devices: [],
      notes: [],
    },
  },
  {
    name: "RFC 3863 4: elements and attributes of others are passed over",
    type: pidf,
    content: presence('<x:note xmlns:x="urn:x">no</x:note><note x:a="1" xmlns:x="urn:x">yes</note>'),
    document: noted("yes"),
  },
  {
    name: "RFC 4235 4.1: a dialog with all its parts",
    type: dialogs,
    content: `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="partial"
        entity="sip:frank@example.net">
      <dialog id="x9" call-id="c77@h" local-tag="lt" remote-tag="rt" direction="recipient">
        <state event="replaced" code="200">confirmed</state>
        <duration>62</duration>
        <replaces call-id="old" local-tag="1" remote-tag="2"/>
        <referred-by display="Grace">sip:grace@example.net</referred-by>
        <route-set><hop>sip:p1.example.net;lr</hop><hop>sip:p2.example.net;lr</hop></route-set>
        <local>
          <identity display="Frank">sip:frank@example.net</identity>
          <target uri="sip:frank@desk.example.net"><param pname="+sip.rendering" pval="no"/></target>
          <session-description type="application/sdp">v=0</session-description>
          <cseq>12</cseq>
        </local>
        <remote><identity>sip:heidi@example.org</identity></remote>
      </dialog>
      <dialog id="x10"><state>early</state></dialog>
    </dialog-info>`,
    document: {
      kind: "dialog-info",
      entity: "sip:frank@example.net",
      version: 3,
      state: "partial",
      dialogs: [
        {
          id: "x9",
          callId: "c77@h",
          localTag: "lt",
          remoteTag: "rt",
          direction: "recipient",
          state: "confirmed",
          event: "replaced",
          code: 200,
          duration: 62,
          replaces: { callId: "old", localTag: "1", remoteTag: "2" },
          referredBy: { uri: "sip:grace@example.net", displayName: "Grace" },
          routeSet: ["sip:p1.example.net;lr", "sip:p2.example.net;lr"],
          local: {
            identity: { uri: "sip:frank@example.net", displayName: "Frank" },
            target: {
              uri: "sip:frank@desk.example.net",
              params: [{ name: "+sip.rendering", value: "no" }],
            },
            sessionDescription: { type: "application/sdp", text: "v=0" },
            cseq: 12,
          },
          remote: { identity: { uri: "sip:heidi@example.org" } },
        },
        { id: "x10", state: "early", routeSet: [] },
      ],
    },
  },
  {
    name: "RFC 3842 5: counts, the account, and the header fields of messages",
    type: summary,
    content:
      "Messages-Waiting: yes\r\nMessage-Account: sip:ivan@vm.example.net\r\n" +
      "Voice-Message: 4/8 (1/2)\r\nvideo-message: 0/1\r\nNone: 3/0 ( 0 / 0 )\r\n\r\n" +
      "To: <sip:ivan@example.net>\r\nSubject: a very\r\n long one\r\n\r\nSubject: short\r\n",
    document: {
      kind: "message-summary",
      waiting: true,
      account: "sip:ivan@vm.example.net",
      voice: { new: 4, old: 8, urgentNew: 1, urgentOld: 2 },
      video: { new: 0, old: 1 },
      none: { new: 3, old: 0, urgentNew: 0, urgentOld: 0 },
      messages: [
        [
          { name: "To", value: "<sip:ivan@example.net>" },
          { name: "Subject", value: "a very long one" },
        ],
        [{ name: "Subject", value: "short" }],
      ],
    },
  },
  {
    name: "RFC 3842 5.1: line feeds alone, no counts, words in any case",
    type: summary,
    content: "MESSAGES-WAITING: No\n",
    document: { kind: "message-summary", waiting: false, messages: [] },
  },
  {
    name: "RFC 4575 5: a conference with all its parts",
    type: conference,
    content: `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sips:c1@example.net"
        state="full" version="4">
      <conference-description><display-text>Monday</display-text><subject>Plans</subject>
        <free-text>Weekly</free-text><keywords>plans  week</keywords>
        <conf-uris><entry><uri>tel:+15550100</uri><display-text>Dial in</display-text>
          <purpose>participation</purpose></entry></conf-uris>
        <service-uris><entry><uri>http://example.net/c1</uri><purpose>web-page</purpose></entry></service-uris>
        <maximum-user-count>50</maximum-user-count>
        <available-media><entry label="7"><display-text>main</display-text><type>audio</type>
          <status>sendrecv</status></entry></available-media></conference-description>
      <host-info><display-text>Judy</display-text><web-page>http://example.net/judy</web-page>
        <uris><entry><uri>sip:judy@example.net</uri></entry></uris></host-info>
      <conference-state><user-count>2</user-count><active>true</active><locked>0</locked></conference-state>
      <users state="full">
        <user entity="sip:judy@example.net" state="full"><display-text>Judy</display-text>
          <associated-aors><entry><uri>mailto:judy@example.net</uri></entry></associated-aors>
          <roles><entry>participant</entry><entry>host</entry></roles><languages>en de</languages>
          <cascaded-focus>sips:c2@example.net</cascaded-focus>
          <endpoint entity="sip:judy@pc.example.net">
            <display-text>Desk</display-text>
            <referred><when>2024-03-05T08:00:00Z</when><reason>asked</reason><by>sip:ken@example.net</by></referred>
            <status>connected</status><joining-method>dialed-out</joining-method>
            <joining-info><when>2024-03-05T08:01:00Z</when><by>sip:c1@example.net</by></joining-info>
            <disconnection-method>departed</disconnection-method>
            <disconnection-info><reason>hungry</reason></disconnection-info>
            <media id="1"><display-text>main</display-text><type>audio</type><label>7</label>
              <src-id>583398</src-id><status>sendonly</status></media>
            <call-info><sip><display-text>full info</display-text><call-id>q1</call-id>
              <from-tag>f</from-tag><to-tag>t</to-tag></sip></call-info>
          </endpoint></user>
      </users>
      <sidebars-by-ref><entry><uri>sips:c3@example.net</uri></entry></sidebars-by-ref>
    </conference-info>`,
    document: {
      kind: "conference-info",
      entity: "sips:c1@example.net",
      version: 4,
      state: "full",
      description: {
        state: "full",
        displayText: "Monday",
        subject: "Plans",
        freeText: "Weekly",
        keywords: ["plans", "week"],
        confUris: [{ uri: "tel:+15550100", displayText: "Dial in", purpose: "participation" }],
        serviceUris: [{ uri: "http://example.net/c1", purpose: "web-page" }],
        maximumUserCount: 50,
        availableMedia: [{ label: "7", type: "audio", displayText: "main", status: "sendrecv" }],
      },
      host: {
        displayText: "Judy",
        webPage: "http://example.net/judy",
        uris: [{ uri: "sip:judy@example.net" }],
      },
      status: { userCount: 2, active: true, locked: false },
      usersState: "full",
      users: [
        {
          entity: "sip:judy@example.net",
          state: "full",
          displayText: "Judy",
          associatedAors: [{ uri: "mailto:judy@example.net" }],
          roles: ["participant", "host"],
          languages: ["en", "de"],
          cascadedFocus: "sips:c2@example.net",
          endpoints: [
            {
              entity: "sip:judy@pc.example.net",
              state: "full",
              displayText: "Desk",
              referred: {
                when: "2024-03-05T08:00:00.000Z",
                reason: "asked",
                by: "sip:ken@example.net",
              },
              status: "connected",
              joiningMethod: "dialed-out",
              joining: { when: "2024-03-05T08:01:00.000Z", by: "sip:c1@example.net" },
              disconnectionMethod: "departed",
              disconnection: { reason: "hungry" },
              media: [
                {
                  id: "1",
                  type: "audio",
                  displayText: "main",
                  label: "7",
                  srcId: "583398",
                  status: "sendonly",
                },
              ],
              callInfo: { callId: "q1", fromTag: "f", toTag: "t", displayText: "full info" },
            },
          ],
        },
      ],
      sidebars: [{ uri: "sips:c3@example.net" }],
    },
  },
  {
    name: "RFC 3680 5, RFC 5628 5: registrations, their bindings, GRUUs",
    type: reginfo,
    content: `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:g="urn:ietf:params:xml:ns:gruuinfo"
        version="0" state="full">
      <registration aor="sip:leo@example.net" id="r1" state="active">
        <contact id="k1" state="active" event="refreshed" duration-registered="900" expires="300"
            q="0.8" callid="c" cseq="4" retry-after="9">
          <uri>sip:leo@192.0.2.7</uri><display-name>Leo</display-name>
          <unknown-param name="+sip.instance">"&lt;urn:uuid:1&gt;"</unknown-param>
          <g:pub-gruu uri="sip:leo@example.net;gr=1"/><g:temp-gruu uri="sip:t@example.net;gr" first-cseq="1"/>
        </contact>
        <contact id="k2" state="terminated" event="expired"><uri>sip:leo@old.example</uri></contact>
      </registration>
      <registration aor="sip:leo@example.org" id="r2" state="init"/>
    </reginfo>`,
    document: {
      kind: "reginfo",
      version: 0,
      state: "full",
      registrations: [
        {
          id: "r1",
          aor: "sip:leo@example.net",
          state: "active",
          contacts: [
            {
              id: "k1",
              uri: "sip:leo@192.0.2.7",
              state: "active",
              event: "refreshed",
              displayName: "Leo",
              durationRegistered: 900,
              expires: 300,
              retryAfter: 9,
              q: 0.8,
              callId: "c",
              cseq: 4,
              params: [{ name: "+sip.instance", value: '"<urn:uuid:1>"' }],
              publicGruu: "sip:leo@example.net;gr=1",
              temporaryGruu: "sip:t@example.net;gr",
            },
            { id: "k2", uri: "sip:leo@old.example", state: "terminated", event: "expired", params: [] },
          ],
        },
        { id: "r2", aor: "sip:leo@example.org", state: "init", contacts: [] },
      ],
    },
  },
];

/** Contents that are read although something is unusual or wrong in them. */
const odd: readonly DocumentCase[] = [
  { name: "the older name of presence", type: "application/cpim-pidf+xml", content: presence(""), document: carol },
  {
    name: "line ends before the XML declaration, which names another encoding than a text has",
    type: pidf,
    content: `\r\n<?xml version="1.0" encoding="UTF-16"?>\r\n${presence("")}`,
    document: carol,
  },
  {
    name: "RFC 7303 3.2: octets of UTF-8 that say that they are UTF-16",
    type: pidf,
    content: () => octets(`<?xml version="1.0" encoding="utf-16"?>${withNote("\u00e9")}`),
    document: noted("\u00e9"),
  },
  {
    name: "RFC 7303 3.2: UTF-8 with its mark",
    type: pidf,
    content: () => octets(`\ufeff<?xml version="1.0"?>${withNote("\u00e9")}`),
    document: noted("\u00e9"),
  },
  {
    name: "RFC 7303 3.2: UTF-16 with its mark, whatever the charset parameter says",
    type: `${pidf};charset="utf-8"`,
    content: () => utf16(`<?xml version="1.0" encoding="UTF-16"?>${withNote("\u00e9\u4e2d")}`, "be", true),
    document: noted("\u00e9\u4e2d"),
  },
  {
    name: "XML 1.0 F: UTF-16 without its mark",
    type: pidf,
    content: () => utf16(withNote("\u4e2d"), "le", false),
    document: noted("\u4e2d"),
  },
  {
    name: "XML 1.0 4.3.3: ISO 8859-1 that says so",
    type: pidf,
    content: () => latin(`<?xml version="1.0" encoding="ISO-8859-1"?>${withNote("\u00e9")}`),
    document: noted("\u00e9"),
  },
  {
    name: "RFC 7303 3: the charset parameter comes before the declaration",
    type: `${pidf}; charset=iso-8859-1`,
    content: () => latin(`<?xml version="1.0" encoding="UTF-8"?>${withNote("\u00e9")}`),
    document: noted("\u00e9"),
  },
  {
    name: "comments, CDATA, processing instructions and references",
    type: pidf,
    content: withNote("a<!-- <!DOCTYPE x> & -->b<![CDATA[<c> & &d;]]><?e <f?>&#x67;&#104;&amp;"),
    document: noted("ab<c> & &d;gh&"),
  },
  {
    name: "duplicates: the first counts",
    type: pidf,
    content: presence(
      '<tuple id="a1"><status><basic>closed</basic></status></tuple>',
      "<contact>sip:a@b</contact><contact>sip:c@d</contact>",
    ),
    document: {
      ...carol,
      tuples: [{ id: "a1", basic: "open", contact: { uri: "sip:a@b" }, ...nothingMore }],
    },
    problems: ["tuple: more than one contact; the first counts", 'presence: two with the id "a1"'],
  },
  {
    name: "values that are none of their kind are left out",
    type: pidf,
    content: presence(
      "<tuple><status><basic>ajar</basic></status><timestamp>yesterday</timestamp></tuple>",
      '<contact priority="11">sip:a@b</contact><r:time-offset>soon</r:time-offset>',
    ),
    document: {
      ...carol,
      tuples: [
        { id: "a1", basic: "open", contact: { uri: "sip:a@b" }, ...nothingMore },
        { id: "", ...nothingMore },
      ],
    },
    problems: [
      "tuple: priority is not between 0 and 1",
      "tuple: time-offset is no number",
      "tuple: the attribute id is missing",
      "status: basic is none of open, closed",
      "tuple: timestamp is no time",
    ],
  },
  {
    name: "a dialog in no known state is none",
    type: dialogs,
    content: smallDialogs.replace("/>", '><dialog id="1"/></dialog-info>').replace("7", "seven"),
    document: {
      ...emptyDialogs,
      version: 0,
      dialogs: [{ id: "1", state: "terminated", routeSet: [] }],
    },
    problems: [
      "dialog-info: version is no number",
      "dialog: state is none of trying, proceeding, early, confirmed, terminated",
    ],
  },
  {
    name: "names that mean something in JavaScript are names",
    type: pidf,
    content: presence(
      '<__proto__ constructor="1"/><d:person id="__proto__"><r:activities><r:__proto__/></r:activities></d:person>',
    ),
    document: {
      ...carol,
      activities: ["__proto__"],
      persons: [{ id: "__proto__", ...nothingMore, activities: ["__proto__"] }],
    },
  },
  {
    name: "lines of a summary that are none",
    type: summary,
    content: "Messages-Waiting: yes\r\nhello\r\nVoice-Message: many\r\nFax-Message: 1/99999999999\r\n",
    document: { kind: "message-summary", waiting: true, messages: [] },
    problems: ["a line without a colon", "voice-message: no counts", "fax-message: no counts"],
  },
];

const deep = (levels: number): string => `${"<x>".repeat(levels)}${"</x>".repeat(levels)}`;
const mebibyte = 1_048_576;

/** Contents that give no document, and at once. */
const refused: readonly DocumentCase[] = [
  { name: "nothing", type: pidf, content: "", reason: /^it is empty$/ },
  { name: "another type", type: "text/plain", content: "hello", reason: /^text\/plain is not read here$/ },
  { name: "no type", type: "", content: "hello", reason: /^an absent content type is not read/ },
  { name: "no XML", type: pidf, content: "hello", reason: /^its XML holds no element$/ },
  {
    name: "XXE",
    type: pidf,
    content: `<!DOCTYPE presence [<!ENTITY x SYSTEM "file:///etc/passwd">]>${withNote("&x;")}`,
    reason: /document type declaration, which is not allowed$/,
  },
  {
    name: "a parameter entity from elsewhere",
    type: pidf,
    content: `<?xml version="1.0"?><!-- --><!DOCTYPE a SYSTEM "http://localhost/x.dtd">${presence("")}`,
    reason: /document type declaration/,
  },
  { name: "billion laughs", type: pidf, content: billionLaughs, reason: /document type declaration/ },
  {
    name: "billion laughs in UTF-16",
    type: pidf,
    content: () => utf16(billionLaughs(), "be", true),
    reason: /document type declaration/,
  },
  { name: "an entity of HTML", type: pidf, content: withNote("&nbsp;"), reason: /entity that XML does not/ },
  { name: "an ampersand", type: pidf, content: withNote("a & b"), reason: /entity that XML does not/ },
  { name: "a reference to NUL", type: pidf, content: withNote("&#0;"), reason: /entity that XML does not/ },
  {
    name: "a reference to half a surrogate pair in an attribute",
    type: pidf,
    content: presence('<note a="&#xD800;"/>'),
    reason: /entity that XML does not/,
  },
  { name: "a control character", type: pidf, content: withNote("\u0008"), reason: /character that XML/ },
  { name: "half a surrogate pair", type: pidf, content: withNote("\ud800"), reason: /character that XML/ },
  {
    name: "octets that are no UTF-8",
    type: pidf,
    content: () => latin(withNote("\u00ff\u00fe")),
    reason: /^its octets are not utf-8$/,
  },
  {
    name: "an overlong form in UTF-8",
    type: pidf,
    content: () => latin(withNote("\u00c0\u00bc")),
    reason: /^its octets are not utf-8$/,
  },
  {
    name: "a summary that is no UTF-8",
    type: summary,
    content: () => latin("Messages-Waiting: yes\r\nMessage-Account: \u00ff\r\n"),
    reason: /^its octets are not utf-8$/,
  },
  {
    name: "an encoding that is not read",
    type: pidf,
    content: () => octets(`<?xml version="1.0" encoding="UTF-7"?>${presence("")}`),
    reason: /^its encoding utf-7 is not supported$/,
  },
  {
    name: "10 MB of text",
    type: pidf,
    content: () => withNote("x".repeat(10 * mebibyte)),
    reason: /^it is longer than 1048576 octets$/,
  },
  {
    name: "10 MB of octets",
    type: summary,
    content: () => new Uint8Array(10 * mebibyte).fill(0x61),
    reason: /^it is longer than/,
  },
  { name: "10000 levels", type: pidf, content: () => presence(deep(10_000)), reason: /more than 64 elements within/ },
  {
    name: "10000 levels that do not end",
    type: pidf,
    content: () => `<presence xmlns="urn:ietf:params:xml:ns:pidf">${"<x>".repeat(10_000)}`,
    reason: /more than 64 elements within/,
  },
  {
    name: "100000 elements",
    type: pidf,
    content: () => presence("<x/>".repeat(100_000)),
    reason: /more than 20000 elements$/,
  },
  {
    name: "10000 attributes",
    type: pidf,
    content: () => presence(`<x ${Array.from({ length: 10_000 }, (_, at) => `a${at}=""`).join(" ")}/>`),
    reason: /more than 64 attributes/,
  },
  { name: "a megabyte of <", type: pidf, content: () => "<".repeat(mebibyte), reason: /start tag without an end/ },
  { name: "a megabyte of <a ", type: pidf, content: () => "<a ".repeat(mebibyte / 3), reason: /start tag without/ },
  { name: "a megabyte of &", type: pidf, content: () => presence("&".repeat(mebibyte - 400)), reason: /entity/ },
  {
    name: "a megabyte of quotes",
    type: pidf,
    content: () => `<a ${'"'.repeat(mebibyte - 3)}`,
    reason: /start tag without an end/,
  },
  {
    name: "a comment without an end",
    type: pidf,
    content: () => presence("").replace("</presence>", "<!-- -- ".repeat(1000)),
    reason: /markup without an end$/,
  },
  { name: "a missing end tag", type: pidf, content: "<presence><a></presence>", reason: /end tag without its start/ },
  { name: "the end is missing", type: pidf, content: presence("").slice(0, -11), reason: /without its end tag$/ },
  { name: "two root elements", type: pidf, content: "<a/><b/>", reason: /more than one root element$/ },
  {
    name: "text behind the root element",
    type: pidf,
    content: `${presence("")}more`,
    reason: /^its XML is not well-formed/,
  },
  {
    name: "an attribute twice",
    type: pidf,
    content: presence('<note a="1" a="2"/>'),
    reason: /^its XML is not well-formed/,
  },
  {
    name: "a prefix that stands for nothing",
    type: pidf,
    content: presence("<q:note/>"),
    reason: /^its XML is not well-formed/,
  },
  {
    name: "a name that is none",
    type: pidf,
    content: presence("<1a></1a>"),
    reason: /^its XML is not well-formed/,
  },
  {
    name: "what a browser says of an error",
    type: pidf,
    content: presence('<parsererror xmlns="http://www.w3.org/1999/xhtml">no</parsererror>'),
    reason: /^its XML is not well-formed$/,
  },
  {
    name: "no namespace",
    type: pidf,
    content: '<presence entity="sip:a@b"/>',
    reason: /^its root element is not presence of the namespace urn:ietf:params:xml:ns:pidf$/,
  },
  {
    name: "the namespace of another document",
    type: dialogs,
    content: smallDialogs.replace("ns:dialog-info", "ns:pidf"),
    reason: /^its root element is not dialog-info/,
  },
  { name: "another document than its type", type: reginfo, content: smallDialogs, reason: /^its root element is not/ },
  { name: "a web page", type: pidf, content: "<html xmlns='http://www.w3.org/1999/xhtml'><script>1</script></html>", reason: /^its root element is not/ },
  { name: "a summary without its first line", type: summary, content: "Voice-Message: 1/2\r\n", reason: /^Messages-Waiting is missing$/ },
  { name: "a summary that is not sure", type: summary, content: "Messages-Waiting: maybe\r\n", reason: /^Messages-Waiting is neither/ },
];

export const documentCases: readonly DocumentCase[] = [...good, ...odd, ...refused];

export function contentOf({ content }: DocumentCase): string | Uint8Array {
  return typeof content === "string" ? content : content();
}
