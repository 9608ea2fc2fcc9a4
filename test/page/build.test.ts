import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Of all three files together. */
const MAX_GZIP_BYTES = 40_000;

async function built(): Promise<Map<string, Buffer>> {
  const folder = temporaryFolder();
  const { buildPageTo } = (await import("../../scripts/build.mjs" as string)) as {
    buildPageTo: (folder: string) => Promise<void>;
  };
  await buildPageTo(folder);
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

describe("the build of the page", () => {
  it("the build of the page gives three small files, the same ones each time", async () => {
    const files = await built();
    expect([...files.keys()].sort()).toEqual(["index.html", "page.css", "page.js"]);
    expect(await built()).toEqual(files);
    const sizes = [...files].map(
      ([name, bytes]) => [name, bytes.length, gzipSync(bytes, { level: 9 }).length] as const,
    );
    console.log(sizes.map(([name, raw, packed]) => `${name} ${raw} bytes, ${packed} gzip`).join("; "));
    expect(sizes.reduce((sum, [, , packed]) => sum + packed, 0)).toBeLessThanOrEqual(MAX_GZIP_BYTES);
  });

  it("the build of the page names no other site", async () => {
    const files = await built();
    const text = [...files.values()].map((bytes) => bytes.toString("utf8")).join("\n");
    const addresses = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address);
    expect(addresses.filter((address) => address !== "http://www.w3.org")).toEqual([]);
  });
});
