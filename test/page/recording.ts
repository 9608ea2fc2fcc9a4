import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Between two pictures of a recording. */
const FRAME_MS = 1000;
/** How long each is shown: a run of half a minute in a quarter of it. */
const SHOWN_MS = 250;
const LAST_SHOWN_MS = 4000;

/** Takes a picture of the page in the format that READMEs bear best. */
export async function writeWebp(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await session.detach();
  writeFileSync(path, Buffer.from(data, "base64"));
}

/**
 * Takes pictures of a page as time goes on.
 * @returns what ends it and writes them as one animated picture.
 */
export function record(page: Page): (path: string) => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parallel-recording-"));
  mkdirSync(folder, { recursive: true });
  const frames: string[] = [];
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const path = join(folder, `${String(frames.length).padStart(4, "0")}.png`);
      await page.screenshot({ path, animations: "disabled", caret: "hide" });
      frames.push(path);
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  })();
  return async (path) => {
    isOver = true;
    await running;
    const timed = frames.flatMap((frame, n) => [
      ...["-lossy", "-q", "55"],
      "-d",
      String(n === frames.length - 1 ? LAST_SHOWN_MS : SHOWN_MS),
      frame,
    ]);
    // Of the package `webp`: only what changes from one picture to the next is kept.
    execFileSync("img2webp", ["-loop", "0", "-kmax", "0", ...timed, "-o", path]);
    rmSync(folder, { recursive: true });
  };
}
