/** `tsip_message`: the SIP message behind an event, under the property names of sipML5. Read only. */

import type { NameValue } from "../../js-glue/protocol.js";
import type { RemoteParty } from "../address.js";
import { headerTypeOf } from "./tables.js";
import type { HeaderType } from "./tables.js";
import { engine } from "./engine.js";
import { UriView, parseUri, uriOfParty } from "./uri-view.js";
import type { ParamView } from "./uri-view.js";

/** What is shown: what the modern API's SipMessage has. */
export interface MessageFacts {
  readonly method?: string;
  readonly uri?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly headers: readonly NameValue[];
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** Who a message is from and to. */
export interface MessageParties {
  readonly from: RemoteParty;
  readonly to: RemoteParty;
}

/** One header. What only some headers have is null, or -1, where it is missing. */
export class HeaderView {
  /** The entry of `tsip_header_type_e`. */
  readonly e_type: HeaderType;
  /** The name in its long form. */
  readonly s_name: string;
  /** The value as it came. */
  readonly s_value: string;
  private readonly party: RemoteParty | undefined;

  /** @internal */
  constructor({ name, value }: NameValue, party?: RemoteParty) {
    this.e_type = headerTypeOf(name);
    this.s_name = name;
    this.s_value = value;
    this.party = party;
  }

  /** The address of From, To, Contact, Refer-To and others like them. */
  get o_uri(): UriView | null {
    return this.party ? uriOfParty(this.party) : parseUri(this.s_value);
  }

  /** The display name of the address. */
  get s_display_name(): string | null {
    return this.o_uri?.s_display_name ?? null;
  }

  /** The tag parameter of From and To. */
  get s_tag(): string | null {
    return engine.parseAddress(this.s_value)?.tag ?? null;
  }

  /** The parameters of an address header. */
  get ao_params(): readonly ParamView[] {
    const params = engine.parseAddress(this.s_value)?.params ?? [];
    return params.map(({ name, value }) => ({ s_name: name, s_value: value }));
  }

  /** The number of Content-Length, Expires, Max-Forwards and others like them. */
  get i_value(): number {
    const number = Number.parseInt(this.s_value, 10);
    return Number.isNaN(number) ? -1 : number;
  }

  /** The number of CSeq. */
  get i_seq(): number {
    return this.i_value;
  }

  /** The method of CSeq. */
  get s_method(): string | null {
    return this.s_value.split(" ").at(-1) ?? null;
  }

  /** The media type of Content-Type, without parameters. */
  get s_type(): string {
    return mediaTypeOf(this.s_value);
  }

  /** As `s_name`. */
  get_name(): string {
    return this.s_name;
  }

  /** As `s_value`. */
  toString(): string {
    return this.s_value;
  }
}

/** Headers that have a property of their own; only the first of each. */
const named = {
  Via: "o_hdr_firstVia",
  From: "o_hdr_From",
  To: "o_hdr_To",
  Contact: "o_hdr_Contact",
  "Call-ID": "o_hdr_Call_ID",
  CSeq: "o_hdr_CSeq",
  Expires: "o_hdr_Expires",
  "Content-Type": "o_hdr_Content_Type",
  "Content-Length": "o_hdr_Content_Length",
} as const;

/** A request has `line.request`, a response `line.response`. */
export interface LineView {
  /** Of a request: its method and Request-URI. */
  readonly request: { readonly s_method?: string; readonly o_uri?: UriView | null };
  /** Of a response: its status code and reason phrase. */
  readonly response: { readonly i_status_code?: number; readonly s_reason_phrase?: string };
}

/** The message behind an event. */
export class MessageView {
  /** The first line. */
  readonly line: LineView;
  /** The first Via. */
  readonly o_hdr_firstVia: HeaderView | null = null;
  /** Who sent the request. */
  readonly o_hdr_From: HeaderView | null = null;
  /** To whom the request was sent. */
  readonly o_hdr_To: HeaderView | null = null;
  /** Where the sender can be reached. */
  readonly o_hdr_Contact: HeaderView | null = null;
  /** `s_value` is the Call-ID. */
  readonly o_hdr_Call_ID: HeaderView | null = null;
  /** `i_seq` and `s_method`. */
  readonly o_hdr_CSeq: HeaderView | null = null;
  /** `i_value` in seconds. */
  readonly o_hdr_Expires: HeaderView | null = null;
  /** `s_type` without parameters. */
  readonly o_hdr_Content_Type: HeaderView | null = null;
  /** `i_value` in octets. */
  readonly o_hdr_Content_Length: HeaderView | null = null;
  /** The headers that have no property of their own. */
  readonly ao_headers: readonly HeaderView[];
  private readonly facts: MessageFacts;
  private readonly all: readonly HeaderView[];

