/* The C interface of sipml.wasm: one input, then drain (ARCHITECTURE.md, "The boundary").
 *
 * Every input function is followed by sipml_agent_poll() until it returns NULL, and by
 * sipml_agent_deadline(). Times are milliseconds of one steady clock. Agents and what they hold are
 * integers of counters that never repeat. A JSON head says what an input or output means; its body,
 * SDP or a message's content, stands beside it as raw octets. sipml_call_function() stands apart:
 * it knows no agent, and one call is one answer.
 */
#ifndef SIPML_BRIDGE_ABI_H
#define SIPML_BRIDGE_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIPML_ABI_VERSION 1u

/* What an input function returns: the id of what a command made, 0, or one of these. */
enum sipml_error {
  SIPML_OK = 0,
  SIPML_INVALID_JSON = -1,     /* the head is not a JSON object of the protocol */
  SIPML_INVALID_ARGUMENT = -2, /* a value is of the wrong type, out of range or unusable */
  SIPML_UNKNOWN_ID = -3,       /* no such agent, call or registration */
  SIPML_WRONG_STATE = -4,      /* what was asked makes no sense now */
  SIPML_LIMIT_EXCEEDED = -5,   /* a named limit of base/limits.hpp */
  SIPML_NOT_CONNECTED = -6     /* no connection to the server */
};

enum sipml_output_kind {
  SIPML_TRANSMIT = 1, /* body: one WebSocket message; flow: the connection (server only) */
  SIPML_EVENT = 2,    /* head: an Event of js-glue/protocol.ts, with its body */
  SIPML_MEDIA = 3,    /* head: a MediaRequest of js-glue/protocol.ts, body: SDP */
  SIPML_LOG = 4,      /* head: {"direction"}, body: one SIP message with its secrets removed */
  SIPML_RESULT = 5    /* of sipml_call_function() */
};

/* Each takes a head and a body of octets. Where no JSON is mentioned they are texts; results are
 * JSON of js-glue/message-data.ts. */
enum sipml_function {
  SIPML_PARSE_URI = 1,         /* body: a URI. Parsed<ParsedUri> */
  SIPML_PARSE_NAME_ADDR = 2,   /* body: an address. Parsed<ParsedNameAddr> */
  SIPML_PARSE_HEADER = 3,      /* head: the name or "", body: its value or "name: value".
                                  Parsed<HeaderData> */
  SIPML_PARSE_MESSAGE = 4,     /* body: a message. Parsed<...>, and its body */
  SIPML_PARSE_SDP = 5,         /* body: a description. Parsed<ParsedSdp> */
  SIPML_PARSE_MULTIPART = 6,   /* head: Content-Type, body: the body. Parsed<...>, and the octets
                                  that the parts lie in */
  SIPML_MESSAGE_STATUS = 7,    /* body: a message. No head; flow: 0 when it may be acted upon, 1
                                  when it is none, else the status that a request must get */
  SIPML_COMPARE_URIS = 8,      /* head and body: URIs. true or false */
  SIPML_RESOLVE_TARGET = 9,    /* head: what was dialled, body: the domain. Parsed<ParsedUri> */
  SIPML_SERIALIZE = 10,        /* head: JSON {"method", "uri"} or {"status", "reason"}, with
                                  "headers": [[name, value]], and the body. The octets */
  SIPML_FORMAT_NAME_ADDR = 11, /* head: JSON {"displayName", "uri", "params": [[name, value or
                                  null]]}. A string */
  SIPML_DIGEST_RESPONSE = 12   /* head: JSON DigestInput, and the body. DigestResult */
};

/* Valid until the next sipml_ call. */
struct sipml_output {
  uint32_t kind;
  uint32_t flow;
  const char* head;
  uint32_t head_length;
  const char* body;
  uint32_t body_length;
};

uint32_t sipml_abi_version(void);

/* Room for `size` octets of input, reused; valid until the next sipml_ call. */
uint8_t* sipml_input_buffer(uint32_t size);

/* {"code", "argument", "message"} of the last negative return value; head only. */
const struct sipml_output* sipml_last_error(void);

/* Input: JSON AgentConfig with "entropy", 64 hexadecimal digits.
 * Returns an agent > 0 or an error. */
int32_t sipml_agent_create(uint32_t length);
void sipml_agent_destroy(uint32_t agent);
int32_t sipml_agent_connected(uint32_t agent, double now);
int32_t sipml_agent_disconnected(uint32_t agent, double now);
/* Input: one WebSocket message. */
int32_t sipml_agent_receive(uint32_t agent, uint32_t length, double now);
/* Input: the JSON head and, behind it, the body. */
int32_t sipml_agent_command(uint32_t agent, uint32_t head_length, uint32_t body_length, double now);
int32_t sipml_agent_timer_fired(uint32_t agent, double now);
/* +Infinity when nothing is pending. */
double sipml_agent_deadline(uint32_t agent);
/* NULL when drained. */
const struct sipml_output* sipml_agent_poll(uint32_t agent);

/* Runs one of enum sipml_function. Input: the head and, behind it, the body. Its result, or NULL
 * for an argument that is wrong, which sipml_last_error() names. */
const struct sipml_output* sipml_call_function(uint32_t function, uint32_t head_length,
                                               uint32_t body_length);

#ifdef __cplusplus
}
#endif

#endif
