/** axe-core in a page: what would keep somebody from using it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "./paths.js";

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary: string }[];
}

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{ readonly violations: readonly Finding[]; readonly passes: readonly unknown[] }>;
}

const source = readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");

/** Throws with what is serious or critical on the page as it is now. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  const loaded = await page.evaluate(() => "axe" in window);
  // Through the debugger, so the page's content security policy stays as it is.
  if (!loaded) await page.evaluate(source);
  const { violations, passes } = await page.evaluate(async () => {
    const { axe } = window as unknown as { readonly axe: Axe };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    // What fades in is looked at when it is there.
    for (const animation of document.getAnimations()) {
      const { iterations } = animation.effect?.getTiming() ?? {};
      if (iterations !== Infinity) animation.finish();
    }
    const result = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return { violations: result.violations, passes: result.passes.length };
  });
  if (passes < 10) throw new Error(`${state}: axe looked at almost nothing`);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  if (serious.length === 0) return;
  const lines = serious.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(" ")}\n  ${failureSummary}`),
  );
  throw new Error(`${state} is not accessible:\n${lines.join("\n")}`);
}

/** Throws if something stands out of the page to the right. */
export async function expectFits(page: Page, state: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName} #${element.id} .${element.className}`);
  });
  if (wide.length > 0) throw new Error(`${state} is too wide:\n${wide.slice(0, 10).join("\n")}`);
}
