/** `tsip_uri`: an address as sipML5 showed one, taken apart by the core. */

import type { ParsedNameAddr } from "../../js-glue/message-data.js";
import { partsOfAddress } from "../address.js";
import type { RemoteParty } from "../address.js";
import { engine } from "./engine.js";

/** A parameter of a URI or of a header. */
export interface ParamView {
  /** The name in lower case. */
  readonly s_name: string;
  /** The value; null for a flag. */
  readonly s_value: string | null;
}

/** An address; `tsip_uri` on the page. */
export class UriView {
  /** `sip`, `sips` or `tel`. */
  readonly s_scheme: string | null = null;
  /** Decoded; of `tel` the number. */
  readonly s_user_name: string | null = null;
  /** Decoded. */
  readonly s_password: string | null = null;
  /** In lower case; an IPv6 address has its brackets. */
  readonly s_host: string | null = null;
  /** 0: none was given. */
  readonly i_port: number = 0;
  /** The display name that stood before the URI. */
  readonly s_display_name: string | null = null;
  /** The URI's parameters. */
  readonly ao_params: readonly ParamView[] = [];
  /** The whole URI, without brackets. Not in the original. */
  readonly s_uri: string = "";

  /** @internal */
  constructor(parts?: Partial<UriView>) {
    Object.assign(this, parts);
  }

  /**
   * The address that a text holds; null if it is none.
   * @example tsip_uri.prototype.Parse("sip:alice@example.org").s_host // "example.org"
   */
  Parse(text: string): UriView | null {
    return parseUri(text);
  }

  /** The address with its display name and in angle brackets, as `getRemoteUri()` gives it. */
  toString(): string {
    return this.tostring(true, true);
  }

  /** @example uri.tostring(true, false) // "sip:alice@example.org;transport=ws" */
  tostring(withParams: boolean, quote: boolean): string {
    const { s_uri: full } = this;
    const uri = withParams ? full : (full.split(";")[0] ?? "");
    if (!quote) return uri;
    return `${this.s_display_name ? `"${this.s_display_name}"` : ""}<${uri}>`;
  }
}

/** Null if the text is no address. */
export function parseUri(text: unknown): UriView | null {
  if (typeof text !== "string") return null;
  const parsed = engine.parseAddress(text.trim());
  if (parsed) return viewOf(parsed);
  if (parsed === null) return null;
  // The core is still being compiled.
  const parts = partsOfAddress(text);
  return parts ? new UriView({ s_user_name: parts.user, s_host: parts.host, s_uri: text }) : null;
}

/** Who is at one end. */
export function uriOfParty(party: RemoteParty): UriView {
  const parsed = parseUri(party.uri);
  const facts = {
    s_user_name: party.user || null,
    s_display_name: party.displayName || null,
    s_uri: party.uri,
  };
  return new UriView({ ...parsed, ...facts });
}

function viewOf({ displayName, uri }: ParsedNameAddr): UriView {
  const common = { s_scheme: uri.scheme, s_display_name: displayName, s_uri: uri.text };
  if (uri.type === "other") return new UriView(common);
  const ao_params = uri.params.map(({ name, value }) => ({ s_name: name, s_value: value }));
  if (uri.type === "tel") return new UriView({ ...common, s_user_name: uri.number, ao_params });
  return new UriView({
    ...common,
    s_user_name: uri.user,
    s_password: uri.password,
    s_host: uri.host,
    i_port: uri.port ?? 0,
    ao_params,
  });
}
