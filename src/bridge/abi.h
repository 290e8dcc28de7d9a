/* The C interface of sipml.wasm: one input, then drain (ARCHITECTURE.md, "The boundary").
 *
 * Every input function is followed by sipml_agent_poll() until it returns NULL, and by
 * sipml_agent_deadline(). Times are milliseconds of one steady clock. Agents and what they hold are
 * integers of counters that never repeat. A JSON head says what an input or output means; its body,
 * SDP or a message's content, stands beside it as raw octets.
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
  SIPML_RESULT = 5    /* of the functions that take text and give text or JSON */
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

/* Input: a URI or an address. Head: a ParsedNameAddr of js-glue/message-data.ts. NULL if it is
 * none. */
const struct sipml_output* sipml_parse_address(uint32_t length);

/* Input: a SIP message that the host has changed. NULL if the length is wrong; else body: the
 * message with the Content-Length that it has; head: the same with its secrets removed. */
const struct sipml_output* sipml_mend_message(uint32_t length);

#ifdef __cplusplus
}
#endif

#endif
