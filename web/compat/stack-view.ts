/** `stack.o_stack`: the original's private stack, under the property names that pages use. */

import type { RemoteParty } from "../address.js";
import { tsip_transport_state_e as states } from "./tables.js";
import { uriOfParty } from "./uri-view.js";
import type { UriView } from "./uri-view.js";

/** What the view is about. */
export interface StackFacts {
  readonly phase: () => StackPhase;
  readonly own: () => RemoteParty;
  readonly impi: () => string;
  readonly headers: () => { s_name: string; s_value: string }[];
  readonly iceServers: () => RTCIceServer[];
  /** Only these two may be assigned. */
  readonly setIceServers: (value: unknown) => void;
}

/** How far a stack is. */
export type StackPhase = "idle" | "starting" | "started" | "stopping" | "stopped";

const stateOf: { readonly [phase in StackPhase]: number } = {
  idle: states.NONE,
  starting: states.STARTING,
  started: states.STARTED,
  stopping: states.STOPPING,
  stopped: states.STOPPED,
};

/** The wrapped stack of the original, as far as pages look into it. */
export class InnerStack {
  private readonly facts: StackFacts;
  /** What `network.ao_ice_servers` is; may be assigned, and is used from the next call on. */
  readonly network: { ao_ice_servers: RTCIceServer[] };

  /** @internal */
  constructor(facts: StackFacts) {
    this.facts = facts;
    this.network = {
      get ao_ice_servers() {
        return facts.iceServers();
      },
      set ao_ice_servers(value) {
        facts.setIceServers(value);
      },
    };
  }

  /** @example if (stack.o_stack.e_state === tsip_transport_state_e.STARTED) stack.stop(); */
  get e_state(): number {
    return stateOf[this.facts.phase()];
  }

  /** Who we are; the password is not shown. */
  get identity(): { s_display_name: string; s_impi: string; o_uri_impu: UriView } {
    const own = this.facts.own();
    return {
      s_display_name: own.displayName || own.user,
      s_impi: this.facts.impi(),
      o_uri_impu: uriOfParty(own),
    };
  }

  /** The stack's headers; `s_value` may be assigned. */
  get ao_headers(): { s_name: string; s_value: string }[] {
    return this.facts.headers();
  }
}
