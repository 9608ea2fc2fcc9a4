import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { BUNDLE, BundledServer } from "../support/bundled-server.ts";
import { launchFor, report, repository, task } from "../support/checkout.ts";
import { graphOf, integrityOf } from "../support/graph-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("the committed bundle runs a plan where no node_modules can be reached", async () => {
  const checkout = join(dirname(BUNDLE), "..", "..");
  const plugin = temporaryFolder();
  for (const part of [".claude-plugin", "agents", "mcp-server/dist"]) {
    cpSync(join(checkout, part), join(plugin, part), { recursive: true });
  }
  for (let folder = plugin; ; folder = dirname(folder)) {
    expect(existsSync(join(folder, "node_modules")), folder).toBe(false);
    if (dirname(folder) === folder) break;
  }
  const folder = await repository();
  const server = await BundledServer.start(folder, { bundle: join(plugin, "mcp-server/dist/server.js") });
  await server.call("plan_create", { plan: "p", tasks: [task("1"), task("2", { dependencies: ["1"] })] });
  const { launch } = await server.call("batch_next", { plan: "p" });
  // The role is known from the plugin's own agents.
  expect(launchFor(launch, "1").subagent_type).toBe("parallel:feature-implementer");
  expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
  expect((await server.call("task_claim", { plan: "p", worker: "w" })).claim?.task).toBe("p/2");
  expect((await server.call("plan_report", { plan: "p" })).report).toContain("1 is done.");
  expect(integrityOf(graphOf(folder))).toBe("ok");
  expect(server.log).toBe("");
});
