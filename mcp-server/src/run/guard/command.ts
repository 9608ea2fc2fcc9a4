import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { literalGlob } from "../../graph/scope/glob.ts";
import { matches } from "../../graph/scope/globs-meet.ts";
import { parseGlob } from "../../graph/scope/parse-glob.ts";
import type { Target } from "../../policy/may-write.ts";
import type { Effect, FileEffect, GitEffect, PlaceEffect } from "../../shell/command-effect.ts";
import type { AgentCall } from "./agent-call.ts";
import { describePlace, type GuardedChange, guardChanges, type WriteAnswer } from "./changes.ts";
import { type Place, Places } from "./place.ts";

/** Names of files that patterns of one command may be compared with. */
const MAX_NAMES = 5_000;
/** Files that one command may be seen to change. */
const MAX_CHANGES = 1_000;
const MAX_MANIFEST = 1_048_576;

/** As `guardCommand`, for a command of PowerShell; the reader of those is loaded with the first one. */
export async function guardPowerShell(
  call: AgentCall,
  command: string,
  directory: string,
): Promise<WriteAnswer> {
  const { asPosix } = await import("../../shell/powershell.ts");
  return guardCommand(call, asPosix(command), directory);
}

/**
 * Judges a shell command of an agent by what can be recognised of it: writes to paths, and git commands that reach
 * beyond the agent's own files. What cannot be recognised passes; it is found out when the task is reported. After that
 * nobody would find it out: an agent whose attempt has ended may only run what is seen to write nothing.
 * @param directory where the agent's tools run; empty if the host does not say.
 */
export async function guardCommand(
  call: AgentCall,
  command: string,
  directory: string,
): Promise<WriteAnswer> {
  return guardChanges(call, "shell", async (worktree, mayWrite) => {
    // The shell's grammar is loaded with the first command of a task, not with every session.
    const { effectsOf } = await import("../../shell/shell-command.ts");
    const folder = directory === "" ? (worktree ?? call.ctx.checkout.root) : directory;
    const places = new Places(call.ctx, folder, worktree);
    const effects = effectsOf(command, {
      directory: folder,
      home: homedir(),
      topLevel: places.home,
      isFolder,
      packageScript: (name, from) => packageScript(name, from, places.home),
    });
    const changes = new CommandChanges(places).of(effects);
    if (mayWrite || changes.length > 0) return changes;
    const { onlyReads } = await import("../../shell/reading-command.ts");
    return onlyReads(command) ? [] : [{ kind: "forbidden", path: ".", reason: "" }];
  });
}

/** Turns what a command says into what it means for the files that are there. */
class CommandChanges {
  readonly #changes: GuardedChange[] = [];
  #namesLeft = MAX_NAMES;
  #isPossible = false;

  constructor(private readonly places: Places) {}

  of(effects: readonly Effect[]): readonly GuardedChange[] {
    for (const effect of effects) {
      if (this.#changes.length >= MAX_CHANGES) break;
      this.#isPossible = effect.isPossible === true;
      this.#effect(effect);
    }
    return this.#changes;
  }

  #effect(effect: Effect): void {
    switch (effect.kind) {
      case "write":
        this.#write(effect);
        break;
      case "place":
        this.#place(effect);
        break;
      case "folder":
        this.#folder(effect.path);
        break;
      case "git":
        this.#git(effect);
        break;
    }
  }

  #write(effect: FileEffect): void {
    if (!effect.isPattern) {
      this.#path(effect.path, effect);
      return;
    }
    const found = effect.path.includes("**") ? undefined : this.#matching(effect.path);
    if (found === undefined) {
      const folder = effect.path.replace(/\/[^/]*[*?[{][\s\S]*$/, "");
      this.#search(folder, effect.path.slice(folder.length + 1), effect);
      return;
    }
    for (const path of found) this.#path(path, effect);
  }

  #path(path: string, { follows, reach, how }: Pick<FileEffect, "follows" | "reach" | "how">): void {
    const place = this.places.placeOf(path, follows);
    // One file cannot be a whole work tree: such a write fails by itself.
    if (place.kind === "whole" && reach === "file") return;
    const discards = how === "discards" && !this.places.isOwn;
    if (place.kind === "whole" && place.isTopLevel && how === "discards" && !discards) return;
    if (place.kind !== "inside") {
      this.#refuse(place, path);
      return;
    }
    if (place.is === "nothing" && how === "edits") return;
    const isTree = reach === "tree" && place.is === "folder";
    this.#target({ kind: "path", path: place.path, isTree, discards });
  }

  #place({ path, sources, follows, reach }: PlaceEffect): void {
    const into = this.places.placeOf(path, true);
    const isFolder =
      path.endsWith("/") || into.kind === "whole" || (into.kind === "inside" && into.is === "folder");
    for (const { path: from, isPattern } of sources) {
      for (const source of isPattern ? (this.#matching(from) ?? []) : [from]) {
        const taken = this.places.placeOf(source, false);
        const isTree = reach === "tree" && taken.kind === "inside" && taken.is === "folder";
        this.#newFile(isFolder ? `${path}/${basename(source)}` : path, follows, isTree);
      }
    }
    if (sources.length === 0 && !isFolder) this.#newFile(path, follows, false);
  }

