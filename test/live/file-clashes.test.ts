import { describe, expect, it } from "vitest";
import { fileClashes } from "../../mcp-server/src/run/live/file-clashes.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { task } from "../support/checkout.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { contextOf } from "./graph-context.ts";

describe("the clashes of a plan", () => {
  it("the clashes of a plan are the pairs that files or resources keep apart, and no dependency", async () => {
    const { folder } = await offeredPlan([
      task("1", { writes: ["src/shop.ts"] }),
      task("2", { writes: ["src/**"] }),
      task("3", { writes: ["src/shop.ts"], dependencies: ["1"] }),
      task("4", { writes: ["docs/a.md"], resources: ["test bench"] }),
      task("5", { writes: ["docs/b.md"], resources: ["test bench"] }),
    ]);
    const context = await contextOf(folder);
    expect(await fileClashes(context, await existingGraph(context, "p"), "p")).toEqual({
      clashes: [
        { tasks: ["1", "2"], what: "src/shop.ts and src/**" },
        { tasks: ["2", "3"], what: "src/** and src/shop.ts" },
        { tasks: ["4", "5"], what: "test bench" },
      ],
    });
  });
});
