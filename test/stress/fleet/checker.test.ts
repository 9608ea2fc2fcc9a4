import { describe, expect, it } from "vitest";
import { Story, token } from "../story.ts";

/** A task whose attempt ends without a report, and nothing is held any more. */
function left(outcome: string, cause: string): Story {
  return new Story({ a: {} }).claim("a", 1).end("a", 1, outcome, { cause });
}

describe("the checker knows agents that runners have started", () => {
  it("an attempt may end at once when its agent is known to have ended, and else it drains", () => {
    const said = left("unreported", "the agent ended without a report");
    said.write({ kind: "ends", task: "p/a", token: token(1) });
    expect(said.violations).toEqual([]);
    expect(left("unreported", "the agent ended without a report").violations[0]).toMatch(
      /^invariant 2: p\/a was unreported and does not drain/,
    );
  });

  it("a claim may end with its runner, and the checker sees one that ends although that lives", () => {
    const killed = left("lost", "its session ended");
    killed.endedOwners = new Set([100]);
    expect(killed.violations).toEqual([]);
    const alive = left("lost", "its session ended");
    alive.endedOwners = new Set();
    expect(alive.violations[0]).toMatch(
      /^invariant 9: the claim of p\/a was ended although process 100 lives/,
    );
  });

  it("what an agent of a killed runner reports may be refused, and that of a living one may not", () => {
    const late = () => left("lost", "its session ended").send("report", "a", 1, { accepted: false });
    const killed = late();
    killed.endedOwners = new Set([100]);
    expect(killed.violations).toEqual([]);
    expect(late().violations[0]).toMatch(
      /^invariant 9: the claim of p\/a was ended although its client was alive/,
    );
  });
});
