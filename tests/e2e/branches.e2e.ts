/** A call of Chromium that reaches two branches, at the embedded server. */
import { testBranches } from "./branches.js";

testBranches((scene) => scene.phone("alice"));
