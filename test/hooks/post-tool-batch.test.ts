import { describe, expect, it } from "vitest";
import { idsOf, task } from "../support/checkout.ts";
import { offeredPlan } from "../support/plan-of.ts";

const one = (id: string) => task(id, { writes: [`src/${id}.ts`] });

const STARTED = (agent: string) =>
  `Async agent launched successfully. (This is internal.)\nagentId: ${agent} (to send it messages)\nIt works in the background.`;

/** Two launches in one message, of which no hook but its first and its last has told anything. */
async function launched(answers: readonly [unknown, unknown]) {
  const plan = await offeredPlan([one("1"), one("2")]);
  const { server, item } = plan;
  const launch = (id: string) => {
    const { prompt } = item(id);
    return server.hook({
      event: "PreToolUse",
      tool: "Agent",
      use: `launch-${id}`,
      input: JSON.stringify({ prompt }),
    });
  };
  await launch("1");
  await launch("2");
  const calls = answers.map((tool_response, at) => ({
    tool_name: "Agent",
    tool_use_id: `launch-${at + 1}`,
    tool_response,
  }));
  const said = JSON.stringify(await server.hook({ event: "PostToolBatch", calls: JSON.stringify(calls) }));
  return {
    ...plan,
    said,
    launch,
    due: async () => {
      const collected = await server.call("batch_collect", { plan: "p", launch: true, waitSeconds: 0 });
      return "launch" in collected ? (collected.launch as Parameters<typeof idsOf>[0]) : [];
    },
  };
}

describe("the end of a message with launches", () => {
  it("agents whose launch nothing else has told of are at work, and are not to be launched again", async () => {
    const { said, launch, due, log } = await launched([
      STARTED("a1"),
      [{ type: "text", text: STARTED("a2") }],
    ]);
    expect(said).toBe("{}");
    expect(await due()).toEqual([]);
    expect(JSON.stringify(await launch("1"))).toContain("was launched already");
    const started = log().filter(({ type }) => type === "attempt.started");
    expect(started.map(({ data }) => data.agentId)).toEqual(["a1", "a2"]);
  });

  it("a launch that the user refused is to be made again, and the other one is not", async () => {
    const { said, launch, due } = await launched([
      STARTED("a1"),
      "The user doesn't want to proceed with this tool use.",
    ]);
    expect(said).toContain("Not launched: p/2.");
    expect(idsOf(await due())).toEqual(["2"]);
    expect(await launch("2")).toMatchObject({ hookSpecificOutput: { updatedInput: {} } });
  });

  it("a launch of which nobody says what came of it is not made twice", async () => {
    const { said, launch, due } = await launched([undefined, "Done.\nagentId: a2"]);
    expect(said).toBe("{}");
    expect(await due()).toEqual([]);
    for (const id of ["1", "2"]) expect(JSON.stringify(await launch(id))).toContain("was launched already");
  });
});
