import { expect, it } from "vitest";
import { report, repository, task } from "./checkout.ts";
import { ParallelServer } from "./parallel-server.ts";

const sized = (ids: readonly string[]) => ids.map((id) => task(id, { size: "small" }));

it("what attempts took in a repository is what its next plan is estimated by", async () => {
  const server = await ParallelServer.start(await repository());
  await server.call("plan_create", { plan: "first", tasks: sized(["1", "2", "3"]) });
  const before = (await server.call("plan_analyze", { plan: "first" })).estimate;
  for (const item of (await server.call("batch_next", { plan: "first" })).launch) {
    await report(server, "first", item);
  }
  await server.call("plan_create", { plan: "second", tasks: sized(["1", "2", "3"]) });
  const after = (await server.call("plan_analyze", { plan: "second" })).estimate;
  expect(before.basis).toContain("nothing of it was measured");
  expect(after.basis).toBe("3 by attempts in this repository");
  expect(after.sequentialMinutes).toBeLessThan(before.sequentialMinutes / 2);

  const { report: text } = await server.call("plan_report", { plan: "first" });
  expect(text).toMatch(/\| Estimated \| 18 min for 3 tasks that took /);
});
