/** Everything that sipML5 2.1.4 documents, one row each, and what became of it. */

export type State = "same" | "changed" | "dropped" | "new";

export interface Row {
  readonly name: string;
  readonly state: State;
  /** What is different, and why; "" where nothing is. */
  readonly why: string;
}

const rows = (text: string): readonly Row[] =>
  text
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", state = "", why = ""] = line.split("|").map((cell) => cell.trim());
      return { name, state: state as State, why };
    });

const plugin = "without the browser plug-in there is nothing to set: throws `ERR_NOT_SUPPORTED`, as the original does without it";

/** By the heading of their table in docs/migrating-from-sipml5.md. */
export const tables = {
  Functions: rows(`
setDebugLevel | same | the log holds no password and no credentials
startNativeDebug | dropped | ${plugin}; the original dereferenced null
stopNativeDebug | dropped | ${plugin}; the original dereferenced null
getWebRtcType | same |
setWebRtcType | same | only \`"native"\` can be chosen
getRunningApps | dropped | ${plugin}
setFps | dropped | ${plugin}
setMaxVideoSize | dropped | ${plugin}; \`video_size\` does the same
setMaxBandwidthUp | dropped | ${plugin}; \`bandwidth\` does the same
setMaxBandwidthDown | dropped | ${plugin}
setZeroArtifacts | dropped | ${plugin}
getWebRtc4AllVersion | same |
getNavigatorVersion | same |
getNavigatorFriendlyName | same |
getSystemFriendlyName | same |
isNavigatorOutdated | same |
isWebRtc4AllPluginOutdated | changed | false: there is no plug-in that could be outdated
isWebRtc4AllSupported | same |
isScreenShareSupported | changed | asks the browser instead of guessing from its name
isWebRtcSupported | same |
haveMediaStream | same |
isWebSocketSupported | same |
isReady | same |
isInitialized | same |
init | changed | calls back each time and may be retried; a failure has \`message\` beside \`description\`
`),
  Classes: rows(`
SIPml.EventTarget | same |
SIPml.Stack | same |
SIPml.Session | same |
SIPml.Session.Registration | same |
SIPml.Session.Call | same |
SIPml.Session.Message | same |
SIPml.Session.Publish | same |
SIPml.Session.Subscribe | same |
SIPml.Event | same |
SIPml.Stack.Event | same |
SIPml.Session.Event | same |
`),
  "Methods of SIPml.EventTarget": rows(`
addEventListener | same |
removeEventListener | same |
dispatchEvent | changed | a listener that throws is reported and harms nothing
`),
  "Methods of SIPml.Stack": rows(`
setConfiguration | changed | merges; the original wiped what was absent
start | same | works again after a lost connection
stop | changed | the order is kept, and the stack is \`stopped\` once
newSession | same |
`),
  "Methods of SIPml.Session": rows(`
getId | same |
setConfiguration | changed | merges; the original wiped \`bandwidth\` and \`video_size\` of calls
getRemoteUri | same |
getRemoteFriendlyName | changed | has the display name of a caller, which the original lost
accept | same |
reject | changed | takes \`status\` and \`reason\`
`),
  "Methods of SIPml.Session.Registration": rows(`
register | same |
unregister | same |
`),
  "Methods of SIPml.Session.Call": rows(`
call | same |
accept | changed | the microphone is asked for now, not when it rings
reject | changed | takes \`status\` and \`reason\`; 603 is still the default
hangup | changed | ends a call also before its INVITE left
hold | changed | works in today's browsers
resume | changed | does nothing to a call that is not held
info | same | octets too
dtmf | same |
transfer | changed | takes a session too (attended); \`o_ect_completed\` follows
acceptTransfer | changed | \`i_ect_new_call\` brings a session that plays and hangs up
rejectTransfer | changed | takes \`status\` and \`reason\`
mute | same |
startBfcpShare | dropped | ${plugin}; \`call-screenshare\` shows the screen
stopBfcpShare | dropped | ${plugin}
message | new | a MESSAGE inside the call
`),
  "Methods of SIPml.Session.Message": rows(`
send | changed | octets arrive as octets
accept | same |
reject | changed | answers; the original sent nothing
`),
  "Methods of SIPml.Session.Publish": rows(`
publish | changed | again on a live session: another document in its place
unpublish | changed | ends; the original repeated it for ever in today's browsers
`),
  "Methods of SIPml.Session.Subscribe": rows(`
subscribe | changed | again on a live session: refreshes it
unsubscribe | changed | ends; the original repeated it for ever in today's browsers
`),
  "Members of events": rows(`
type | same |
description | same |
o_event | changed | a read-only view under the same property names
getSipResponseCode | same |
getContent | same |
getContentString | changed | UTF-8 in text frames too
getContentType | same |
newSession | same | also with \`i_ect_new_call\`
session | same |
getTransferDestinationFriendlyName | same |
getHeader | new | the first value of a header
getHeaders | new | every value of a header
code | new | with \`failed_to_start\` and \`stopped\`: what went wrong
message | new | a sentence for a person
notification | new | with \`i_notify\`: the NOTIFY, its document parsed
`),
  "Keys of a stack": rows(`
realm | same |
impi | same |
impu | same |
password | same | characters beyond ASCII go as UTF-8
display_name | changed | absent: no display name; the original wrote "undefined"
websocket_proxy_url | changed | absent: \`wss://<realm>/\`, or \`ws://\` for a localhost realm; the original's server is gone
outbound_proxy_url | same |
ice_servers | changed | absent: none; a text is read as a literal and never evaluated
bandwidth | same | a text is read as a literal
video_size | same | a text is read as a literal
enable_rtcweb_breaker | same |
enable_click2call | same |
enable_early_ims | same |
enable_media_stream_cache | changed | has an effect
events_listener | same |
sip_headers | same |
websocket_proxy_urls | new | servers that are tried in turn
options | new | options of the modern API: \`hooks\`, \`keepAlive\`, \`sessionExpires\`, \`iceTransportPolicy\`, \`iceQuietPeriod\`, \`trickle\`, \`mediaTimeout\` ...
`),
  "Keys of a session": rows(`
expires | same |
audio_remote | same |
audio_local | same |
video_remote | same |
video_local | same |
screencast_window_id | dropped | the browser lets the person choose
bandwidth | same |
video_size | same |
from | same |
sip_caps | same |
sip_headers | changed | without value: removes; \`session: true\`: on the first request, or answer, alone, as documented
events_listener | same |
event | new | of publish and subscribe: the event package; the header \`Event\` works too
accept | new | of subscribe: media types; the header \`Accept\` works too
stream | new | of calls: used instead of devices
devices | new | of calls: which microphone and camera
audio | new | of calls: what is done with sound: \`"recvonly"\` needs no microphone
video | new | of calls: what is done with the picture
upgrade | new | of calls: what is done with a medium that the other side adds later, \`false\` unless set; the original sent it without asking
fallback | new | of calls: \`"receive"\` goes on without sending what cannot be captured
wire_directions | new | of calls: written instead of what is done: \`{ audio: "sendonly" }\` for a gateway that wants it of a page that only receives
removed_codecs | new | of calls: encodings that the peer is not told of
codec_order | new | of calls: encodings that stand first
dtmf_method | new | of calls: how \`dtmf\` sends; default \`info\`, as the original; \`auto\`: in the media stream where the peer takes tones there
removed_candidates | new | of calls: ICE candidates that the peer is not told of
`),
  "Keys of reject": rows(`
status | new | the status code, 300 to 699
reason | new | the reason phrase
`),
  "Session types": rows(`
register | same |
message | same |
publish | same |
subscribe | same |
call-audio | same |
call-audiovideo | same |
call-video | same |
call-screenshare | changed | works in today's browsers; \`audio: true\` adds the microphone, and the call goes on without picture when the sharing ends
`),
  "Stack events": rows(`
starting | same |
started | same |
failed_to_start | same | with \`code\` and \`message\`
stopping | changed | delivered
stopped | changed | once, and not before reconnecting has failed
failed_to_stop | changed | delivered when the core refuses to stop
i_new_call | same |
i_new_message | same | also for a MESSAGE inside a call
m_permission_requested | changed | of an incoming call: at \`accept()\`
m_permission_accepted | changed | of an incoming call: at \`accept()\`
m_permission_refused | changed | the call ends with \`terminated\`
i_notify | new | an unsolicited NOTIFY, with the option \`acceptUnsolicitedNotify\`
`),
  "Session events": rows(`
connecting | same |
connected | changed | of an incoming call: when the answer left
terminating | same |
terminated | changed | also after a hang-up or refusal before the INVITE left
sent_request | same |
i_ao_request | same |
i_notify | changed | also before the 200 of SUBSCRIBE
i_info | same |
transport_error | changed | of every session, when the connection cannot be had again
global_error | same |
m_early_media | same |
m_local_hold_ok | same |
m_local_hold_nok | same |
m_local_resume_ok | same |
m_local_resume_nok | same |
m_remote_hold | changed | every way of signalling it is understood
m_remote_resume | changed | every way of signalling it is understood
m_stream_video_local_added | same |
m_stream_video_remote_added | same |
m_stream_audio_local_added | same |
m_stream_audio_remote_added | same |
m_stream_video_local_removed | changed | delivered: at a hold of ours, and at the end
m_stream_video_remote_removed | changed | delivered: when the peer takes it away, and at the end
m_stream_audio_local_removed | changed | delivered: at a hold of ours, and at the end
m_stream_audio_remote_removed | changed | delivered: when the peer takes it away, and at the end
o_ect_trying | same |
o_ect_accepted | same |
o_ect_completed | changed | delivered after the last \`o_ect_notify\`
o_ect_failed | changed | also when the target refuses; the call goes on
o_ect_notify | same |
i_ect_requested | same |
i_ect_new_call | changed | delivered: \`session\` and \`newSession\` are the new call
i_ect_completed | same |
i_ect_failed | same |
i_ect_notify | changed | delivered after each \`o_ect_notify\` of a transfer asked of us
i_request | changed | delivered: a request of this session came; only to a listener of this type
o_request | changed | delivered: a request of this session left; only to a listener of this type
cancelled_request | changed | delivered: the caller cancelled; only to a listener of this type
message_error | changed | delivered: no answer to a MESSAGE, or the peer broke the protocol; only to a listener of this type
webrtc_error | changed | delivered: the browser's media failed; only to a listener of this type
media_added | changed | delivered: the peer added a medium, named in \`description\`; only to a listener of this type
media_removed | changed | delivered: the peer took a medium away; only to a listener of this type
m_bfcp_info | dropped | of the browser plug-in
bfcp_info | dropped | of the browser plug-in
`),
  "Globals beside SIPml": rows(`
tsip_uri | changed | \`Parse\`, \`toString\` and the properties; the core takes the text apart
tsip_event_code_e | same |
tsip_transport_state_e | same |
tsip_header_type_e | same |
tsk_string_is_null_or_empty | same |
tsk_string_is_string | same |
tsk_string_index_of | same |
tsk_string_contains | same |
tsk_string_unquote | same |
tsk_string_unquote_2 | same |
tsk_strdup | same |
tsk_string_format | changed | values are taken as they are; the original interpreted \`$&\` and braces in them
tsk_string_equals | same |
tsk_string_iequals | same |
tsk_string_random_from_dict | same |
tsk_string_random | same |
tsk_string_random_uuid | same |
tsk_string_to_int | same |
tsk_string_to_object | changed | reads literals and evaluates nothing
tsk_string_parse_url | same |
tsk_utils_init_webrtc | same |
tsk_utils_have_websocket | same |
tsk_utils_have_webrtc | same |
tsk_utils_have_webrtc4all | same |
tsk_utils_have_webrtc4npapi | same |
tsk_utils_have_webrtc4ie | same |
tsk_utils_have_webrtc4native | same |
tsk_utils_have_webrtc4ericsson | same |
tsk_utils_webrtc4all_get_version | same |
tsk_utils_have_stream | same |
tsk_utils_get_navigator_friendly_name | same |
tsk_utils_get_system_friendly_name | same |
tsk_utils_log_set_level | same |
tsk_utils_log_info | same |
tsk_utils_log_warn | same |
tsk_utils_log_error | same |
tsk_utils_log_fatal | same |
tmedia_session_jsep01 | dropped | touching it warns once: see "Pages that replace media behaviour"
__o_jsep_stream_audio | dropped | touching it warns once: see "Pages that replace media behaviour"
`),
} as const satisfies { readonly [heading: string]: readonly Row[] };

export type Heading = keyof typeof tables;

/** The table as the guide has it. */
export function markdown(heading: Heading): string {
  const lines = tables[heading].map(({ name, state, why }) => `| \`${name}\` | ${state} | ${why} |`);
  return [`### ${heading}`, "", "| name | | |", "| --- | --- | --- |", ...lines, ""].join("\n");
}
