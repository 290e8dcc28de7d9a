/** SIP over WebSocket, RFC 7118: one message per frame, subprotocol "sip". When to connect is the core's. */

import type { Environment } from "./environment.js";
import { SipError } from "./errors.js";

export interface TransportHandlers {
  opened(): void;
  /** Never opened, or lost. Not called after `close()`. */
  closed(error: SipError): void;
  /** One SIP message. */
  message(bytes: Uint8Array): void;
}

/** A server that has not opened a WebSocket by then is called unreachable. */
const open_timeout = 10_000;
/** How long a look at the server after a failure may take. */
const probe_timeout = 3_000;

const subprotocol = "sip";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Checks a server address.
 * @throws SipError `invalid_argument` that says what is wrong with it.
 */
export function parseServer(server: string): URL {
  const refuse = (why: string): SipError =>
    new SipError("invalid_argument", `The server address "${server}" ${why}.`, {
      argument: "server",
    });
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw refuse("is not a URL");
  }
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw refuse("must begin with ws:// or wss://");
  }
  if (url.hash) throw refuse("must not have a fragment");
  return url;
}

/**
 * Checks one server address or several.
 * @throws SipError as `parseServer`, and where there is none.
 */
export function parseServers(server: string | readonly string[]): readonly string[] {
  const servers = typeof server === "string" ? [server] : server;
  if (!Array.isArray(servers) || servers.length === 0) {
    const text = "server is not a WebSocket address, nor a list of some.";
    throw new SipError("invalid_argument", text, { argument: "server" });
  }
  for (const one of servers) parseServer(one);
  return servers;
}

export class Transport {
  private readonly environment: Environment;
  private readonly handlers: TransportHandlers;
  private socket: WebSocket | undefined;
  /** Counts connections, so that what a forgotten one still says is ignored. */
  private generation = 0;
  private cancelTimer: () => void = () => undefined;

  constructor(environment: Environment, handlers: TransportHandlers) {
    this.environment = environment;
    this.handlers = handlers;
  }

  /** Ends in `opened` or `closed`, never before it returns. `explain`: find out why it failed. */
  open(server: string, explain: boolean): void {
    this.close();
    const generation = this.generation;
    const url = parseServer(server);
    const current = (): boolean => generation === this.generation;
    const fail = (error: SipError): void => {
      if (!current()) return;
      this.close();
      this.handlers.closed(error);
    };
    let socket: WebSocket;
    try {
      socket = this.createSocket(url.href);
    } catch (error) {
      void Promise.resolve().then(() => fail(refusedByBrowser(url, error)));
      return;
    }
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    const started = this.environment.createClock();
    const begin = started.now();
    let opened = false;

    this.cancelTimer = this.environment.after(open_timeout, () =>
      fail(unreachable(url, `did not answer within ${open_timeout / 1000} seconds`)),
    );
    socket.onopen = () => {
      if (!current()) return;
      if (socket.protocol !== subprotocol) return fail(subprotocolRefused(url));
      opened = true;
      this.cancelTimer();
      this.handlers.opened();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (current() && opened) this.receive(event.data);
    };
    socket.onclose = (event: { readonly code: number; readonly reason: string }) => {
      if (!current()) return;
      this.cancelTimer();
      if (opened) return fail(lost(url, event.code, event.reason));
      if (!explain) return fail(unreachable(url, "could not be reached"));
      void explainFailure(this.environment, url, started.now() - begin).then(fail);
    };
  }

  /** Sends one SIP message: a text frame, or binary where a body is not UTF-8. */
  send(message: Uint8Array): void {
    const socket = this.socket;
    if (!socket || socket.readyState !== 1) return; // the loss is reported by `closed`
    let text: string | undefined;
    try {
      text = strict.decode(message);
    } catch {
      text = undefined;
    }
    socket.send(text ?? new Uint8Array(message));
  }

  /** Closes without a word to the handlers. */
  close(): void {
    this.generation += 1;
    this.cancelTimer();
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch {
      // A socket that cannot be closed is closed.
    }
  }

  private receive(data: unknown): void {
    if (typeof data === "string") this.handlers.message(encoder.encode(data));
    else if (data instanceof ArrayBuffer) this.handlers.message(new Uint8Array(data));
  }

  private createSocket(url: string): WebSocket {
    const create = this.environment.createSocket;
    if (!create) throw new SipError("not_supported", "This host has no WebSocket.");
    return create(url, subprotocol);
  }
}

function unreachable(url: URL, why: string): SipError {
  return new SipError("server_unreachable", `The server ${url.host} ${why}.`);
}

