import { describe, expect, it } from "vitest";
import { CallsInFlight } from "../../../mcp-server/src/policy/effects/calls-in-flight.ts";
import { type LivingProcess, outlivedCalls } from "../../../mcp-server/src/policy/effects/outlived-calls.ts";

const INIT = 1;
const HOST = 100;
const SERVER = 110;
const SHELL = 200;

/** A process that starts at that time, by default in the group of its call's shell, whose leader is gone. */
const at = (startedMs: number, parts: Partial<LivingProcess> = {}): LivingProcess => ({
  ...{ pid: 300, parent: INIT, group: SHELL, session: SHELL, isInCheckout: false },
  ...{ startedFromMs: startedMs, startedToMs: startedMs },
  ...parts,
});
const HOST_PROCESS = at(1, { pid: HOST, parent: 50, group: 50, session: 50 });
const OWN_SERVER = at(10, { pid: SERVER, parent: HOST, group: 50, session: 50 });
const PARENT_OF_ALL = at(0, { pid: INIT, parent: 0, group: INIT, session: INIT });

/** Call `ended` ran from 100 to 200, `open` runs since 300; both `both` and `ended` ran at 150. */
function calls() {
  const known = new CallsInFlight();
  const caller = { session: "s" };
  known.apply({ kind: "began", call: "ended", tool: "Bash", caller, atMs: 100 });
  known.apply({ kind: "began", call: "both", tool: "Bash", caller, atMs: 140 });
  known.apply({ kind: "ended", call: "both", atMs: 160 });
  known.apply({ kind: "ended", call: "ended", atMs: 200 });
  known.apply({ kind: "began", call: "open", tool: "Bash", caller, atMs: 300 });
  return known.all;
}

/** The calls of each process that outlived them. */
const found = (...living: readonly LivingProcess[]) =>
  outlivedCalls(
    { living: [PARENT_OF_ALL, HOST_PROCESS, OWN_SERVER, ...living], hosts: new Set([HOST]), own: SERVER },
    calls(),
  ).map((one) => [one.process.pid, one.calls.map(({ id }) => id)]);

describe("processes that outlived their call", () => {
  it("a process with the mark of a session that no call in flight has started is named with the calls that may have", () => {
    expect(found(at(150, { markedBy: HOST }))).toEqual([[300, ["ended", "both"]]]);
    expect(found(at(180, { markedBy: HOST, group: 300, session: 300 }))).toEqual([[300, ["ended"]]]);
    // Nobody knows any more which call it was.
    expect(found(at(250, { markedBy: HOST }))).toEqual([[300, []]]);
  });

  it("what a call in flight or its background work runs is none", () => {
    const shell = at(310, { pid: SHELL, parent: HOST, markedBy: HOST });
    expect(found(shell, at(320, { parent: SHELL, markedBy: HOST }))).toEqual([]);
    // A shell from before it is of a call that ended.
    expect(found(at(190, { pid: SHELL, parent: HOST, markedBy: HOST }))).toEqual([[SHELL, ["ended"]]]);
  });

  it("the session's own servers are none, and what they start is one only where a later call has made them", () => {
    const server = at(20, { pid: 120, parent: HOST, group: 50, session: 50 });
    const inServer = { parent: 120, group: 50, session: 50 };
    expect(found(server, at(25, inServer))).toEqual([]);
    expect(found(server, at(180, inServer))).toEqual([[300, ["ended"]]]);
    const young = at(150, { pid: 120, parent: HOST, group: 50, session: 50 });
    expect(found(young, at(170, inServer))).toEqual([]);
    expect(found(at(180, { parent: SERVER, group: 50, session: 50 }))).toEqual([]);
  });

  it("without a mark an orphan is one if it started in a call and its group's leader is gone, or it works in the checkout", () => {
    expect(found(at(180))).toEqual([[300, ["ended"]]]);
    expect(found(at(250))).toEqual([]);
    const daemon = { group: 300, session: 300 };
    expect(found(at(180, daemon))).toEqual([]);
    expect(found(at(180, { ...daemon, isInCheckout: true }))).toEqual([[300, ["ended"]]]);
    const reaper = at(2, { pid: 60, group: 60, session: 60 });
    expect(found(reaper, at(180, { parent: 60 }))).toEqual([[300, ["ended"]]]);
    // What a person runs in a terminal has a parent.
    const terminal = at(2, { pid: 70, group: 70, session: 70 });
    expect(found(terminal, at(180, { parent: 70, group: 71, session: 70, isInCheckout: true }))).toEqual([]);
  });

  it("the mark of another session counts for what works in the checkout, and a host is none", () => {
    expect(found(at(250, { markedBy: 999 }))).toEqual([]);
    expect(found(at(250, { markedBy: 999, isInCheckout: true }))).toEqual([[300, []]]);
    expect(found(at(180, { pid: 101, parent: INIT, markedBy: HOST }))).toHaveLength(1);
    const hosts = new Set([HOST, 101]);
    const living = [PARENT_OF_ALL, HOST_PROCESS, at(180, { pid: 101, markedBy: HOST })];
    expect(outlivedCalls({ living, hosts, own: SERVER }, calls())).toEqual([]);
  });

  it("where the host takes in what has lost its parent, the mark tells it from a server", () => {
    expect(found(at(180, { parent: HOST, markedBy: HOST }))).toEqual([[300, ["ended"]]]);
    expect(found(at(180, { parent: HOST, group: 50, session: 50 }))).toEqual([]);
  });
});
