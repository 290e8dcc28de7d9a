/** The messages of RFC 4475 and 5118 as parsed, against the facts of torture/index.json. */

import type { ParsedMessage, ParsedSdp, ParsedUri, ParsedVia } from "../../js-glue/message-data.js";
import { countValues, headersNamed } from "./compare-message.js";
import { compareUri, headersOf, sipUri } from "./compare-uri.js";
import { compareParams } from "./findings.js";
import type { Findings } from "./findings.js";
import { entries, isList, isObject, list, object, text } from "./json.js";
import type { Json } from "./json.js";
import { functions } from "./package.js";

/** The text of a header; any run of blanks means one. */
const headerText = (message: ParsedMessage, name: string): string =>
  headersNamed(message, name)[0]?.value.replaceAll("\t", " ").replace(/ +/g, " ") ?? "";

/** The address without the brackets that some write and the grammar lacks (RFC 5118 4.5). */
const received = (via: ParsedVia | undefined): string | undefined =>
  via?.received?.replace(/^\[|\]$/g, "");

const connection = (sdp: ParsedSdp | null, index: number): Json => {
  const found = sdp?.media[index]?.connection;
  return found ? [found.addressType, found.address] : null;
};

const tokens = (message: ParsedMessage, name: string): Json =>
  headersNamed(message, name).flatMap(({ data }) =>
    data?.type === "token" ? data.values.map((one) => one.value) : [],
  );

/** What each name stands for; `undefined` where the message has no such thing. */
function factOf(message: ParsedMessage, name: string): Json | undefined {
  const request = message.kind === "request" ? message : undefined;
  const response = message.kind === "response" ? message : undefined;
  const [via, , thirdVia] = message.via;
  const [contact] = message.contacts;
  const target = request?.requestUri;
  const decoded = (uri: ParsedUri | null | undefined): Json | undefined => sipUri(uri)?.user;
  const sdp = (): ParsedSdp | null => functions.parseSdp(message.body).value;
  switch (name) {
    case "method":
      return request?.method;
    case "status":
    case "reason":
      return response?.[name];
    case "version":
      return message.version;
    case "request_uri_user_decoded":
      return decoded(target);
    case "request_uri_host":
      return sipUri(target)?.host;
    case "request_uri_port":
      return sipUri(target)?.port;
    case "to_tag":
      return message.to?.tag;
    case "from_tag":
      return message.from?.tag;
    case "from_display":
      return message.from?.displayName;
    case "to_display":
      return message.to?.displayName;
    case "from_uri":
      return message.from?.uri.text;
    case "to_port":
      return sipUri(message.to?.uri)?.port;
    case "to_scheme":
      return message.to?.uri.scheme;
    case "from_scheme":
      return message.from?.uri.scheme;
    case "to_user_decoded":
      return decoded(message.to?.uri);
    case "from_user_decoded":
      return decoded(message.from?.uri);
    case "contact_scheme":
      return contact?.uri.scheme;
    case "contact_host":
      return sipUri(contact?.uri)?.host;
    case "contact_user_decoded":
      return decoded(contact?.uri);
    case "contacts_decoded":
      return message.contacts.map((one) => decoded(one.uri) ?? null);
    case "contact_count":
      return message.contacts.length;
    case "contact_uri":
      return contact?.uri.text;
    case "contact_uri_headers":
      return Object.fromEntries(
        Object.entries(contact ? headersOf(contact.uri) : {}).map(([header, values]) => [
          header,
          values[0] ?? null,
        ]),
      );
    case "route":
      return message.routes.map((one) => one.uri.text);
    case "record_route":
      return message.recordRoutes[0]?.uri.text;
    case "max_forwards":
      return message.maxForwards;
    case "content_length":
      return message.contentLength;
    case "body_bytes":
      return message.body.length;
    case "body":
      return message.bodyText;
    case "content_type":
      return message.contentType?.mime;
    case "boundary":
      return message.contentType?.params.find((one) => one.name === "boundary")?.value;
    case "subject":
      return headerText(message, "Subject");
    case "call_id":
      return message.callId;
    case "cseq":
      return message.cseq ? [message.cseq.number, message.cseq.method] : null;
    case "branch":
      return via?.branch;
    case "via_count":
      return message.via.length;
    case "via_transports":
      return message.via.map((one) => one.transport);
    case "via_hosts":
      return message.via.map((one) => one.host);
    case "via_ports":
      return message.via.map((one) => one.port);
    case "via_host":
      return via?.host;
    case "via_received":
      return received(via);
    case "third_via_received":
      return received(thirdVia);
    case "sdp_media":
      return sdp()?.media.length;
    case "sdp_connection":
      return connection(sdp(), 0);
    case "sdp_media_connections":
      return sdp()?.media.map((_, index) => connection(sdp(), index));
    case "sdp_session_name":
      return sdp()?.name;
    case "accept_count":
      return countValues(message, "Accept");
    case "accept":
      return headersNamed(message, "Accept").flatMap(({ data }) =>
        data?.type === "media-type" ? data.values.map((one) => one.mime) : [],
      );
    case "require":
      return tokens(message, "Require");
    case "date_text":
      return headerText(message, "Date");
    case "cseq_text":
      return headerText(message, "CSeq").split(" ")[0];
    case "max_forwards_text":
      return headerText(message, "Max-Forwards");
    case "retry_after_text":
      return headerText(message, "Retry-After");
    case "contact_expires_text":
      return contact?.params.find((one) => one.name === "expires")?.value;
    case "authorization_scheme":
      return headerText(message, "Authorization").split(" ")[0];
    case "actual":
      return message.body.length;
    default:
      return undefined;
  }
}

