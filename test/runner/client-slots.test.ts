import { describe, expect, it } from "vitest";
import type { AgentClient } from "../../mcp-server/src/clients/agent-client.ts";
import { ClientSlots, type WantedClient } from "../../mcp-server/src/runner/client-slots.ts";

const client = (name: string, changes: Partial<AgentClient> = {}): AgentClient => ({
  ...{ name, programs: [], callsTools: true, hasHooks: false, permissions: "" },
  start: () => ({ program: "", args: [], env: {}, stdin: "", files: {} }),
  read: () => [],
  ...changes,
});
const claude = client("claude", { hasHooks: true });
const codex = client("codex");
const words = client("words", { callsTools: false });
const anyTask: WantedClient = { client: undefined, isolation: "worktree", needsTools: false };
const slotsOf = (...shares: [AgentClient, number][]) =>
  new ClientSlots(shares.map(([one, slots]) => ({ client: one, slots })));

describe("the client of a task", () => {
  it("the client of a task is the first that has room", () => {
    const slots = slotsOf([claude, 1], [codex, 1]);
    expect(slots.for(anyTask, 0)).toBe(claude);
    slots.take(claude);
    expect(slots.for(anyTask, 0)).toBe(codex);
    slots.take(codex);
    expect(slots.for(anyTask, 0)).toBe("later");
    slots.giveBack(claude);
    expect(slots.for(anyTask, 0)).toBe(claude);
  });

  it("the client of a task is the one that it names, which is waited for while it is busy", () => {
    const slots = slotsOf([claude, 1], [codex, 1]);
    const forCodex = { ...anyTask, client: "codex" };
    expect(slots.for(forCodex, 0)).toBe(codex);
    slots.take(codex);
    expect(slots.for(forCodex, 0)).toBe("later");
  });

  it("the client of a task is another than the one that it names, where that is missing, at its limit or given up", () => {
    expect(slotsOf([claude, 1]).for({ ...anyTask, client: "codex" }, 0)).toBe(claude);
    const limited = slotsOf([claude, 1], [codex, 1]);
    limited.limited(codex, 100);
    expect(limited.for({ ...anyTask, client: "codex" }, 99)).toBe(claude);
    expect(limited.for({ ...anyTask, client: "codex" }, 100)).toBe(codex);
    const broken = slotsOf([claude, 1], [codex, 1]);
    expect([broken.falseStart(codex, "no key"), broken.falseStart(codex, "no key")]).toEqual([false, true]);
    expect(broken.for({ ...anyTask, client: "codex" }, 0)).toBe(claude);
  });

  it("the client of a task is one that hooks guard, where it works in the checkout", () => {
    expect(slotsOf([codex, 1], [claude, 1]).for({ ...anyTask, isolation: "shared" }, 0)).toBe(claude);
    expect(slotsOf([codex, 1]).for({ ...anyTask, isolation: "shared" }, 0)).toBe("never");
  });

  it("the client of a task is one with this server's tools, where its report needs them", () => {
    expect(slotsOf([words, 1], [codex, 1]).for({ ...anyTask, needsTools: true }, 0)).toBe(codex);
    expect(slotsOf([words, 1]).for({ ...anyTask, needsTools: true }, 0)).toBe("never");
  });
});

describe("clients at their limits", () => {
  it("clients at their limits leave the others' slots, and all of them together an end to wait for", () => {
    const slots = slotsOf([claude, 2], [codex, 3]);
    expect([slots.free(0), slots.limitEnds(0)]).toEqual([5, undefined]);
    slots.limited(claude, 50);
    expect([slots.free(0), slots.limitEnds(0), slots.nextLimitEnd(0)]).toEqual([3, undefined, 50]);
    slots.limited(codex, 80);
    expect([slots.free(0), slots.limitEnds(0), slots.free(60)]).toEqual([0, 50, 2]);
  });

  it("a client that has worked between two false starts is not given up", () => {
    const slots = slotsOf([codex, 1]);
    slots.falseStart(codex, "once");
    slots.worked(codex);
    expect(slots.falseStart(codex, "again")).toBe(false);
    expect(slots.allBroken).toBeUndefined();
  });
});
