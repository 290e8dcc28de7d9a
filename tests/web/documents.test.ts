/** Contents of notifications as data, RFC 3863, 4235, 3842, 4575 and 3680, and what we publish. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import {
  SipError,
  documentTypes,
  parseDocument,
  presenceDocument,
  updateDocument,
  type ConferenceInfo,
  type DialogInfo,
  type PresenceOptions,
  type RegInfo,
} from "../../web/index.js";
import { contentOf, documentCases } from "./documents-table.js";

/** Goes on after a warning only. */
function stop(level: string, message: string): void {
  if (level !== "warning") throw new Error(`${level}: ${message}`);
}

const environment = {
  parseXml: (text: string): Document =>
    new DOMParser({ onError: stop }).parseFromString(text, "application/xml") as unknown as Document,
};

describe("the table that the browser reads too", () => {
  for (const one of documentCases) {
    test(one.name, () => {
      const { document, reason, problems } = parseDocument(one.type, contentOf(one), environment);
      const plain: unknown = document && JSON.parse(JSON.stringify(document));
      if (one.reason === undefined) assert.equal(reason, undefined);
      else assert.match(reason ?? "", one.reason);
      assert.deepEqual(plain, one.document);
      assert.deepEqual(problems, one.problems ?? []);
    });
  }
});

test("what is dangerous never reaches the parser", () => {
  const hostile = documentCases.filter(({ reason }) => reason !== undefined);
  let looked = 0;
  const counting = {
    parseXml: (text: string): Document => {
      looked += text.length;
      return environment.parseXml(text);
    },
  };
  for (const one of hostile) parseDocument(one.type, contentOf(one), counting);
  // Texts that are small and only not well-formed do.
  assert.ok(looked > 0 && looked < 10_000, `${looked} characters were parsed`);
});

test("a host without a parser, and a parser that throws, give a reason", () => {
  const content = '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b"/>';
  const type = "application/pidf+xml";
  assert.equal(parseDocument(type, content, {}).reason, "there is no XML parser here");
  const parseXml = (): never => {
    throw new TypeError("not trusted");
  };
  assert.equal(
    parseDocument(type, content, { parseXml }).reason,
    "its XML is not well-formed: not trusted",
  );
  const nothing = { parseXml: (): Document => null as unknown as Document };
  assert.match(parseDocument(type, content, nothing).reason ?? "", /^its XML is not well-formed: /);
  assert.match(parseDocument(type, null as unknown as string, environment).reason ?? "", /^it cannot/);
  assert.equal(documentTypes.length, 6);
});

test("browsers tell an error in two ways", () => {
  const error = (namespace: string): Document =>
    environment.parseXml(`<parsererror xmlns="${namespace}">line 1</parsererror>`);
  for (const namespace of [
    "http://www.mozilla.org/newlayout/xml/parsererror.xml",
    "http://www.w3.org/1999/xhtml",
  ]) {
    const parseXml = (): Document => error(namespace);
    const { reason } = parseDocument("application/reginfo+xml", "<reginfo/>", { parseXml });
    assert.equal(reason, "its XML is not well-formed");
  }
});

describe("presenceDocument", () => {
  const options: PresenceOptions = { entity: "sip:a@b", basic: "open" };

  test("RFC 3863 4.1: the least", () => {
    const text = presenceDocument(options);
    assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf"/);
    assert.match(text, /<contact>sip:a@b<\/contact>/);
    assert.doesNotMatch(text, /person|note/);
  });

  test("RFC 4480 3.2: known activities are elements, others are in words", () => {
    const text = presenceDocument({ ...options, activities: ["on-the-phone", "x><y"] });
    assert.match(text, /<r:activities><r:on-the-phone\/><r:other>x&gt;&lt;y<\/r:other>/);
  });

  const wrong: readonly [string, unknown][] = [
    ["entity", { ...options, entity: "" }],
    ["entity", { ...options, entity: 5 }],
    ["basic", { ...options, basic: "ajar" }],
    ["note", { ...options, note: {} }],
    ["contact", { ...options, contact: "" }],
    ["activities", { ...options, activities: "away" }],
    ["activities", { ...options, activities: [""] }],
  ];
  for (const [argument, given] of wrong) {
    test(`${argument}: ${JSON.stringify(given)} throws with the argument's name`, () => {
      assert.throws(
        () => presenceDocument(given as PresenceOptions),
        (error) =>
          error instanceof SipError &&
          error.code === "invalid_argument" &&
          error.argument === argument,
      );
    });
  }
});

function dialogs(version: number, state: DialogInfo["state"], ...ids: string[]): DialogInfo {
  const entries = ids.map((id) => {
    const ended = id.startsWith("-");
    const named = ended ? id.slice(1) : id;
    return { id: named, state: ended ? "terminated" : "confirmed", routeSet: [] } as const;
  });
  return { kind: "dialog-info", entity: "sip:a@b", version, state, dialogs: entries };
}

