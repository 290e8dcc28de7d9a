/** Chromium is held by a peer that rejects every line, or makes it inactive. */
import { testPeerHolds } from "./peer-holds.js";

testPeerHolds((scene) => scene.phone("alice"));
