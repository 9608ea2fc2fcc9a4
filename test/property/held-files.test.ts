import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { ABSENT } from "../../mcp-server/src/graph/effect.ts";
import { matches } from "../../mcp-server/src/graph/scope/globs-meet.ts";
import { parseGlob } from "../../mcp-server/src/graph/scope/parse-glob.ts";
import { idOfBytes } from "../../mcp-server/src/run/effects/file-content.ts";
import { HeldFiles, type HeldScope } from "../../mcp-server/src/run/effects/held-files.ts";
import { FileSystemClock } from "../../mcp-server/src/run/effects/look/file-system-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { budget } from "./budget.ts";

const PATHS = ["a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/b/a", "b/a/b"];
const SCOPES: readonly HeldScope[] = [
  { attempt: 1 as AttemptId, writes: ["a/**"] },
  { attempt: 2 as AttemptId, writes: ["b", "*/b/*"] },
  { attempt: 3 as AttemptId, writes: ["a"] },
];

const path = fc.constantFrom(...PATHS);
const operation = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), path, text: fc.constantFrom("x", "y", "zz") }),
  fc.record({ kind: fc.constant("remove" as const), path }),
  fc.record({ kind: fc.constant("move" as const), path, to: path }),
  fc.record({ kind: fc.constant("link" as const), path, to: path }),
  fc.record({ kind: fc.constant("look" as const), held: fc.subarray([...SCOPES], { minLength: 1 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** What cannot be done as things stand does nothing. */
function change(root: string, one: Exclude<Operation, { kind: "look" }>): void {
  const at = join(root, one.path);
  try {
    if (one.kind === "remove") rmSync(at, { recursive: true, force: true });
    if (one.kind === "remove") return;
    const target = one.kind === "move" ? join(root, one.to) : at;
    mkdirSync(dirname(target), { recursive: true });
    if (one.kind === "write") writeFileSync(at, one.text);
    else if (one.kind === "move") renameSync(at, target);
    else symlinkSync(one.to, at);
  } catch {
    // For instance a file where a folder would have to be.
  }
}

/** All files below the root, read anew. */
function filesOf(root: string, below = ""): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(join(root, below))) {
    const one = below === "" ? name : `${below}/${name}`;
    const info = lstatSync(join(root, one));
    if (info.isDirectory()) for (const [key, value] of filesOf(root, one)) files.set(key, value);
    else if (info.isSymbolicLink()) files.set(one, `link:${readlinkSync(join(root, one))}`);
    else files.set(one, idOfBytes(readFileSync(join(root, one))));
  }
  return files;
}

function holderOf(file: string, held: readonly HeldScope[]): AttemptId | undefined {
  return held.find(({ writes }) => writes.some((glob) => matches(parseGlob(glob, false), file)))?.attempt;
}

it("a look finds just what reading all held files before and after would find, whatever happens to them", async () => {
  const { runs, operations, seed } = budget();
  const clockFile = join(temporaryFolder(), "clock");
  await fc.assert(
    fc.property(fc.array(operation, { maxLength: operations }), (happening) => {
      const root = realpathSync(mkdtempSync(join(tmpdir(), "parallel-looks-")));
      try {
        const heldFiles = new HeldFiles(root, false, new FileSystemClock(clockFile, Date.now).now);
        let before = new Map<string, string>();
        let held: readonly HeldScope[] = [];
        for (const one of happening) {
          if (one.kind !== "look") {
            change(root, one);
            continue;
          }
          const now = filesOf(root);
          const expected = [...new Set([...before.keys(), ...now.keys()])].flatMap((file) => {
            const [old, young] = [before.get(file) ?? ABSENT, now.get(file) ?? ABSENT];
            const holder = holderOf(file, held);
            return old === young || holder === undefined ? [] : [[file, holder, young]];
          });
          const { changes } = heldFiles.look(one.held);
          expect(changes.map((found) => [found.path, found.holder, found.after.id]).sort()).toEqual(
            expected.sort(),
          );
          for (const { path: file, before: old } of changes) {
            if (old !== undefined) expect([file, old]).toEqual([file, before.get(file) ?? ABSENT]);
          }
          before = now;
          held = one.held;
        }
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }),
    { numRuns: runs * 10, ...(seed !== undefined && { seed }) },
  );
});
