import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseBatch, type Dispatchable } from "../../mcp-server/src/schedule/dispatch.ts";

function candidate(id: string, role = "implementer"): Dispatchable {
  return { id, role };
}
const free = () => undefined;
const idsOf = (chosen: readonly Dispatchable[]) => chosen.map(({ id }) => id);

describe("chooseBatch", () => {
  it("chooseBatch takes candidates in their order until the cap is reached, what runs included", () => {
    const candidates = ["1", "2", "3", "4"].map((id) => candidate(id));
    const { chosen, full } = chooseBatch(candidates, [candidate("x")], { cap: 3, capacity: {} }, free);
    expect(idsOf(chosen)).toEqual(["1", "2"]);
    expect(full).toBe(true);
    expect(chooseBatch(candidates, candidates, { cap: 3, capacity: {} }, free).chosen).toEqual([]);
  });

  it("chooseBatch draws no more candidates than it needs", () => {
    let drawn = 0;
    function* endless() {
      for (;;) {
        drawn += 1;
        yield candidate(String(drawn));
      }
    }
    expect(chooseBatch(endless(), [], { cap: 2, capacity: {} }, free).chosen).toHaveLength(2);
    expect(drawn).toBe(2);
  });

  it("chooseBatch passes over what does not fit and says why, so that no slot stays idle behind it", () => {
    const candidates = [
      candidate("1", "reviewer"),
      candidate("2", "reviewer"),
      candidate("3"),
      candidate("4"),
    ];
    const { chosen, refused, full } = chooseBatch(
      candidates,
      [],
      { cap: 4, capacity: { reviewer: 1 } },
      ({ id }) => (id === "3" ? { kind: "scope", with: "p/9" } : undefined),
    );
    expect(idsOf(chosen)).toEqual(["1", "4"]);
    expect(refused.map(({ candidate: { id }, why }) => [id, why])).toEqual([
      ["2", { kind: "role", role: "reviewer" }],
      ["3", { kind: "scope", with: "p/9" }],
    ]);
    expect(full).toBe(false);
  });

  it("chooseBatch shows each candidate what was chosen before it", () => {
    const seen: string[][] = [];
    chooseBatch([candidate("1"), candidate("2")], [], { cap: 5, capacity: {} }, (_, chosen) => {
      seen.push(idsOf(chosen));
      return undefined;
    });
    expect(seen).toEqual([[], ["1"]]);
  });

  it("chooseBatch takes a role by the name of what every object has for a role like any other", () => {
    const roles = ["constructor", "__proto__", "toString"];
    const candidates = roles.flatMap((role) => [candidate(`${role}1`, role), candidate(`${role}2`, role)]);
    const { chosen, refused } = chooseBatch(candidates, [], { cap: 1, capacity: {} }, free);
    expect([idsOf(chosen), refused]).toEqual([["constructor1"], []]);
    const limited = { cap: 9, capacity: { constructor: 1 } };
    expect(chooseBatch(candidates, [], limited, free).chosen).toHaveLength(5);
  });

  it("chooseBatch chooses no more than are wanted, and draws no more candidates", () => {
    const drawn: string[] = [];
    function* candidates() {
      for (const id of ["1", "2", "3"]) {
        drawn.push(id);
        yield candidate(id);
      }
    }
    const choose = (most: number) => chooseBatch(candidates(), [], { cap: 5, capacity: {}, most }, free);
    expect(choose(0)).toMatchObject({ chosen: [], full: false });
    expect(drawn).toEqual([]);
    expect(idsOf(choose(2).chosen)).toEqual(["1", "2"]);
    expect(drawn).toEqual(["1", "2"]);
  });

  it("chooseBatch never exceeds the cap or a capacity", () => {
    const some = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 });
    const limits = fc.record({
      cap: fc.integer({ min: 1, max: 6 }),
      capacity: fc.record({ a: fc.integer({ min: 1, max: 3 }) }),
    });
    fc.assert(
      fc.property(some, some, limits, (waiting, running, { cap, capacity }) => {
        const all = waiting.map((role, n) => candidate(String(n), role));
        const held = running.map((role, n) => candidate(`r${n}`, role));
        const { chosen } = chooseBatch(all, held, { cap, capacity }, free);
        const together = [...held, ...chosen];
        if (chosen.length > 0) {
          expect(together.length).toBeLessThanOrEqual(cap);
          if (chosen.some(({ role }) => role === "a")) {
            expect(together.filter(({ role }) => role === "a").length).toBeLessThanOrEqual(capacity.a);
          }
        }
      }),
    );
  });
});
