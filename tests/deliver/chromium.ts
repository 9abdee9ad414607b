import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** True if Chromium is there; else prints why the tests that need it are skipped. */
export function chromiumIsInstalled(): boolean {
  try {
    Deno.statSync(EXECUTABLE);
    return true;
  } catch {
    console.log(`skipped: the tests in a browser need ${EXECUTABLE} (Debian package chromium)`);
    return false;
  }
}

/** Runs `use` with a page of a headless Chromium that was loaded from a server. */
export async function withPage(url: string, use: (page: Page) => Promise<void>): Promise<void> {
  const browser: Browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(url);
    await use(page);
    if (errors.length > 0) throw new Error(`errors in the page: ${errors.join("; ")}`);
  } finally {
    await browser.close();
  }
}
