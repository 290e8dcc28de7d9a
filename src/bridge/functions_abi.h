/* The C interface of sipml-functions.wasm: SIP as functions, without an agent. One call is one
 * answer; the common functions of abi.h are those of this module, too.
 */
#ifndef SIPML_BRIDGE_FUNCTIONS_ABI_H
#define SIPML_BRIDGE_FUNCTIONS_ABI_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* Runs one of enum sipml_function. Input: the head and, behind it, the body. Its result, or NULL
 * for an argument that is wrong, which sipml_last_error() names. */
const struct sipml_output* sipml_call_function(uint32_t function, uint32_t head_length,
                                               uint32_t body_length);

#ifdef __cplusplus
}
#endif

#endif
