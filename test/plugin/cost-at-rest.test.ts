import { describe, expect, it } from "vitest";
import { LISTED_FOLDERS, PLUGIN_FOLDERS, pluginTexts, TOOL_PREFIX } from "./checkout.ts";
import { firstRequest } from "./first-request.ts";

/** In characters: what every session of every user pays, whether it uses the plugin or not. */
const BUDGET = 6_000;

const names = new Map(pluginTexts().map(({ name, kind }) => [name, kind]));

/** What a line that only the session with the plugin has is there for. */
function partOf(line: string): string {
  if (line.startsWith(TOOL_PREFIX)) return "names of deferred tools";
  const kind = names.get(/^- ([a-z-]+:[a-z-]+): /.exec(line)?.[1] ?? "");
  if (kind !== undefined) return { agent: "agents", skill: "skills", command: "commands" }[kind];
  return "instructions of the server";
}

/** The entries that `more` has beyond those of `less`, each as often as it has it more often. */
function beyond(more: readonly string[], less: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const entry of less) left.set(entry, (left.get(entry) ?? 0) + 1);
  return more.filter((entry) => {
    const count = left.get(entry) ?? 0;
    left.set(entry, count - 1);
    return count <= 0;
  });
}

describe("a session in which the plugin is not used", () => {
  it(`a session in which the plugin is not used tells its model at most ${BUDGET} characters more than without it`, async () => {
    const without = await firstRequest([]);
    const withPlugin = await firstRequest(Object.values(PLUGIN_FOLDERS));
    const parts = new Map<string, { entries: number; characters: number }>();
    const count = (part: string, characters: number) => {
      const before = parts.get(part) ?? { entries: 0, characters: 0 };
      parts.set(part, { entries: before.entries + 1, characters: before.characters + characters });
    };
    for (const line of beyond(withPlugin.lines, without.lines)) count(partOf(line), line.length + 1);
    const total = [...parts.values()].reduce((sum, { characters }) => sum + characters, 0);
    console.table(Object.fromEntries([...parts, ["all", { entries: parts.size, characters: total }]]));

    expect([...parts.keys()].sort()).toEqual([
      "agents",
      "commands",
      "instructions of the server",
      "names of deferred tools",
      "skills",
    ]);
    // No tool of ours is in it as a whole, and nothing of the host's own is replaced: what was added is all of the difference.
    expect(beyond(withPlugin.tools, without.tools)).toEqual([]);
    expect(beyond(without.lines, withPlugin.lines)).toEqual([]);
    expect(beyond(without.tools, withPlugin.tools)).toEqual([]);
    expect(total).toBeLessThanOrEqual(BUDGET);

    // What shows plans to people tells the model nothing at all.
    const withView = await firstRequest(Object.values(LISTED_FOLDERS));
    expect(beyond(withView.lines, withPlugin.lines)).toEqual([]);
    expect(beyond(withView.tools, withPlugin.tools)).toEqual([]);
  });
});
