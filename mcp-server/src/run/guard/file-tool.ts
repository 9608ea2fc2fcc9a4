import { isAbsolute, join, resolve } from "node:path";
import type { AgentCall } from "./agent-call.ts";
import { describePlace, type GuardedChange, guardChanges, type WriteAnswer } from "./changes.ts";
import { Places } from "./place.ts";

/**
 * Judges what a file tool of an agent is about to write. The main conversation, agents without a claim and paths
 * outside the repository's work trees are left alone.
 * @param directory where the agent's tools run; empty if the host does not say.
 */
export async function guardWrite(call: AgentCall, target: string, directory: string): Promise<WriteAnswer> {
  return guardChanges(call, "file-tool", (worktree) => {
    const folder = directory === "" ? (worktree ?? call.ctx.checkout.root) : directory;
    const places = new Places(call.ctx, folder, worktree);
    // The host takes `..` off the text of a path before it follows any link.
    const path = isAbsolute(target) ? resolve(target) : join(folder, target);
    const place = places.placeOf(path, true);
    if (place.kind === "inside") {
      return [{ kind: "change", target: { kind: "path", path: place.path, isTree: false, discards: false } }];
    }
    const refused: GuardedChange | undefined = describePlace(place, target, places.home);
    return refused === undefined ? [] : [refused];
  });
}
