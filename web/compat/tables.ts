/** The constants of sipML5 2.1.4 that pages compare with, under their names and values. */

/** `tsip_event_code_e`: what `e.o_event.i_code` holds. */
export const tsip_event_code_e = {
  DIALOG_TRANSPORT_ERROR: 702,
  DIALOG_GLOBAL_ERROR: 703,
  DIALOG_MESSAGE_ERROR: 704,
  DIALOG_WEBRTC_ERROR: 705,
  DIALOG_REQUEST_INCOMING: 800,
  DIALOG_REQUEST_OUTGOING: 802,
  DIALOG_REQUEST_CANCELLED: 803,
  DIALOG_REQUEST_SENT: 804,
  DIALOG_MEDIA_ADDED: 805,
  DIALOG_MEDIA_REMOVED: 806,
  DIALOG_MEDIA_LOCAL_REQUESTED: 807,
  DIALOG_MEDIA_LOCAL_ACCEPTED: 808,
  DIALOG_MEDIA_LOCAL_REFUSED: 809,
  DIALOG_CONNECTING: 900,
  DIALOG_CONNECTED: 901,
  DIALOG_TERMINATING: 902,
  DIALOG_TERMINATED: 903,
  DIALOG_BFCP_INFO: 904,
  STACK_STARTING: 950,
  STACK_STARTED: 951,
  STACK_STOPPING: 952,
  STACK_STOPPED: 953,
  STACK_FAILED_TO_START: 954,
  STACK_FAILED_TO_STOP: 955,
} as const;

/** `tsip_transport_state_e`: what `stack.o_stack.e_state` holds. */
export const tsip_transport_state_e = {
  NONE: -1,
  STARTING: 0,
  STARTED: 1,
  STOPPING: 3,
  STOPPED: 4,
} as const;

/** The name and the place of a header in `tsip_header_type_e`; `Dummy` has no name. */
export interface HeaderType {
  /** The place in the table. */
  readonly i_id: number;
  /** The header's name; null for `Dummy`, which stands for the names that are not in the table. */
  readonly s_name: string | null;
}

/** By place; the keys are these names with "_" for "-". */
const headerNames =
  "Accept Accept-Contact Accept-Encoding Accept-Language Accept-Resource-Priority Alert-Info Allow " +
  "Allow-Events Authentication-Info Authorization Call-ID Call-Info Contact Content-Disposition " +
  "Content-Encoding Content-Language Content-Length Content-Type CSeq Date Dummy Error-Info Event " +
  "Expires From History-Info Identity Identity-Info In-Reply-To Join Max-Forwards MIME-Version " +
  "Min-Expires Min-SE Organization Path Priority Privacy Proxy-Authenticate Proxy-Authorization " +
  "Proxy-Require RAck Reason Record-Route Refer-Sub Refer-To Referred-By Reject-Contact Replaces " +
  "Reply-To Request-Disposition Require Resource-Priority Retry-After Route RSeq Security-Client " +
  "Security-Server Security-Verify Server Service-Route Session-Expires SIP-ETag SIP-If-Match " +
  "Subject Subscription-State Supported Target-Dialog Timestamp To Unsupported User-Agent Via " +
  "Warning WWW-Authenticate P-Access-Network-Info P-Answer-State P-Asserted-Identity " +
  "P-Associated-URI P-Called-Party-ID P-Charging-Function-Addresses P-Charging-Vector " +
  "P-DCS-Billing-Info P-DCS-LAES P-DCS-OSPS P-DCS-Redirect P-DCS-Trace-Party-ID P-Early-Media " +
  "P-Media-Authorization P-Preferred-Identity P-Profile-Key P-User-Database P-Visited-Network-ID";

/** `tsip_header_type_e`: what `o_message.get_header()` takes, `tsip_header_type_e.Alert_Info`. */
export const tsip_header_type_e: { readonly [name: string]: HeaderType } = Object.fromEntries(
  headerNames
    .split(" ")
    .map((name, place) => [
      name.replace(/-/g, "_"),
      { i_id: place, s_name: name === "Dummy" ? null : name },
    ]),
);

/** The table's entry for a header name; `Dummy` for a name that it has not. */
export function headerTypeOf(name: string): HeaderType {
  const wanted = name.toLowerCase();
  const types = Object.values(tsip_header_type_e);
  const found = types.find(({ s_name }) => s_name?.toLowerCase() === wanted);
  return found ?? (tsip_header_type_e["Dummy"] as HeaderType);
}
