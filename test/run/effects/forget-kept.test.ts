import { describe, expect, it } from "vitest";
import { updatePlan } from "../../../mcp-server/src/run/edits/update-plan.ts";
import { forgetKept, forgetOldKept } from "../../../mcp-server/src/run/effects/forget-kept.ts";
import { effectsAtWork } from "../../support/effects-at-work.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Something is kept for plan `p`. */
async function kept() {
  const work = await effectsAtWork();
  await work.begin("holder", 0);
  work.write("src/1.ts", "mine");
  await work.end("holder");
  return work;
}

describe("forgetting what is kept", () => {
  it("what is kept goes two weeks after the plan's end, and stays while it can go on", async () => {
    const { ctx, kept: files } = await kept();
    const later = { ...ctx, now: () => Date.now() + 15 * DAY_MS };
    await forgetOldKept(later);
    expect(files.plans).toEqual(["p"]);
    await updatePlan(ctx, "main", "p", undefined, "stop");
    await forgetOldKept({ ...ctx, now: () => Date.now() + 13 * DAY_MS });
    expect(files.plans).toEqual(["p"]);
    await forgetOldKept(later);
    expect(files.plans).toEqual([]);
  });

  it("what is kept for a plan can be forgotten at once, and nothing outside its folder", async () => {
    const { ctx, kept: files } = await kept();
    expect(() => forgetKept(ctx, "../calls")).toThrow("is not a plan's name");
    forgetKept(ctx, "p");
    expect(files.plans).toEqual([]);
  });
});
