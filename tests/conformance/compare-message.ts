/** SIP messages as parsed, against what vectors.json expects of them. */

import type { ParsedMessage } from "../../js-glue/message-data.js";
import { compareHeader, compareVia } from "./compare-header.js";
import { compareNameAddr, compareUri } from "./compare-uri.js";
import { compareParams } from "./findings.js";
import type { Findings } from "./findings.js";
import { entries, object } from "./json.js";
import type { JsonObject } from "./json.js";

/** Words that say what a user agent does, or how an expectation is meant. */
const remarks = new Set([
  "outcome",
  "uasStatus",
  "mustNotThrow",
  "mustNotBeAnswered",
  "unsupported",
  "lenient",
  "orLenient",
]);

export const headersNamed = (message: ParsedMessage, name: string): ParsedMessage["headers"] =>
  message.headers.filter((one) => one.canonicalName.toLowerCase() === name.toLowerCase());

/** Values of all headers of that name, lists counted by their items. */
export const countValues = (message: ParsedMessage, name: string): number =>
  headersNamed(message, name).reduce(
    (sum, { data }) => sum + (data?.values.length ?? 1),
    0,
  );

export function compareMessage(
  findings: Findings,
  message: ParsedMessage,
  expected: JsonObject,
): void {
  const request = message.kind === "request" ? message : undefined;
  const response = message.kind === "response" ? message : undefined;
  const [contact] = message.contacts;
  const [topVia] = message.via;
  for (const [name, value] of entries(expected)) {
    switch (name) {
      case "type":
        findings.compare(name, message.kind, value);
        break;
      case "method":
        findings.compare(name, request?.method, value);
        break;
      case "status":
      case "reason":
        findings.compare(name, response?.[name], value);
        break;
      case "requestUri":
        if (request?.requestUri)
          compareUri(findings, "requestUri.", request.requestUri, object(value));
        else findings.add(name, "was refused");
        break;
      case "from":
      case "to": {
        const address = message[name];
        if (address) compareNameAddr(findings, `${name}.`, address, object(value));
        else findings.add(name, "was refused");
        break;
      }
      case "contact":
        if (contact) compareUri(findings, "contact.", contact.uri, object(value));
        else findings.add(name, "is missing");
        break;
      case "contactParams":
        compareParams(findings, name, contact?.params ?? [], object(value));
        break;
      case "contactCount":
        findings.compare(name, message.contacts.length, value);
        break;
      case "topVia":
        if (topVia) compareVia(findings, "topVia.", topVia, object(value));
        else findings.add(name, "is missing");
        break;
      case "viaCount":
        findings.compare(name, headersNamed(message, "Via").length, value);
        break;
      case "viaValues":
        findings.compare(name, message.via.length, value);
        break;
      case "contactStar":
      case "cseq":
      case "callId":
      case "maxForwards":
        findings.compare(name, message[name], value);
        break;
      case "headerText":
        for (const [header, wanted] of entries(value))
          findings.compare(`${name}.${header}`, headersNamed(message, header)[0]?.value, wanted);
        break;
      case "headerCounts":
        for (const [header, wanted] of entries(value))
          findings.compare(`${name}.${header}`, headersNamed(message, header).length, wanted);
        break;
      case "headerValues":
        for (const [header, wanted] of entries(value))
          findings.compare(`${name}.${header}`, countValues(message, header), wanted);
        break;
      case "bodyBytes":
        findings.compare(name, message.body.length, value);
        break;
      case "body":
        findings.compare(name, message.bodyText, value);
        break;
      case "contentType":
        findings.compare(name, message.contentType?.mime, value);
        break;
      case "parts":
        findings.compare(
          name,
          message.parts?.map((part) => part.contentType.mime),
          value,
        );
        break;
      case "challenge": {
        const data = headersNamed(message, "WWW-Authenticate")[0]?.data;
        if (data) compareHeader(findings, "challenge.", data, object(value));
        else findings.add(name, "is missing");
        break;
      }
      default:
        if (!remarks.has(name)) findings.add(name, "has no check");
    }
  }
}
