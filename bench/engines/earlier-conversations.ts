import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { type Orchestrator, usesAgents } from "../../test/e2e/harness/orchestrator.ts";

/**
 * The scripted main conversations of a checkout of an earlier state: what that state's plugin asks of a conversation, its
 * own script does.
 * @param root the checkout; it needs no `node_modules`.
 */
export async function earlierConversations(
  root: string,
): Promise<Record<"burst" | "workflow", Orchestrator>> {
  const outfile = join(process.cwd(), "node_modules", ".cache", `earlier-conversations-${process.pid}.mjs`);
  const contents = `
    export { executesThePlan } from "./orchestrator.ts";
    export { executesByWorkflow } from "./workflow-orchestrator.ts";
  `;
  try {
    buildSync({
      stdin: { contents, resolveDir: join(resolve(root), "test", "e2e", "harness"), loader: "ts" },
      outfile,
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      target: "node20",
    });
    const scripts = (await import(pathToFileURL(outfile).href)) as Record<
      "executesThePlan" | "executesByWorkflow",
      Orchestrator
    >;
    return { burst: usesAgents(scripts.executesThePlan), workflow: scripts.executesByWorkflow };
  } finally {
    rmSync(outfile, { force: true });
  }
}
