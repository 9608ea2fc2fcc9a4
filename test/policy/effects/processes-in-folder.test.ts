import { describe, expect, it } from "vitest";
import type { RunningProcess } from "../../../mcp-server/src/host/processes.ts";
import { processesInFolder } from "../../../mcp-server/src/policy/effects/processes-in-folder.ts";

const CLIENT = 100;
const SERVER = 110;
const OTHER_CLIENT = 200;
const OTHER_SERVER = 210;

/** A process that was left by a task of another client, unless it says something else. */
const process = (pid: number, parts: Partial<RunningProcess> = {}): RunningProcess => ({
  ...{ pid, parent: 1, group: pid, startedFromMs: 0, startedToMs: 0 },
  ...{ folder: "/w/src", hasTerminal: false, isOwn: true },
  ...parts,
});
const ELSEWHERE = [
  process(CLIENT, { folder: "/", hasTerminal: true }),
  process(SERVER, { folder: "/", parent: CLIENT }),
  process(OTHER_CLIENT, { folder: "/" }),
  process(OTHER_SERVER, { folder: "/", parent: OTHER_CLIENT }),
];

const found = (...living: readonly RunningProcess[]) => {
  const known = { own: SERVER, clients: new Set([CLIENT, OTHER_CLIENT]), servers: new Set([OTHER_SERVER]) };
  const isInside = (path: string) => path === "/w" || path.startsWith("/w/");
  const { left, isUsed } = processesInFolder([...ELSEWHERE, ...living], isInside, known);
  return { left: left.map(({ pid }) => pid), isUsed };
};

describe("the processes in the folder of a task that is over", () => {
  it("what works there without a terminal was left by the task, whoever has started it", () => {
    const living = [process(300), process(301, { parent: CLIENT, markedBy: CLIENT, folder: "/w" })];
    expect(found(...living)).toEqual({ left: [300, 301], isUsed: false });
  });

  it("what a tool call has started there was left by the task, wherever it works now", () => {
    const moved = { folder: "/", startFolder: "/w" };
    expect(found(process(300, { ...moved, markedBy: CLIENT }))).toEqual({ left: [300], isUsed: false });
    expect(found(process(300, moved))).toEqual({ left: [], isUsed: false });
  });

  it("somebody at a terminal is a person and not a task", () => {
    expect(found(process(300, { hasTerminal: true }))).toEqual({ left: [], isUsed: true });
    const { hasTerminal, ...unknown } = process(301);
    expect(found(unknown)).toEqual({ left: [], isUsed: true });
  });

  it("a client, a server and what a server runs are no task's, and whoever is above them", () => {
    expect(found(process(OTHER_CLIENT))).toEqual({ left: [], isUsed: true });
    expect(found(process(300, { parent: SERVER }))).toEqual({ left: [], isUsed: true });
    expect(found(process(300, { parent: OTHER_SERVER, markedBy: OTHER_CLIENT }))).toEqual({
      ...{ left: [], isUsed: true },
    });
    expect(found(process(CLIENT))).toEqual({ left: [], isUsed: true });
  });

  it("other users' processes and those elsewhere are nobody's business", () => {
    expect(found(process(300, { isOwn: false }), process(301, { folder: "/wide" }))).toEqual({
      ...{ left: [], isUsed: false },
    });
  });
});
