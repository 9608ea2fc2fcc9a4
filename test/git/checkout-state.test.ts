import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type CheckoutState,
  changesBetween,
  checkoutState,
  ignoredFiles,
  type KeptState,
} from "../../mcp-server/src/git/checkout-state.ts";
import { Fingerprints } from "../../mcp-server/src/git/fingerprint.ts";
import { put, repository } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** So long that no machine is too slow for a look. */
const PATIENCE_MS = 300_000;

/** Looks at a checkout again and again; each time tells what changed since the time before. */
class Watched {
  readonly #prints = new Fingerprints();
  #before: KeptState | undefined;

  constructor(readonly folder: string) {}

  async changes(): Promise<string[] | undefined> {
    const state = await checkoutState(this.folder, this.#before, this.#prints, Date.now, PATIENCE_MS);
    if ("why" in state) throw new Error(state.why);
    const changes = this.#before && changesBetween(this.#before, state);
    this.#before = state;
    return changes?.map(({ path, how }) => `${how} ${path}`);
  }
}

async function watched(files: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const checkout = new Watched(await repository(files));
  await checkout.changes();
  return checkout;
}

describe("what changed between two looks", () => {
  it("what changed between two looks is not a file that Claude Code is just about to name", async () => {
    const checkout = await watched({ "a.ts": "old", "b.tmp.12.abcdef": "the user's own" });
    put(checkout.folder, { "a.ts.tmp.4711.0a1b2c3d4e5f": "new", "b.tmp.12.abcdef": "changed" });
    expect(await checkout.changes()).toEqual(["written b.tmp.12.abcdef"]);
  });

  it("what changed between two looks is a file that is written, written again, as it was, removed", async () => {
    const checkout = await watched({ "a.ts": "old" });
    const { folder } = checkout;
    expect(await checkout.changes()).toEqual([]);
    put(folder, { "a.ts": "new", "b.ts": "b" });
    expect(await checkout.changes()).toEqual(["written a.ts", "written b.ts"]);
    put(folder, { "a.ts": "NEW" });
    expect(await checkout.changes()).toEqual(["written a.ts"]);
    put(folder, { "a.ts": "old" });
    expect(await checkout.changes()).toEqual(["written a.ts"]);
    rmSync(join(folder, "a.ts"));
    rmSync(join(folder, "b.ts"));
    expect(await checkout.changes()).toEqual(["removed a.ts", "removed b.ts"]);
    expect(await checkout.changes()).toEqual([]);
  });

  it("what changed between two looks is not a file that was only touched, staged or taken out of the index", async () => {
    const checkout = await watched({ "a.ts": "old" });
    put(checkout.folder, { "b.ts": "b" });
    await checkout.changes();
    utimesSync(join(checkout.folder, "a.ts"), new Date(), new Date());
    utimesSync(join(checkout.folder, "b.ts"), new Date(), new Date());
    await git(checkout.folder, "add", "--all");
    expect(await checkout.changes()).toEqual([]);
    await git(checkout.folder, "reset", "--quiet");
    expect(await checkout.changes()).toEqual([]);
  });

  it("what changed between two looks is a change of the mode, of a link's target, and of a large file", async () => {
    const checkout = await watched({ "run.sh": "true" });
    const { folder } = checkout;
    symlinkSync("run.sh", join(folder, "link"));
    put(folder, { "large.bin": "x".repeat(5 * 1024 * 1024) });
    await checkout.changes();
    chmodSync(join(folder, "run.sh"), 0o755);
    rmSync(join(folder, "link"));
    symlinkSync("elsewhere", join(folder, "link"));
    put(folder, { "large.bin": "y".repeat(5 * 1024 * 1024) });
    expect(await checkout.changes()).toEqual(["written large.bin", "written link", "written run.sh"]);
  });

  it("what changed between two looks is a move's both ends", async () => {
    const checkout = await watched({ "a.ts": "text" });
    renameSync(join(checkout.folder, "a.ts"), join(checkout.folder, "b.ts"));
    expect(await checkout.changes()).toEqual(["removed a.ts", "written b.ts"]);
  });

  it("what changed between two looks is not a commit of what was there, nor its undoing; another branch's files are", async () => {
    const checkout = await watched({ "a.ts": "old" });
    const { folder } = checkout;
    put(folder, { "a.ts": "new", "b.ts": "b" });
    await checkout.changes();
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "Second");
    expect(await checkout.changes()).toEqual([]);
    await git(folder, "reset", "--quiet", "--soft", "HEAD~1");
    expect(await checkout.changes()).toEqual([]);
    await git(folder, "reset", "--quiet", "--hard", "ORIG_HEAD");
    await checkout.changes();
    await git(folder, "checkout", "--quiet", "HEAD~1");
    expect(await checkout.changes()).toEqual(["written a.ts", "removed b.ts"]);
  });

  it("what changed between two looks is a file that was written and committed, beside one that was only committed", async () => {
    const checkout = await watched();
    put(checkout.folder, { "before.ts": "1" });
    await checkout.changes();
    put(checkout.folder, { "between.ts": "2" });
    await git(checkout.folder, "add", "--all");
    await git(checkout.folder, "commit", "--quiet", "--message", "Both");
    expect(await checkout.changes()).toEqual(["written between.ts"]);
  });

  it("what changed between two looks is known before there is a commit, and across the first commit", async () => {
    const folder = temporaryFolder();
    await git(folder, "init", "--quiet");
    const checkout = new Watched(folder);
    await checkout.changes();
    put(folder, { "a.ts": "a" });
    expect(await checkout.changes()).toEqual(["written a.ts"]);
    put(folder, { "b.ts": "b" });
    await git(folder, "add", "--all");
    await git(folder, "commit", "--quiet", "--message", "First");
    expect(await checkout.changes()).toEqual(["written b.ts"]);
  });

  it("what changed between two looks is nothing below a repository inside this one, and nothing that is ignored", async () => {
    const checkout = await watched({ ".gitignore": "out/\n" });
    mkdirSync(join(checkout.folder, "inner"));
    await git(join(checkout.folder, "inner"), "init", "--quiet");
    put(checkout.folder, { "inner/x": "1" });
    await checkout.changes();
    put(checkout.folder, { "inner/x": "2", "out/a.js": "built" });
    expect(await checkout.changes()).toEqual([]);
  });

  it("what changed between two looks cannot be told when another commit was expected", () => {
    const state = { fromMs: 0, toMs: 1, files: new Map(), settled: new Map() };
    const after: CheckoutState = { ...state, head: "b", moved: { from: "x", files: new Set() } };
    expect(changesBetween({ head: "a", files: new Map() }, after)).toBeUndefined();
  });
});

