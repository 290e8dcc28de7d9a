/* The C interface of sipml-server.wasm, the development server; the laws of abi.h hold here too. */
#ifndef SIPML_BRIDGE_SERVER_ABI_H
#define SIPML_BRIDGE_SERVER_ABI_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Input: JSON {"entropy", "accounts"?: {user: password}, "algorithms"?: ["SHA-256", "MD5"],
 * "challengeInDialogs"?: boolean}. Users without an account are accepted with the password that
 * they first register with. Those with one are challenged for requests outside of dialogs, and
 * with "challengeInDialogs" for those inside of them, too. */
int32_t sipml_server_create(uint32_t length);
void sipml_server_destroy(uint32_t server);
/* `connection`: the caller's number for one WebSocket, never used again; `secure`: 1 for wss. */
int32_t sipml_server_connected(uint32_t server, uint32_t connection, uint32_t secure, double now);
int32_t sipml_server_disconnected(uint32_t server, uint32_t connection, double now);
int32_t sipml_server_receive(uint32_t server, uint32_t connection, uint32_t length, double now);
int32_t sipml_server_timer_fired(uint32_t server, double now);
double sipml_server_deadline(uint32_t server);
const struct sipml_output* sipml_server_poll(uint32_t server);

#ifdef __cplusplus
}
#endif

#endif