describe("updateDocument", () => {
  const said = (info: DialogInfo): string =>
    info.dialogs.map(({ id, state }) => (state === "terminated" ? `-${id}` : id)).join(" ");

  /** One row a document: what it is, then what is known after it. */
  const rows: readonly [DialogInfo, string, DialogInfo["state"], boolean, boolean][] = [
    [dialogs(4, "full", "a", "b"), "a b", "full", true, false],
    [dialogs(5, "partial", "-a"), "-a b", "full", true, false],
    [dialogs(6, "partial", "c"), "b c", "full", true, false],
    // Late, or sent again: RFC 4235 section 4.3.
    [dialogs(5, "partial", "x"), "b c", "full", false, false],
    [dialogs(6, "partial", "x"), "b c", "full", false, false],
    [dialogs(3, "full", "x"), "b c", "full", false, false],
    // A full one with the same version, as of servers that do not count.
    [dialogs(6, "full", "d"), "d", "full", true, false],
    // One was lost: what came is used, and all are asked for.
    [dialogs(8, "partial", "e"), "d e", "partial", true, true],
    [dialogs(9, "partial", "f"), "d e f", "partial", true, false],
    [dialogs(20, "full"), "", "full", true, false],
  ];

  test("RFC 4235 4.3: versions, full and partial state", () => {
    let known: DialogInfo | undefined;
    for (const [received, expected, state, used, refresh] of rows) {
      const update = updateDocument(known, received);
      known = update.document;
      const what = `version ${received.version} ${received.state}`;
      assert.equal(said(known), expected, what);
      assert.deepEqual([known.state, update.used, update.refresh], [state, used, refresh], what);
    }
  });

  test("partial state before any full one is used, and all is asked for", () => {
    const { document, used, refresh } = updateDocument(undefined, dialogs(1, "partial", "a"));
    assert.deepEqual([said(document), document.state, used, refresh], ["a", "partial", true, true]);
  });

  test("RFC 3680 5: bindings change by their id within their registration", () => {
    const contact = (id: string, state: "active" | "terminated") =>
      ({ id, uri: `sip:${id}`, state, params: [] }) as const;
    const reginfo = (version: number, state: RegInfo["state"], ...contacts: RegInfo["registrations"][0]["contacts"][number][]): RegInfo => ({
      kind: "reginfo",
      version,
      state,
      registrations: [{ id: "r", aor: "sip:a@b", state: "active", contacts }],
    });
    const first = reginfo(0, "full", contact("x", "active"), contact("y", "active"));
    const second = updateDocument(first, reginfo(1, "partial", contact("x", "terminated")));
    const states = (info: RegInfo): string[] =>
      info.registrations.flatMap(({ contacts }) => contacts.map(({ id, state }) => `${id} ${state}`));
    assert.deepEqual(states(second.document), ["x terminated", "y active"]);
    const third = updateDocument(second.document, reginfo(2, "partial", contact("z", "active")));
    assert.deepEqual(states(third.document), ["y active", "z active"]);
  });

  test("RFC 4575 4.6: users, endpoints and media change one by one", () => {
    const conference = (attributes: string, inside: string): ConferenceInfo => {
      const text = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:c@d" ${attributes}>${inside}</conference-info>`;
      const { document } = parseDocument("application/conference-info+xml", text, environment);
      assert.equal(document?.kind, "conference-info");
      return document as ConferenceInfo;
    };
    const endpoint = (name: string, state: string, status: string, media = ""): string =>
      `<endpoint entity="${name}" state="${state}"><status>${status}</status>${media}</endpoint>`;
    const user = (name: string, state: string, inside = ""): string =>
      `<user entity="${name}" state="${state}">${inside}</user>`;
    const audio = '<media id="1"><type>audio</type></media>';
    const first = conference(
      'version="1" state="full"',
      `<conference-description><subject>Plans</subject><free-text>a</free-text></conference-description>
       <users>${user("ann", "full", `<display-text>Ann</display-text>${endpoint("e1", "full", "connected", audio)}${endpoint("e2", "full", "connected")}`)}
       ${user("bob", "full")}</users>`,
    );
    const second = updateDocument(
      first,
      conference(
        'version="2" state="partial"',
        `<conference-description state="partial"><subject>Lunch</subject></conference-description>
         <conference-state><user-count>2</user-count></conference-state>
         <users state="partial">${user("ann", "partial", `${endpoint("e1", "partial", "on-hold", '<media id="2"><type>video</type></media>')}${endpoint("e2", "deleted", "disconnected")}`)}
         ${user("bob", "deleted")}${user("cyd", "full")}</users>`,
      ),
    );
    const { document } = second;
    assert.deepEqual([document.version, document.state], [2, "full"]);
    assert.deepEqual(document.description, { state: "full", subject: "Lunch", freeText: "a" });
    assert.deepEqual(document.status, { userCount: 2 });
    assert.deepEqual(document.users.map(({ entity }) => entity), ["ann", "cyd"]);
    const ann = document.users[0];
    assert.equal(ann?.displayText, "Ann");
    assert.equal(ann?.state, "full");
    assert.deepEqual(ann?.endpoints, [
      {
        entity: "e1",
        state: "full",
        status: "on-hold",
        media: [
          { id: "1", type: "audio" },
          { id: "2", type: "video" },
        ],
      },
    ]);
    const silent = updateDocument(document, conference('version="3" state="partial"', ""));
    assert.deepEqual(silent.document.users, document.users);
    const over = updateDocument(silent.document, conference('version="4" state="deleted"', ""));
    assert.deepEqual([over.document.state, over.document.users], ["deleted", []]);
  });
});
