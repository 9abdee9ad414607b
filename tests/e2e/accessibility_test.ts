import { deepStrictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { DashboardService, options, until } from "./dashboard_service.ts";

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);
/** Every page, and what is there once its numbers are. */
const PAGES: [string, string][] = [
  ["api/docs", "details"],
  ["nothing", "a"],
  ["", ".facts li:not(:empty)"],
  ["cameras/gate", "#journal td"],
  ["cameras/gate/settings", "#areas li"],
  ["add", "form"],
  ["recordings", "select"],
  ["throughput", "#connections td"],
];

Deno.test("axe finds nothing serious on any page, light or dark", options, async () => {
  const service = new DashboardService(
    new FakeDirectory(
      new FakeCamera("gate"),
      new FakeCamera("ramp", { state: "retrying", lastError: "connection refused" }),
    ),
  );
  const locked = new DashboardService(new FakeDirectory(), "correct-horse-battery-staple");
  service.store.change("gate", { zones: { always: [[[0.1, 0.1], [0.4, 0.1], [0.2, 0.5]]] } });
  try {
    await withPage(service.url, async (page) => {
      await look(page, locked.url, [["", "#token"]]);
      await look(page, service.url, PAGES);
      // It would have found something.
      await page.evaluate("document.querySelector('h2').append(document.createElement('img'))");
      deepStrictEqual((await serious(page)).map(([rule]) => rule), ["image-alt"]);
    });
  } finally {
    await service.close();
    await locked.close();
  }
});

/** Looks at pages in light and in dark, with all that can be unfolded. */
async function look(page: Page, url: string, pages: [string, string][]): Promise<void> {
  const axe = await Deno.readTextFile(AXE);
  for (const [path, last] of pages) {
    const drawn = `document.querySelectorAll('${last}').length`;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(url + path);
      await until(page, drawn, (count) => count !== "0");
      await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
      await page.evaluate(axe);
      deepStrictEqual(await serious(page), [], `${path} in ${colorScheme}`);
    }
  }
}

/** What axe finds that keeps people out: the rule, and where it is broken. */
async function serious(page: Page): Promise<string[][]> {
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    "axe.run({ resultTypes: ['violations'] })",
  );
  return violations.filter(({ impact }) => /serious|critical/.test(impact))
    .map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target.join(" "))]);
}

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}
