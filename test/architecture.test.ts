import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = join(ROOT, "mcp-server", "src");

/**
 * The folders of the source in the order of the table in ARCHITECTURE.md, the ground floor first. A file imports from
 * its own folder and from rows above its own.
 */
const FLOORS = floorsOf(readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8"));

function floorsOf(document: string): string[] {
  const section = document.slice(document.indexOf("## 3. Floors"), document.indexOf("## 4."));
  return [...section.matchAll(/^\| `([\w/-]+)\/` \|/gm)].map(([, folder = ""]) => folder);
}

/** A reader takes in so many files of a folder at a glance. */
const MAX_FILES = 18;
/** A file that needs more of others has more than one subject. */
const MAX_IMPORTS = 23;

interface SourceFile {
  /** Relative to `mcp-server/src`, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of the project that it imports, statically or when needed. */
  readonly imports: readonly string[];
}

const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => read(join(entry.parentPath, entry.name)))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

function read(absolute: string): SourceFile {
  const path = relative(SOURCE, absolute).split(sep).join("/");
  const text = readFileSync(absolute, "utf8");
  const imports = [...text.matchAll(/(?:\bfrom|\bimport\()\s*"(\.[^"]+)"/g)].map((found) =>
    posix.join(posix.dirname(path), found[1] ?? ""),
  );
  return { path, text, imports };
}

const folderOf = (path: string) => posix.dirname(path);
/** The entries lie above all floors. */
const inFolders = files.filter(({ path }) => folderOf(path) !== ".");

/** Files that reach themselves by their imports, each circle once (Tarjan, 1972). */
function circles(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    for (const other of next.get(node) ?? []) {
      if (!order.has(other)) visit(other);
      if (stack.includes(other)) low.set(node, Math.min(low.get(node) ?? 0, low.get(other) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return found;
}

describe("the source", () => {
  it("the source has no circle of files", () => {
    expect(circles(new Map(files.map(({ path, imports }) => [path, imports])))).toEqual([]);
  });

  it("the source imports only from its own folder and from lower floors", () => {
    const floor = (path: string) => FLOORS.indexOf(folderOf(path));
    const climbing = inFolders.flatMap(({ path, imports }) =>
      imports
        .filter((other) => folderOf(other) !== folderOf(path) && floor(other) >= floor(path))
        .map((other) => `${path} imports ${other}`),
    );
    expect(climbing).toEqual([]);
  });

  it("the source has the folders that ARCHITECTURE.md names as floors, and no others", () => {
    expect([...new Set(inFolders.map(({ path }) => folderOf(path)))].sort()).toEqual([...FLOORS].sort());
  });

  it(`the source has at most ${MAX_FILES} files in a folder`, () => {
    const counts = new Map<string, number>();
    for (const { path } of files) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
  });

  it(`the source has no file that imports more than ${MAX_IMPORTS} others`, () => {
    const wide = files.filter(({ imports }) => imports.length > MAX_IMPORTS);
    expect(wide.map(({ path, imports }) => `${path}: ${imports.length}`)).toEqual([]);
  });

  it("the source is known to the page by live/ alone, so that the page carries nothing of the server", () => {
    const page = join(ROOT, "mcp-server", "page");
    const foreign = readdirSync(page, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => [...readFileSync(join(page, file), "utf8").matchAll(/from "([^"]*\/src\/[^"]*)"/g)])
      .map(([, path = ""]) => path.replace(/^.*\/src\//, ""))
      .filter((path) => !path.startsWith("live/"));
    expect(foreign).toEqual([]);
  });

  it("the source has no exported name with two meanings", () => {
    const exported = /^export (?:async |abstract )*(?:function\*?|const|let|class|interface|type) (\w+)/gm;
    const places = new Map<string, string[]>();
    for (const { path, text } of files) {
      for (const [, name = ""] of text.matchAll(exported)) {
        const known = places.get(name);
        if (known && !known.includes(path)) known.push(path);
        else if (!known) places.set(name, [path]);
      }
    }
    const twice = [...places].filter(([, paths]) => paths.length > 1);
    expect(twice.map(([name, paths]) => `${name}: ${paths.join(", ")}`)).toEqual([]);
  });
});
