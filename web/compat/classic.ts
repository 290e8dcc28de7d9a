/** The entry of dist/SIPml-api.js: one script that defines `SIPml` and what pages use beside it. */

import { defineGlobals } from "./shims.js";
import { SIPml } from "./sipml.js";

Object.assign(globalThis, { SIPml });
defineGlobals(globalThis);
