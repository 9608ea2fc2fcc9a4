import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FileBreakdown, readFileBreakdown } from "../../mcp-server/src/breakdown/file/read-file.ts";
import { clashOf, parseScope } from "../../mcp-server/src/graph/scope/scope.ts";
import { scopeOf, type TaskId } from "../../mcp-server/src/graph/task.ts";

/** Files on which the import was wrong once, each with what its author means. They lie beside the repository. */
const CASES = new URL("../../../shared/cases/import/", import.meta.url);

interface Expected {
  /** All tasks, each with those that it waits for, directly or not. */
  readonly waitsFor?: Readonly<Record<string, readonly string[]>>;
  readonly writes?: Readonly<Record<string, readonly string[]>>;
  /** Pairs that may, or may not, run at once as far as their scopes go. */
  readonly apart?: readonly (readonly [string, string])[];
  readonly atOnce?: readonly (readonly [string, string])[];
  readonly warns?: RegExp | "never";
  readonly refused?: RegExp;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  "01": { waitsFor: { T001: [], T002: ["T001"], T003: ["T001", "T002"], T004: ["T001", "T002", "T003"] } },
  "03": { waitsFor: { T001: [], T002: ["T001"], T003: ["T001", "T002"] } },
  "05": { waitsFor: { "T001-1": [], "T003-MIN": ["T001-1"] } },
  "06": { waitsFor: { T002: [], T003: ["T002"] }, writes: { T002: ["src/tray.ts"], T003: ["src/menu.ts"] } },
  "07": { waitsFor: { T001: [], T002: ["T001"], T003: ["T001", "T002"] } },
  "09": {
    writes: { T001: ["src/views/List.vue"], T002: ["src/views/Plant.vue"], T003: ["src/views/Settings.vue"] },
    atOnce: [
      ["T001", "T002"],
      ["T002", "T003"],
    ],
  },
  "10": { apart: [["T001", "T002"]] },
  "12": { waitsFor: { T001: [] } },
  "14": {
    writes: { T001: ["tests/unit/**"], T002: ["frontend/src/components/**"], T003: ["backend/**"] },
    atOnce: [
      ["T001", "T002"],
      ["T002", "T003"],
    ],
  },
  "16": { waitsFor: { "1": [], "2": [], "3": ["1", "2"] } },
  "17": { waitsFor: { "1": [], "2": ["1"], "3": ["1"] } },
  "18": { waitsFor: { "1": [], "2": ["1"], "3": [], "4": ["1", "2", "3"] } },
  "20": { writes: { "1": ["src/lamp.ts", "src/room.ts", "test/lamp.test.ts", "test/room.test.ts"] } },
  "22": {
    writes: { "1": ["src/rooms/**", "src/app.ts", "src/library.ts", "src/old/**"], "2": ["src/app.ts"] },
    apart: [["1", "2"]],
  },
  "23": { writes: { "1": ["src/ui/Panel.tsx", "src/ui/Button.tsx", "src/ui/Badge.tsx"] } },
  "24": { waitsFor: { "2": [] } },
  "26": { writes: { "1": ["src/socket.ts", "test/socket.test.ts"] } },
  "28": { writes: { "1": ["src/switch.ts"] }, warns: "never" },
  "30": { waitsFor: { "8.1": [], "8.2": ["8.1"] } },
  "31": { waitsFor: { "2": [] }, warns: /1\.2/ },
  "33": { waitsFor: { "1.1": [], "1.2": [], "2": [] }, warns: /numbered by their place/ },
  "34": { writes: { "1": [] } },
  "35": { waitsFor: { "1.2": [] } },
  "36": { writes: { "1.1": ["src/map.ts"] } },
  "37": { refused: /one task, by its front matter/ },
  "38": { refused: /JSON Lines/ },
  "39": { waitsFor: { "1.1": [] }, warns: /MAP-77 is outside of the file/ },
  "40": { waitsFor: { "T-001": [], "T-002": ["T-001"] } },
  "41": { writes: { T001: ["src/alto.ts"], T002: ["src/bass.ts"] }, atOnce: [["T001", "T002"]] },
};

function ancestorsOf(tasks: FileBreakdown["tasks"], id: string): string[] {
  const direct = tasks.find((task) => task.id === id)?.dependencies ?? [];
  return [...new Set(direct.flatMap((one) => [one as string, ...ancestorsOf(tasks, one)]))].sort();
}

describe.skipIf(!existsSync(CASES))("the collected cases (skipped where they are absent)", () => {
  it.each(existsSync(CASES) ? readdirSync(CASES) : [])(
    "the collected case %s is read as its author means it",
    async (folder) => {
      const expected = EXPECTED[folder.slice(0, 2)];
      if (!expected) throw new Error("nothing is expected of this case");
      const place = new URL(`${folder}/`, CASES);
      const file = readdirSync(place).find((name) => name !== "expected.txt") ?? "";
      const reading = readFileBreakdown(readFileSync(new URL(file, place), "utf8"), file, undefined);
      if (expected.refused) return expect(reading).rejects.toThrow(expected.refused);
      const breakdown = await reading;
      if (!breakdown) throw new Error("no plan was found");
      const { tasks, warnings } = breakdown;
      if (expected.waitsFor) {
        expect(Object.fromEntries(tasks.map(({ id }) => [id, ancestorsOf(tasks, id)]))).toEqual(
          expected.waitsFor,
        );
      }
      const found = Object.fromEntries(tasks.map((task) => [task.id, task.writes ?? task.inferredWrites]));
      if (expected.writes) expect(found).toMatchObject(expected.writes);
      const clash = ([a, b]: readonly [string, string]) => {
        const [one, other] = [a, b].map((id) => tasks.find((task) => task.id === (id as TaskId)));
        if (!one || !other) throw new Error("a task is missing");
        const [ours, theirs] = [one, other].map((task) => parseScope(scopeOf(task), false));
        return ours && theirs && clashOf(ours, theirs) !== undefined;
      };
      expect((expected.apart ?? []).map(clash)).not.toContain(false);
      expect((expected.atOnce ?? []).map(clash)).not.toContain(true);
      if (expected.warns === "never") expect(warnings).toEqual([]);
      else if (expected.warns) expect(warnings.join("\n")).toMatch(expected.warns);
    },
  );
});