  /** @internal */
  constructor(facts: MessageFacts, parties?: MessageParties) {
    this.facts = facts;
    const { method, uri, status, reason = "" } = facts;
    this.line =
      status === undefined
        ? {
            request: {
              ...(method === undefined ? {} : { s_method: method }),
              ...(uri === undefined ? {} : { o_uri: parseUri(uri) }),
            },
            response: {},
          }
        : { request: {}, response: { i_status_code: status, s_reason_phrase: reason } };
    this.all = facts.headers.map((header) => new HeaderView(header));
    const own: Partial<Record<(typeof named)[keyof typeof named], HeaderView>> = {};
    const others: HeaderView[] = [];
    for (const header of this.all) {
      const property = named[header.s_name as keyof typeof named] as
        | (typeof named)[keyof typeof named]
        | undefined;
      if (property && !own[property]) own[property] = header;
      else others.push(header);
    }
    if (parties) {
      const address = (name: "From" | "To", party: RemoteParty): HeaderView => {
        const value = own[`o_hdr_${name}`]?.s_value ?? `<${party.uri}>`;
        return new HeaderView({ name, value }, party);
      };
      own.o_hdr_From = address("From", parties.from);
      own.o_hdr_To = address("To", parties.to);
    }
    Object.assign(this, own);
    this.ao_headers = others;
  }

  /** @example e.o_event.o_message.get_header(tsip_header_type_e.Alert_Info) */
  get_header(type: HeaderType): HeaderView | null {
    return this.get_header_at(type, 0);
  }

  /** The header of that type at a place, counted from 0; null if there is none. */
  get_header_at(type: HeaderType, index: number): HeaderView | null {
    return this.all.filter(({ e_type }) => e_type.i_id === type.i_id)[index] ?? null;
  }

  /** Whether it is a request. */
  is_request(): boolean {
    return this.facts.status === undefined;
  }

  /** Whether it is a response. */
  is_response(): boolean {
    return this.facts.status !== undefined;
  }

  /** The status code; 0 for a request. */
  get_response_code(): number {
    return this.facts.status ?? 0;
  }

  /** The reason phrase; null for a request. */
  get_response_phrase(): string | null {
    return this.is_response() ? (this.facts.reason ?? "") : null;
  }

  /** The octets of the body. */
  get_content(): number[] {
    return Array.from(this.facts.content);
  }

  /** The size of the body in octets. */
  get_content_length(): number {
    return this.facts.content.length;
  }

  /** Without parameters; null when there is none. */
  get_content_type(): string | null {
    return this.facts.contentType === "" ? null : mediaTypeOf(this.facts.contentType);
  }

  /** UTF-8, or one character per octet where it is not; null when empty. */
  get_content_as_string(): string | null {
    const { content } = this.facts;
    if (content.length === 0) return null;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(content);
    } catch {
      return Array.from(content, (octet) => String.fromCharCode(octet)).join("");
    }
  }

  /** Of the headers of that name, in order. */
  values(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.all
      .filter(({ s_name }) => s_name.toLowerCase() === wanted)
      .map(({ s_value }) => s_value);
  }
}

function mediaTypeOf(text: string): string {
  return (text.split(";")[0] ?? "").trim();
}