function subprotocolRefused(url: URL): SipError {
  return new SipError(
    "subprotocol_refused",
    `The server ${url.host} has a WebSocket at ${url.pathname} but does not speak SIP on it ` +
      `(it refused the subprotocol "sip").`,
  );
}

function refusedByBrowser(url: URL, error: unknown): SipError {
  if (error instanceof SipError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === "SecurityError") {
    return new SipError(
      "insecure_transport",
      `The browser does not allow ${url.href} from this page (${message}); use wss://.`,
      { cause: error },
    );
  }
  return new SipError("server_unreachable", `${url.href} cannot be used: ${message}`, {
    cause: error,
  });
}

function lost(url: URL, code: number, reason: string): SipError {
  const detail = reason ? `${code}, ${reason}` : String(code);
  return new SipError(
    "connection_lost",
    `The connection to the server ${url.host} was lost (WebSocket close code ${detail}).`,
  );
}

/**
 * Why a WebSocket did not open. Browsers tell pages only that it did not, so the server is looked
 * at in other ways; what cannot be established is not claimed.
 */
async function explainFailure(
  environment: Environment,
  url: URL,
  failedAfter: number,
): Promise<SipError> {
  const secure = url.protocol === "wss:";
  const http = `${secure ? "https" : "http"}://${url.host}${url.pathname}`;
  // All at once, but the first that explains it is enough.
  const bare = opensWithoutSubprotocol(environment, url.href);
  const answers = answersHttp(environment, http);
  const listens = secure ? acceptsTcp(environment, url, failedAfter) : Promise.resolve(false);
  if (await bare) return subprotocolRefused(url);
  if (await answers) {
    return new SipError(
      "handshake_refused",
      `The server ${url.host} answers but refuses a WebSocket at ${url.pathname}.`,
    );
  }
  if (await listens) {
    return new SipError(
      "certificate_refused",
      `The server ${url.host} can be reached, but the browser refuses a secure connection to it: ` +
        `its certificate is not trusted or not valid. Open https://${url.host}/ to see why.`,
    );
  }
  return unreachable(
    url,
    secure
      ? `could not be reached (or its certificate is refused: open https://${url.host}/ to see)`
      : "could not be reached",
  );
}

function opensWithoutSubprotocol(environment: Environment, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    let socket: WebSocket;
    try {
      if (!environment.createSocket) return resolve(false);
      socket = environment.createSocket(url);
    } catch {
      return resolve(false);
    }
    const finish = (opened: boolean): void => {
      cancel();
      socket.onopen = socket.onclose = null;
      socket.close();
      resolve(opened);
    };
    const cancel = environment.after(probe_timeout, () => finish(false));
    socket.onopen = () => finish(true);
    socket.onclose = () => finish(false);
  });
}

function answersHttp(environment: Environment, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!environment.probeHttp) return resolve(false);
    const cancel = environment.after(probe_timeout, () => resolve(false));
    const finish = (answers: boolean): void => {
      cancel();
      resolve(answers);
    };
    environment.probeHttp(url).then(
      () => finish(true),
      () => finish(false),
    );
  });
}

/**
 * Whether something accepts TCP connections there. A peer connection told to use the address as a
 * TURN server over plain TCP reports an error at once when it is refused, and waits when it is not;
 * a host that drops packets cannot be told apart, so a slow failure proves nothing.
 */
function acceptsTcp(environment: Environment, url: URL, failedAfter: number): Promise<boolean> {
  const create = environment.createPeerConnection;
  if (!create || failedAfter > probe_timeout) return Promise.resolve(false);
  const address = `turn:${url.hostname}:${url.port || "443"}?transport=tcp`;
  return new Promise((resolve) => {
    let connection: RTCPeerConnection;
    try {
      connection = create({
        iceServers: [{ urls: address, username: "probe", credential: "probe" }],
      });
    } catch {
      return resolve(false);
    }
    const finish = (accepts: boolean): void => {
      cancel();
      connection.onicecandidateerror = connection.onicegatheringstatechange = null;
      connection.close();
      resolve(accepts);
    };
    const cancel = environment.after(700 + 2 * failedAfter, () =>
      finish(connection.iceGatheringState === "gathering"),
    );
    connection.onicecandidateerror = () => finish(false);
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === "complete") finish(false);
    };
    try {
      connection.createDataChannel("probe");
      connection.setLocalDescription().catch(() => finish(false));
    } catch {
      finish(false);
    }
  });
}
