/**
 * The SIP stacks of npm: what each makes of a message by default, what it found, and how it writes
 * a request and a session description. Internal modules are used where a stack exports no parser.
 */

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** "user@host" of a stack's URI object. */
const userAtHost = (uri) => (uri ? `${uri.user}@${uri.host}` : "");

/** JsSIP and SIP.js share an ancestor, and the names of what they parse. */
function factsOfGrammar(message, branch, tag) {
  if (!message) return undefined;
  const contact = message.hasHeader("contact") ? message.parseHeader("contact", 0) : undefined;
  return {
    cseq: Number(message.cseq?.value ?? message.cseq),
    fromTag: tag,
    branch,
    contact: userAtHost(contact?.uri),
    recordRoutes: message.getHeaders("record-route").length,
  };
}

function jssip(require) {
  const { parseMessage } = require("jssip/lib/Parser.js");
  const { OutgoingRequest } = require("jssip/lib/SIPMessage.js");
  const URI = require("jssip/lib/URI.js");
  const agent = {
    configuration: { uri: URI.parse("sip:alice@example.com"), session_timers: true },
    contact: {},
  };
  const parse = (text) => parseMessage(text, agent);
  return {
    name: "JsSIP",
    parse,
    facts: (text) => {
      const message = parse(text);
      return factsOfGrammar(message, message?.via_branch, message?.from_tag);
    },
    writer: (request) => {
      const to = URI.parse(request.uri);
      const parameters = { call_id: request.callId, cseq: request.cseq, from_tag: request.fromTag };
      return () => {
        const { extraHeaders, body } = request;
        const message = new OutgoingRequest("INVITE", to, agent, parameters, extraHeaders, body);
        message.setHeader("via", request.via);
        return message.toString();
      };
    },
  };
}

async function sipjs(folder) {
  const load = (file) => import(pathToFileURL(join(folder, "sip.js/lib", file)).href);
  const { Parser } = await load("core/messages/parser.js");
  const { OutgoingRequestMessage } = await load("core/messages/outgoing-request-message.js");
  const { Grammar } = await load("grammar/grammar.js");
  const silent = () => {};
  const logger = { error: silent, warn: silent, log: silent, debug: silent };
  const parse = (text) => Parser.parseMessage(text, logger);
  return {
    name: "SIP.js",
    parse,
    facts: (text) => {
      const message = parse(text);
      return factsOfGrammar(message, message?.viaBranch, message?.fromTag);
    },
    writer: (request) => {
      const to = Grammar.URIParse(request.uri);
      const from = Grammar.URIParse("sip:alice@example.com");
      const { callId, cseq, fromTag, extraHeaders } = request;
      const body = { content: request.body, contentType: "application/sdp" };
      return () => {
        const options = { callId, cseq, fromTag };
        const message = new OutgoingRequestMessage(
          "INVITE",
          to,
          from,
          to,
          options,
          extraHeaders.filter((line) => !line.startsWith("Content-Type")),
          body,
        );
        message.setHeader("via", request.via);
        return message.toString();
      };
    },
  };
}

function sip(require) {
  const { parse, stringify } = require("sip");
  return {
    name: "sip",
    parse,
    facts: (text) => {
      const headers = parse(text)?.headers;
      if (!headers) return undefined;
      const uri = headers.contact?.[0]?.uri ?? "";
      return {
        cseq: headers.cseq.seq,
        fromTag: headers.from.params.tag,
        branch: headers.via[0].params.branch,
        contact: /^sips?:([^;:>]*)/.exec(uri)?.[1] ?? "",
        recordRoutes: headers["record-route"]?.length ?? 0,
      };
    },
    writer: (request) => {
      const message = parse(request.text);
      message.content = request.body;
      return () => stringify(message);
    },
  };
}

/** `folder`: where node_modules is. */
export async function peers(folder) {
  const require = createRequire(join(folder, "package.json"));
  const modules = join(folder, "node_modules");
  const stacks = [jssip(require), await sipjs(modules), sip(require)];
  const transform = require("sdp-transform");
  const packages = ["jssip", "sip.js", "sip", "sdp-transform"];
  const version = (name) => require(join(modules, name, "package.json")).version;
  return {
    stacks,
    copyDescription: (text) => transform.write(transform.parse(text)),
    versions: packages.map((name) => `${name} ${version(name)}`),
  };
}
