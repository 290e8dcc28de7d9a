/** What fuzzing begins with names everything that the tables of the source name. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { dictionary } from "../fuzz/seeds.mjs";
import { root } from "./files.mjs";

const path = "tests/fuzz/sip.dict";

export const checks = [
  {
    name: "fuzzing dictionary",
    run: () => {
      const current = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
      if (current === dictionary()) return [];
      return [`${path}: is not what the source makes of it; run node tests/fuzz/seeds.mjs`];
    },
  },
];
