import { type Browser, chromium, type Page } from "playwright-core";
import { PATIENCE_MS } from "../wait.ts";

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
  // That of a container may be too small for pictures, and a page then dies.
  "--disable-dev-shm-usage",
];

/** Lines of the browser's console that a failure tells. */
const TOLD_LINES = 20;

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

/**
 * Runs `use` with a page of a headless Chromium that was loaded from a server.
 *
 * @throws {Error} what `use` throws, with what the page was and said last
 */
export async function withPage(url: string, use: (page: Page) => Promise<void>): Promise<void> {
  const browser: Browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ARGS,
    timeout: PATIENCE_MS,
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const errors: string[] = [], said: string[] = [];
    const note = (line: string) => {
      said.push(line);
      if (said.length > TOLD_LINES) said.shift();
    };
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => note(`${message.type()}: ${message.text()}`));
    page.on("requestfailed", (request) => {
      note(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
    });
    page.on("crash", () => errors.push("the page crashed"));
    try {
      await page.goto(url);
      await use(page);
    } catch (error) {
      const seen = await Promise.race([
        page.evaluate<string>("document.title + ': ' + document.body.innerText.slice(0, 1500)"),
        new Promise<string>((resolve) => setTimeout(resolve, 5000, "the page does not answer")),
      ]).catch(String);
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${words}\nThe page at ${page.url()} shows: ${seen}\nErrors in it: ${errors.join("; ")}\n` +
          `Its last lines: ${said.join("\n")}`,
        { cause: error },
      );
    }
    if (errors.length > 0) throw new Error(`errors in the page: ${errors.join("; ")}`);
  } finally {
    await browser.close();
  }
}
