import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { intrusionFigures, personFigures } from "../../bench/replay/figures.ts";
import { judge } from "../../bench/replay/injection.ts";
import { readRecording, startedTogether } from "../../bench/replay/recording.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const START_MS = Date.parse("2026-11-30T08:00:00.000Z");
const at = (seconds: number) => new Date(START_MS + seconds * 1_000).toISOString();

/** A transcript of an agent with one Bash call for each pair of seconds. */
function transcript(agent: string, calls: readonly (readonly [number, number])[]): string {
  const line = (seconds: number, type: string, block: object) =>
    JSON.stringify({
      type,
      isSidechain: true,
      timestamp: at(seconds),
      message: { id: agent, content: [block] },
    });
  return calls
    .flatMap(([from, until], index) => {
      const id = `${agent}-${index}`;
      return [
        line(from, "assistant", { type: "tool_use", id, name: "Bash", input: { command: "make" } }),
        line(until, "user", { type: "tool_result", tool_use_id: id, content: "" }),
      ];
    })
    .join("\n");
}

async function recorded() {
  const folder = join(temporaryFolder(), "subagents");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "agent-a.jsonl"),
    transcript("a", [
      [0, 4],
      [20, 24],
    ]),
  );
  writeFileSync(
    join(folder, "agent-b.jsonl"),
    transcript("b", [
      [2, 6],
      [30, 31],
    ]),
  );
  return readRecording(folder);
}

it("the replay names one call for a write while it ran alone, both while two ran, and nobody for a person between", async () => {
  const run = await recorded();
  const [a, b] = ["a", "b"].map((name) => run.callers.findIndex((caller) => caller.name === name));
  const call = (id: string) => run.calls.find((one) => one.id === id);
  const ofCalls = judge(run, [
    { atMs: START_MS + 3_000, holder: b ?? 0, call: call("a-0") },
    { atMs: START_MS + 22_000, holder: b ?? 0, call: call("a-1") },
  ]);
  expect(intrusionFigures(ofCalls)).toMatchObject({
    ...{ writes: 2, certainPercent: 50, falselyCertain: 0, holderTooPercent: 50, untrueSets: 0 },
    named: { p50: 2, p90: 2, max: 2 },
  });
  const ofPerson = judge(run, [
    { atMs: START_MS + 10_000, holder: a ?? 0, call: undefined },
    { atMs: START_MS + 30_500, holder: a ?? 0, call: undefined },
  ]);
  expect(personFigures([ofPerson], 600_000)).toEqual({
    ...{ writes: 2, nobodyPercent: 50, takenForCallPercent: 50, takenUnseenPercent: 0 },
  });
});

it("agents of a recording that are started together keep their own times", async () => {
  const { calls } = startedTogether(await recorded(), ["a", "b"]);
  expect(calls.map(({ id, fromMs, untilMs }) => [id, fromMs, untilMs])).toEqual([
    ["a-0", 0, 4_000],
    ["a-1", 20_000, 24_000],
    ["b-0", 0, 4_000],
    ["b-1", 28_000, 29_000],
  ]);
});