  #newFile(path: string, follows: boolean, isTree: boolean): void {
    const place = this.places.placeOf(path, follows);
    if (place.kind === "inside") this.#target({ kind: "path", path: place.path, isTree, discards: false });
    else this.#refuse(place, path);
  }

  /** A folder that is there already is not made. */
  #folder(path: string): void {
    const place = this.places.placeOf(path, true);
    if (place.kind === "inside" && place.is === "nothing") this.#target({ kind: "empty", path: place.path });
    else if (place.kind === "internal" || place.kind === "elsewhere") this.#refuse(place, path);
  }

  #search(folder: string, glob: string, effect: FileEffect): void {
    const place = this.places.placeOf(folder, true);
    if (glob === "**" || (place.kind === "inside" && place.is === "file")) {
      this.#path(folder, { ...effect, follows: true, reach: "tree" });
    } else if (place.kind === "inside") {
      this.#target({ kind: "glob", glob: `${literalGlob(place.path)}/${glob}`, folder: place.path });
    } else if (place.kind === "whole" && place.isTopLevel) {
      this.#target({ kind: "glob", glob, folder: "" });
    } else {
      this.#refuse(place, folder);
    }
  }

  #git({ directory, command, forbidden, remedy, unlessPaths = [] }: GitEffect): void {
    if (this.#checksOut(directory, unlessPaths)) return;
    const real = this.places.realPath(directory, true);
    const tree = real === undefined ? undefined : this.places.workTreeAt(real);
    if (tree?.kind === "other-repository") this.#innerRepository(directory);
    if (tree === undefined || !("topLevel" in tree)) return;
    const isOwn = tree.kind === "linked" && tree.topLevel === this.places.home;
    if (isOwn && forbidden === "shared") return;
    this.#changes.push({ kind: "forbidden", path: ".", command, reason: `${command} is refused. ${remedy}` });
  }

  /** A submodule, or a repository in the checkout: what reaches beyond files reaches those who hold it. */
  #innerRepository(directory: string): void {
    const place = this.places.placeOf(directory, true);
    if (place.kind !== "inside") return;
    const target = { kind: "path", path: place.path, isTree: true, discards: false } as const;
    this.#changes.push({ kind: "change", target, isPossible: true });
  }

  /** `git checkout [BRANCH] PATHS`: whether the words are more than a branch. */
  #checksOut(directory: string, words: readonly string[]): boolean {
    const [first = "", ...rest] = words;
    const isPath = /[*?[]/.test(first) || this.#exists(`${directory}/${first}`);
    if (words.length === 0 || (!isPath && rest.length === 0)) return false;
    for (const path of isPath ? words : rest) {
      const isPattern = /[*?[]/.test(path);
      const base = isPattern ? literalGlob(directory) : directory;
      this.#write({
        kind: "write",
        path: path.startsWith("/") ? path : `${base}/${path}`,
        isPattern,
        follows: false,
        reach: "tree",
        how: "discards",
      });
    }
    return true;
  }

  /** The files that a pattern stands for; undefined where there are too many names to look at. */
  #matching(pattern: string): readonly string[] | undefined {
    const [root = "", ...segments] = pattern.split("/");
    let paths: readonly string[] = [root];
    for (const segment of segments) {
      if (!/[*?[]|[!@+]\(/.test(segment)) {
        paths = paths.map((path) => `${path}/${segment}`);
        continue;
      }
      paths = paths.flatMap((path) => this.#names(`${path}/`, segment).map((name) => `${path}/${name}`));
      if (this.#namesLeft <= 0) return undefined;
    }
    return paths.filter((path) => segments.length > 0 && path !== "");
  }

  #names(folder: string, pattern: string): readonly string[] {
    const names = namesIn(folder);
    this.#namesLeft -= names.length;
    // The shell compares names with the case that they have, on every file system.
    const parsed = parseGlob(pattern, false);
    // A wildcard stands for no dot at the beginning of a name.
    return names.filter(
      (name) => (pattern.startsWith(".") || !name.startsWith(".")) && matches(parsed, name),
    );
  }

  #exists(path: string): boolean {
    const place = this.places.placeOf(path, false);
    return place.kind === "whole" || (place.kind === "inside" && place.is !== "nothing");
  }

  #target(target: Target): void {
    this.#changes.push({ kind: "change", target, ...(this.#isPossible && { isPossible: true }) });
  }

  #refuse(place: Place, path: string): void {
    const refusal = describePlace(place, path, this.places.home);
    if (refusal !== undefined) this.#changes.push(refusal);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** A script of the nearest `package.json` that can be read, up to the top level of the work tree. */
function packageScript(name: string, from: string, topLevel: string) {
  for (let directory = from; directory.startsWith(topLevel); directory = dirname(directory)) {
    try {
      const { scripts } = manifest.parse(JSON.parse(readStart(join(directory, "package.json"))));
      return Object.hasOwn(scripts, name) ? { text: scripts[name] ?? "", directory } : undefined;
    } catch {
      // No package here, or none that can be read.
    }
  }
  return undefined;
}

/** The beginning of a file; nothing of one that cannot be read. */
function readStart(file: string): string {
  try {
    // Not of a pipe or a device, which would never end.
    if (!statSync(file).isFile()) return "";
    const descriptor = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(MAX_MANIFEST);
      return buffer.toString("utf8", 0, readSync(descriptor, buffer));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}
