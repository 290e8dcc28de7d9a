/** Firefox is held by a peer that rejects every line, or makes it inactive. */
import { testPeerHolds } from "../e2e/peer-holds.js";
import { firefoxPhone } from "./firefox.js";

testPeerHolds((scene) => firefoxPhone(scene, "alice"));
