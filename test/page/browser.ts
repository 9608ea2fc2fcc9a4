import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { FixtureServer } from "./fixture-server.ts";

/** The program of a browser: `PARALLEL_TEST_CHROMIUM`, or the one on the path. */
export const chromiumPath = [
  process.env.PARALLEL_TEST_CHROMIUM ?? "",
  ...["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)),
  ),
].find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== "";
  } catch {
    return false;
  }
}

/** Whether the tests in a browser cannot be made here; then they are left out. */
export const hasNoBrowser = chromiumPath === undefined;
if (hasNoBrowser)
  console.warn("There is no Chromium (apt-get install chromium): the page is not tried in a browser.");

/** A name of somebody else's that means this machine. */
export const FOREIGN_NAME = "evil.test";
const ARGUMENTS = [
  "--font-render-hinting=none",
  "--disable-lcd-text",
  "--hide-scrollbars",
  `--host-resolver-rules=MAP ${FOREIGN_NAME} 127.0.0.1`,
];

/** Pictures for people to look at, outside of the repository. */
const PICTURES = process.env.PARALLEL_PAGE_PICTURES ?? join(tmpdir(), "parallel-page");

/** Writes a picture of the page for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled", caret: "hide" });
}

/** What a page has done that it must not. */
export interface Watched {
  readonly page: Page;
  /** Faults of its code, and refusals of the browser. */
  readonly faults: readonly string[];
  /** Everything that it asked for, by address. */
  readonly requests: readonly string[];
}

/** One browser for a file of tests, and a server that shows it what they want. */
export function pageTests(): {
  readonly server: () => FixtureServer;
  readonly open: (link: string, options?: BrowserContextOptions) => Promise<Watched>;
  /** Where the built page is. */
  readonly folder: () => string;
} {
  let browser: Browser | undefined;
  let server: FixtureServer | undefined;
  let folder = "";
  beforeAll(async () => {
    if (chromiumPath === undefined) throw new Error("There is no Chromium: apt-get install chromium.");
    folder = mkdtempSync(join(tmpdir(), "parallel-page-build-"));
    const { buildPageTo } = (await import("../../scripts/build.mjs" as string)) as {
      buildPageTo: (folder: string) => Promise<void>;
    };
    await buildPageTo(folder);
    server = await FixtureServer.start(folder);
    browser = await chromium.launch({ executablePath: chromiumPath, args: ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    server: () => server as FixtureServer,
    folder: () => folder,
    open: async (link, options = {}) => {
      const context = await (browser as Browser).newContext({
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
        timezoneId: "UTC",
        locale: "en-GB",
        ...options,
      });
      const page = await context.newPage();
      const faults: string[] = [];
      const requests: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        // A refused request is said in the console, too; those that a test wants are not faults.
        if (message.type() === "error" && !message.text().includes("Failed to load resource"))
          faults.push(message.text());
      });
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(link);
      return { page, faults, requests };
    },
  };
}