describe("a look", () => {
  it("a look says why it could not be taken", async () => {
    const look = await checkoutState(temporaryFolder(), undefined, new Fingerprints(), Date.now);
    expect(look).toEqual({ why: "git could not tell the state of the checkout" });
  });

  it("a look is given up where too many files differ", async () => {
    const folder = await repository();
    const many = Array.from({ length: 10_001 }, (_, i) => [`many/${i}`, ""] as const);
    put(folder, Object.fromEntries(many));
    const look = await checkoutState(folder, undefined, new Fingerprints(), Date.now, PATIENCE_MS);
    expect(look).toEqual({ why: "more than 10000 files differ from the commit" });
  });

  it("a look is given up when its time is over", async () => {
    const look = await checkoutState(await repository(), undefined, new Fingerprints(), Date.now, 1);
    expect(look).toEqual({ why: "the look at the checkout took longer than 0.001 s" });
  });

  it("a look takes as long as a few of git's own in a repository of 10,000 files", async () => {
    const folder = await repository();
    const files = Array.from(
      { length: 10_000 },
      (_, i) => [`src/${i % 100}/${i}.ts`, `file ${i}\n`] as const,
    );
    put(folder, Object.fromEntries(files));
    await git(folder, "add", "--all");
    await git(folder, "-c", "gc.auto=0", "commit", "--quiet", "--message", "Many");
    put(folder, Object.fromEntries(files.slice(0, 200).map(([path]) => [path, "changed\n"])));
    const prints = new Fingerprints();
    // Each beside git's own look, so that a machine that is busy with other things makes both slower.
    const shares: number[] = [];
    let before: KeptState | undefined;
    for (let n = 0; n < 11; n++) {
      const start = performance.now();
      const state = await checkoutState(folder, before, prints, Date.now, PATIENCE_MS);
      const lookedMs = performance.now() - start;
      if ("why" in state) throw new Error(state.why);
      before = state;
      const gitStart = performance.now();
      await git(folder, "status", "--porcelain=v2", "--untracked-files=all");
      shares.push(lookedMs / (performance.now() - gitStart));
    }
    const median = shares.sort((a, b) => a - b)[5];
    console.log(
      `a look at 10,000 files, 200 of them changed, takes ${median?.toFixed(2)} times as long as git's`,
    );
    // A look that read every file would take twenty times as long.
    expect(median).toBeLessThan(6);
  });

  it("a look knows what git ignores, folders too, and takes all for ignored where git cannot say", async () => {
    const folder = await repository({ ".gitignore": "dist/\n*.log\n" });
    mkdirSync(join(folder, "dist"));
    const paths = ["dist", "a.log", "src/a.ts", "with\nbreak.log", ":(glob)*"];
    expect([...(await ignoredFiles(folder, paths))].filter((path) => path !== "")).toEqual([
      "dist",
      "a.log",
      "with\nbreak.log",
    ]);
    expect(await ignoredFiles(temporaryFolder(), ["x"])).toEqual(new Set(["x"]));
  });
});