/** Facts about messages whose body is cut, or whose start line has no number: seen in the octets. */
const seenInText: readonly string[] = ["status_text", "trailing_call_id"];

export function compareFacts(
  findings: Findings,
  message: ParsedMessage,
  bytes: Uint8Array,
  facts: Json | undefined,
): void {
  const [contact] = message.contacts;
  const target = message.kind === "request" ? message.requestUri : null;
  for (const [name, value] of entries(facts)) {
    switch (name) {
      case "request_uri":
        if (!target) findings.add(name, "was refused");
        else if (isObject(value)) compareUri(findings, `${name}.`, target, value);
        else findings.compare(name, target.text, value);
        break;
      case "request_uri_params":
        compareParams(findings, name, sipUri(target)?.params ?? [], object(value));
        break;
      case "request_uri_headers": {
        // As written: these show that nothing was unescaped.
        const written = target?.text.split("?")[1]?.split("&") ?? [];
        const headers = Object.fromEntries(written.map((one) => one.split("=")));
        findings.compare(name, headers, value);
        break;
      }
      case "require":
      case "accept":
        // Compared without case, like every token but a method (7.3.1).
        findings.compare(
          name,
          factOf(message, name),
          list(value).map((one) => text(one).toLowerCase()),
        );
        break;
      case "scheme":
        findings.compare(name, target?.scheme, text(value).toLowerCase());
        break;
      case "from_tag_prefix":
        findings.compare(name, message.from?.tag?.startsWith(text(value)), true);
        break;
      case "from_params":
        compareParams(findings, name, message.from?.params ?? [], object(value));
        break;
      case "contact_uri_params":
      case "contact_uri_params_decoded":
        compareParams(findings, name, sipUri(contact?.uri)?.params ?? [], object(value));
        break;
      case "contact_header_params":
        compareParams(findings, name, contact?.params ?? [], object(value));
        break;
      case "contact": {
        const { display, uri, params } = object(value);
        findings.compare("contact.display", contact?.displayName, display);
        findings.compare("contact.uri", contact?.uri.text, uri);
        compareParams(findings, "contact.params", contact?.params ?? [], object(params));
        break;
      }
      case "contact_uri_headers":
        findings.compare(name, factOf(message, name), lowerKeys(value));
        break;
      case "via":
        findings.compare(
          name,
          message.via.map((via, index) => {
            const wanted = list(list(value)[index] ?? []);
            const last = typeof wanted[2] === "string" ? via.branch : via.port;
            return [via.transport, via.host, last];
          }),
          value,
        );
        break;
      case "headers":
        for (const [header, wanted] of entries(value))
          findings.compare(`headers.${header}`, headerText(message, header), wanted);
        break;
      case "parts":
        list(value).forEach((one, index) => {
          const { type, bytes: size, text: content } = object(one);
          const part = message.parts?.[index];
          findings.compare(name, part?.contentType.mime, type);
          if (size !== undefined) findings.compare(name, part?.body.length, size);
          if (content !== undefined) findings.compare(name, part?.bodyText, content);
        });
        findings.compare(name, message.parts?.length, list(value).length);
        break;
      case "unknown_header": {
        const header = headersNamed(message, text(value))[0];
        findings.compare(name, header?.canonicalName, value);
        break;
      }
      case "ignored_trailing_bytes":
        findings.compare(name, bytes.length - message.bodyOffset - message.body.length, value);
        break;
      case "trailing_call_id":
        findings.compare(name, message.callId === value, false);
        break;
      case "request_uri_host_equivalent":
        findings.compare(
          name,
          functions.compareUris(`sip:${sipUri(target)?.host ?? ""}`, `sip:${text(value)}`),
          true,
        );
        break;
      case "declared": {
        const declared = headersNamed(message, "Content-Length").map((one) => one.value);
        findings.compare(name, isList(value) ? declared : Number(declared[0]), value);
        break;
      }
      default:
        if (seenInText.includes(name)) break;
        findings.compare(name, factOf(message, name), value);
    }
  }
}

const lowerKeys = (json: Json): Json =>
  Object.fromEntries(entries(json).map(([name, value]) => [name.toLowerCase(), value]));
