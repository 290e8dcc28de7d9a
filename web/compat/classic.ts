/** The entry of dist/SIPml-api.js: one script that defines the global `SIPml`. */

import { SIPml } from "./sipml.js";

Object.assign(globalThis, { SIPml });
