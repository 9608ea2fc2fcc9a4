import { expect, it } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";

it("a new plan names files that its tasks write and that the user has not committed, and no others", async () => {
  const folder = await repository({ "src/a.js": "1\n", "src/b.js": "1\n", "src/c.js": "1\n" });
  put(folder, { "src/a.js": "2\n", "src/b.js": "2\n", "notes.md": "2\n" });
  const server = await ParallelServer.start(folder);
  const tasks = [task("1", { writes: ["src/a.js", "src/c.js"] }), task("2", { writes: ["docs/**"] })];
  const { warnings } = await server.call("plan_create", { plan: "p", tasks });
  expect(warnings.filter((text) => text.startsWith("Not committed yet"))).toEqual([
    expect.stringMatching(/: src\/a\.js\. Agents work on top of these changes/),
  ]);
  const again = await server.call("plan_create", { plan: "p", tasks });
  expect(again.warnings.join()).not.toContain("Not committed yet");
});
