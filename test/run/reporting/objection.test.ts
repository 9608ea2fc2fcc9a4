import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../mcp-server/src/graph/attempt.ts";
import { NO_TEST } from "../../../mcp-server/src/policy/evidence-text.ts";
import { DEFAULT_POLICY } from "../../../mcp-server/src/policy/policy.ts";
import { commandsToSee, unseenCommand } from "../../../mcp-server/src/run/reporting/objection.ts";
import { id, report } from "../../support/plan-fixture.ts";
import { pendingTask } from "../../support/task-definition.ts";

const acceptance = [
  { criterion: "Tests pass", command: "npm test" },
  { criterion: "Types hold", command: "npx tsc" },
  { criterion: "It reads well" },
];
const work = {
  task: pendingTask("1", { acceptance }),
  policy: { ...DEFAULT_POLICY, verify: "seen" },
} as const;
/** A task that runs commands again which failed beside others. */
const again = {
  ...work,
  task: pendingTask("verify", {
    acceptance,
    origin: "server",
    extra: { purpose: { kind: "verify", of: [id("1")] } },
  }),
};

describe("the commands that have to be seen", () => {
  it("the commands that have to be seen are those of all criteria, whatever the report names", () => {
    const named: Evidence[] = [{ criterion: "1", command: "npm run other", exitCode: 0, result: "" }];
    expect(commandsToSee(work, report({ evidence: named }))).toEqual([
      { criterion: "Tests pass", command: "npm test", exitCode: 0, mayTestNothing: false },
      { criterion: "Types hold", command: "npx tsc", exitCode: 0, mayTestNothing: false },
    ]);
  });

  it.each([
    ["by number", "2"],
    ["by its text", "Types hold"],
  ])(
    "the commands that have to be seen are not those of a criterion said %s not to be verified",
    (_how, criterion) => {
      const open: Evidence[] = [{ criterion, notVerified: "tsc is not installed" }];
      expect(commandsToSee(work, report({ evidence: open })).map(({ command }) => command)).toEqual([
        "npm test",
      ]);
    },
  );

  it("the commands that have to be seen are all where what is not verified is none of the criteria", () => {
    const open: Evidence[] = [{ notVerified: "how fast it is" }];
    expect(commandsToSee(work, report({ evidence: open }))).toHaveLength(2);
  });

  it("the commands that have to be seen are none of a plan that takes claims, nor of a report that claims no success", () => {
    expect(commandsToSee({ ...work, policy: DEFAULT_POLICY }, report({}))).toEqual([]);
    expect(commandsToSee(work, report({ outcome: "failed" }))).toEqual([]);
    expect(commandsToSee(work, report({ verdict: "rejected" }))).toEqual([]);
  });

  it("the commands that have to be seen have to end as they are reported where a completed report may hold a failure", () => {
    const failed: Evidence[] = [
      { criterion: "1", command: " npm test ", exitCode: 2, result: "src/b.ts is broken" },
    ];
    const [command] = commandsToSee(work, report({ evidence: failed }));
    expect(command).toMatchObject({ exitCode: 2 });
    expect(command && unseenCommand(command, { standing: "claimed", seen: "it was not seen to run" })).toBe(
      '"npm test" was not seen to end with exit code 2: it was not seen to run',
    );
  });

  it("the commands that have to be seen may test nothing only where they are run again", () => {
    const tested = { standing: "seen", seen: NO_TEST } as const;
    const unseen = (of: typeof work | typeof again) =>
      commandsToSee(of, report({})).map((command) => unseenCommand(command, tested));
    expect(unseen(work)).toEqual([
      `"npm test" was not seen to pass: ${NO_TEST}`,
      `"npx tsc" was not seen to pass: ${NO_TEST}`,
    ]);
    expect(unseen(again)).toEqual([undefined, undefined]);
  });
});
