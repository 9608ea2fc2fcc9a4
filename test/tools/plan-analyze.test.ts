import { describe, expect, it } from "vitest";
import { task } from "../support/checkout.ts";
import { planOf } from "../support/plan-of.ts";

const TASKS = ["1", "2"].map((id) => task(id, { writes: [`src/${id}.ts`], estimateMinutes: 30 }));
const NO_CHOICE = "Offer no run without prompts: this mode has none.";

/** What is said after the analysis to a session in a terminal that was in this permission mode with its last call. */
async function nextIn(mode: string): Promise<string> {
  const { server } = await planOf(TASKS, {}, { env: { CLAUDE_CODE_ENTRYPOINT: "cli" } });
  await server.hook({ event: "PreToolUse", session: "s1", tool: "Read", use: "u1", mode, input: "{}" });
  return (await server.call("plan_analyze", { plan: "p" })).next;
}

describe("the analysis of a plan", () => {
  it.each(["auto", "bypassPermissions", "dontAsk"])(
    "the analysis of a plan offers no run without prompts in the mode %s, which has none",
    async (mode) => expect(await nextIn(mode)).toContain(NO_CHOICE),
  );

  it.each(["default", "acceptEdits"])(
    "the analysis of a plan leaves the run without prompts to choose in the mode %s",
    async (mode) => expect(await nextIn(mode)).not.toContain(NO_CHOICE),
  );
});
