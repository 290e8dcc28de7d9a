/**
 * A call of Firefox that reaches two branches. Firefox has no provisional answers (RFC 8829 section
 * 4.1.10.1): it takes that of the early media as the final one.
 */
import { testBranches } from "../e2e/branches.js";
import { firefoxPhone } from "./firefox.js";

testBranches((scene) => firefoxPhone(scene, "alice"));
