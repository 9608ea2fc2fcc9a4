import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../mcp-server/src/report/aggregate.ts";
import { descendantsOf, endAll, isAlive, PATIENCE_MS } from "../e2e/harness/processes.ts";
import { isLong } from "../support/long-tests.ts";
import { hasNoBrowser, pageTests, picture } from "./browser.ts";
import { record, writeWebp } from "./recording.ts";
import { type ServeProcess, serve } from "./serve-process.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** Where the pictures of the README are written, if they are: `npm run pictures`. */
const PICTURES = process.env.PARALLEL_README_PICTURES;
const VIEW = { width: 1200, height: 720 };

describe.skipIf(hasNoBrowser || !isLong)("the demo on the page", () => {
  const { open } = pageTests();
  const home = realpathSync(mkdtempSync(join(tmpdir(), "demo-page-")));
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home };
  let demo: ChildProcess;
  let project = "";
  let ended: Promise<unknown>;
  let server: ServeProcess;

  beforeAll(async () => {
    demo = spawn(process.execPath, [join(ROOT, "scripts", "demo.mjs")], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    ended = new Promise((resolve) => demo.once("close", resolve));
    if (!demo.stdout) throw new Error("no output");
    const lines = createInterface({ input: demo.stdout });
    project = await new Promise((resolve) => {
      lines.on("line", (line) => {
        const [, folder] = /^(\S+)\$ claude /.exec(line) ?? [];
        if (folder !== undefined) resolve(folder);
      });
    });
    server = await serve(project, env);
  });

  afterAll(async () => {
    await server?.kill();
    if (demo?.pid !== undefined && demo.exitCode === null)
      endAll([...(await descendantsOf(demo.pid)), demo.pid].filter(isAlive));
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it("the demo is seen from its start to its report, across the death of the server that shows it", async () => {
    const { page, faults } = await open(server.link, {
      viewport: VIEW,
      ...(PICTURES ? { colorScheme: "light" } : {}),
    });
    const progress = () => page.locator(".progress small").textContent();
    // There is no plan yet; the page opens the first one by itself.
    await page.locator(".line").first().waitFor({ timeout: PATIENCE_MS });
    const stopRecording = PICTURES === undefined ? undefined : record(page);
    await expect.poll(progress).toMatch(/[1-9]\d* running/);
    if (stopRecording === undefined) {
      await server.kill();
      await page.getByText(/^Not live since/).waitFor();
      server = await serve(project, env, server.port);
      await page.getByText("This page has no key").waitFor();
      await page.goto(server.link);
      await page.locator(".line").first().waitFor();
    }
    await page.locator(".card").first().waitFor({ timeout: PATIENCE_MS });
    await expect.poll(progress).toMatch(/[1-9] running.*(failed|asking)/);
    await picture(page, "demo");
    if (PICTURES !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      await writeWebp(page, join(PICTURES, "live-view-light.webp"));
      await page.emulateMedia({ colorScheme: "dark" });
      await writeWebp(page, join(PICTURES, "live-view-dark.webp"));
      await page.emulateMedia({ colorScheme: "light" });
    }
    await expect.poll(() => page.locator(".state b").textContent(), { timeout: PATIENCE_MS }).toBe("done");
    await picture(page, "demo-end");
    await stopRecording?.(join(PICTURES ?? "", "live-view-run.webp"));
    await ended;
    const command = [join(ROOT, "bin", "parallel"), "report", "watering", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: project, env }).catch(
      (error) => error,
    );
    const { groups } = JSON.parse(stdout) as RunReport;
    for (const button of await page.locator(".fold[aria-expanded=false]").all()) await button.click();
    const shown = async (tone: string) =>
      (
        await page
          .locator(`.row.tone-${tone}`)
          .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-task") ?? ""))
      ).sort();
    expect(await shown("completed")).toEqual([...groups.completed].sort());
    expect([...(await shown("failed")), ...(await shown("asks"))].sort()).toEqual([...groups.failed].sort());
    expect(await shown("pending")).toEqual([...groups.notRun].sort());
    expect(faults).toEqual([]);
  });
});
