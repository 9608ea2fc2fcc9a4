import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What stands in the files that task 2 holds, by path; a link says where it leads. */
export type HeldState = ReadonlyMap<string, string>;

/** The paths in which two states differ. */
export function changedPaths(before: HeldState, after: HeldState): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** Read by other means than those of the server. */
export function heldState(root: string): HeldState {
  const state = new Map<string, string>();
  const add = (path: string) => {
    const info = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (info?.isDirectory()) for (const name of readdirSync(join(root, path))) add(`${path}/${name}`);
    else if (info?.isSymbolicLink()) state.set(path, `link to ${readlinkSync(join(root, path))}`);
    else if (info) state.set(path, readFileSync(join(root, path), "latin1"));
  };
  const isFolder = (path: string) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory();
  for (const top of ["src/b", "data.json", "test/b.test.js"]) {
    // Only what lies in the folder is held, and only the files themselves.
    if ((isFolder(top) ?? false) === (top === "src/b")) add(top);
  }
  return state;
}

/** HEAD, references, stash and index, as git itself tells them. */
export function gitState(root: string): string {
  const say = (...parameters: string[]) =>
    spawnSync("git", ["--no-optional-locks", ...parameters], { cwd: root, encoding: "utf8" }).stdout;
  return [
    say("symbolic-ref", "--quiet", "HEAD"),
    say("for-each-ref"),
    say("stash", "list"),
    say("ls-files", "--stage"),
  ].join("\n");
}
