// What a change of one line in a source does to the committed bundle: ten sources, each changed alone in a copy of
// the working tree.
//   node bench/bundle.mjs [--json]
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCES = join("mcp-server", "src");

/** A folder of the sources and a file anywhere below it; the largest one below it when that file is gone. */
const CHANGED = [
  ["graph", "globs.ts"],
  ["store", "graph-store.ts"],
  ["schedule", "dispatch.ts"],
  ["policy", "guard.ts"],
  ["run", "report-task.ts"],
  ["run", "next-batch.ts"],
  ["tools", "task-report.ts"],
  ["hooks", "pre-tool-use.ts"],
  ["report", "markdown.ts"],
  ["cli", "status.ts"],
];

/** Valid in front of any statement of a function, and in the way of no other line. */
const LINE = 'if (Date.now() < 0) throw new Error("before 1970");';

function sourceOf(folder, name) {
  const below = readdirSync(join(root, SOURCES, folder), { recursive: true }).map((path) =>
    join(SOURCES, folder, path),
  );
  const named = below.find((path) => path.endsWith(`/${name}`) || path.endsWith(`\\${name}`));
  const size = (path) => statSync(join(root, path)).size;
  return named ?? below.filter((path) => path.endsWith(".ts")).sort((a, b) => size(b) - size(a))[0];
}

/** The text with one more line, in front of a `return` in its middle. */
function changed(text, source) {
  const lines = text.split("\n");
  // Behind a line that ends with a bracket the return would be that of a condition.
  const returns = lines.flatMap((line, at) =>
    /^ +return\b/.test(line) && /[;{}]$/.test(lines[at - 1] ?? "") ? [at] : [],
  );
  const at = returns[returns.length >> 1];
  if (at === undefined) throw new Error(`${source}: no place for one more line`);
  lines.splice(at, 0, LINE);
  return lines.join("\n");
}

/** What git makes of two folders: files, bytes of those that are written anew, lines. */
function difference(before, after) {
  const git = (...options) =>
    spawnSync("git", ["diff", "--no-index", "--find-renames=10%", ...options, "before", "after"], {
      cwd: dirname(before),
      encoding: "utf8",
      maxBuffer: 1 << 28,
    }).stdout;
  const rows = git("--name-status")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"));
  const ofKind = (letter) => rows.filter(([status]) => status.startsWith(letter));
  const lines = git("--numstat")
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => line.split("\t").slice(0, 2).map(Number));
  const written = rows
    .filter(([status]) => status !== "D")
    .map((row) => row.at(-1).replace(/^(?:before|after)\//, ""));
  return {
    changed: ofKind("M").length,
    added: ofKind("A").length,
    deleted: ofKind("D").length,
    renamed: ofKind("R").length,
    bytes: written.reduce((sum, path) => sum + statSync(join(after, path)).size, 0),
    lines: lines.reduce((sum, count) => sum + count, 0),
    files: written,
  };
}

const copy = mkdtempSync(join(tmpdir(), "parallel-bench-bundle-"));
try {
  for (const part of [".claude-plugin", "mcp-server/src", "scripts", "package.json", "tsconfig.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  const { buildTo } = await import(pathToFileURL(join(copy, "scripts", "build.mjs")).href);
  const buildFor = async (outdir) => {
    await buildTo(outdir);
    // The same prebuilt drivers each time.
    rmSync(join(outdir, "prebuilds"), { recursive: true });
  };
  const [before, after] = [join(copy, "before"), join(copy, "after")];
  await buildFor(before);
  const rows = [];
  for (const [folder, name] of CHANGED) {
    const source = sourceOf(folder, name);
    const text = readFileSync(join(copy, source), "utf8");
    writeFileSync(join(copy, source), changed(text, source));
    await buildFor(after);
    writeFileSync(join(copy, source), text);
    rows.push({
      source: source.replaceAll("\\", "/").slice(SOURCES.length + 1),
      ...difference(before, after),
    });
  }
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ benchmark: "bundle", rows }));
  } else {
    const columns = ["changed", "added", "deleted", "renamed", "bytes", "lines"];
    const width = Math.max(...rows.map(({ source }) => source.length)) + 2;
    const print = (title, values) =>
      console.log(title.padEnd(width) + values.map((value) => String(value).padStart(10)).join(""));
    print("one line more in", columns);
    for (const row of rows)
      print(
        row.source,
        columns.map((column) => row[column]),
      );
    print(
      "together",
      columns.map((column) => rows.reduce((sum, row) => sum + row[column], 0)),
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
