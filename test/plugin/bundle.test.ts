import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DIST = join(ROOT, "mcp-server/dist");

type Bundle = ReadonlyMap<string, string>;

/** The files of a bundle with their texts, without the prebuilt drivers. */
function read(folder: string): Bundle {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return new Map(
    paths
      .filter((path) => !path.startsWith("prebuilds"))
      .map((path) => [path.replaceAll("\\", "/"), readFileSync(join(folder, path), "utf8")]),
  );
}

/** A copy of what the bundle is built from, in another folder, and what it builds. */
class Copy {
  readonly #folder: string;
  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "parallel-bundle-"));
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
    mkdirSync(join(this.#folder, "mcp-server"));
    for (const part of [
      ".claude-plugin",
      "mcp-server/page",
      "mcp-server/src",
      "scripts",
      "package.json",
      "tsconfig.json",
    ]) {
      cpSync(join(ROOT, part), join(this.#folder, part), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(this.#folder, "node_modules"), "junction");
  }

  async build(): Promise<Bundle> {
    const { buildTo } = await import(pathToFileURL(join(this.#folder, "scripts/build.mjs")).href);
    await buildTo(join(this.#folder, "built"));
    return read(join(this.#folder, "built"));
  }

  edit(source: string, change: (text: string) => string): void {
    const file = join(this.#folder, "mcp-server/src", source);
    const text = readFileSync(file, "utf8");
    expect(change(text)).not.toBe(text);
    writeFileSync(file, change(text));
  }
}

function changedFiles(before: Bundle, after: Bundle): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}

/** The libraries that are loaded as soon as a file of the bundle is. */
function librariesAtStart(entry: string): string[] {
  const loaded = new Set([entry]);
  for (const file of loaded) {
    const text = readFileSync(join(DIST, file), "utf8");
    for (const [, path = ""] of text.matchAll(/^(?:import|export) (?:[^"]+ from )?"(\.[^"]+)"/gm)) {
      loaded.add(join(dirname(file), path).replaceAll("\\", "/"));
    }
  }
  return [...loaded].filter((file) => file.startsWith("lib/")).sort();
}

describe("the bundle", () => {
  it("the bundle has the same bytes wherever it is built, and a change inside one source changes one file of it", async () => {
    const copy = new Copy();
    const before = await copy.build();
    expect(changedFiles(read(DIST), before)).toEqual([]);
    copy.edit("errors/caller-error.ts", (text) => text.replace("super(message);", "super(message.trim());"));
    expect(changedFiles(before, await copy.build())).toEqual(["errors.mjs"]);
  });

  it("the bundle is minified only in its libraries and in the page, which a browser loads, so that the rest can be reviewed", () => {
    for (const [path, text] of read(DIST)) {
      const longest = Math.max(...text.split("\n").map((line) => line.length));
      if (!path.startsWith("lib/") && !path.startsWith("page/")) expect(longest, path).toBeLessThan(2_000);
    }
  });

  it("the bundle loads a database, a parser of Markdown and one of shell only when they are needed", () => {
    const late = ["gray-matter", "kysely", "pg", "photostructure-sqlite", "unbash"];
    for (const entry of ["service.mjs", "parallel.mjs"]) {
      const libraries = librariesAtStart(entry);
      expect(libraries).toContain("lib/zod.mjs");
      expect(late.filter((name) => libraries.includes(`lib/${name}.mjs`))).toEqual([]);
    }
  });
});
