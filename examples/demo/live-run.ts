import { join } from "node:path";
import { execa } from "execa";
import { Estimates } from "../../mcp-server/src/schedule/estimate.ts";
import { SLUG } from "../balcony/scripted-workers.ts";
import { breakdownOf } from "./breakdown.ts";
import { copyExample } from "./example-copy.ts";
import { pluginFolders } from "./plugin-folders.ts";

/** Lets the user's own Claude Code, with its own login, execute the example in an interactive session. */
export async function liveRun(root: string): Promise<number> {
  const version = await execa("claude", ["--version"], { reject: false, stdin: "ignore" });
  if (version.failed) {
    console.error(
      'There is no command "claude" that works on your PATH. Install Claude Code, log in once, and try again; or run the demo without it: npm run demo',
    );
    return 1;
  }
  const project = copyExample(join(root, "examples", "balcony", "project"));
  const { tasks } = breakdownOf(project, SLUG);
  const estimates = new Estimates();
  const tokens = tasks.reduce((sum, task) => sum + estimates.tokens(task), 0).toLocaleString("en");
  console.log(`Your own Claude Code, ${version.stdout.trim()}, starts in ${project}`);
  console.log(`and is asked to run /spec:execute ${SLUG}: ${tasks.length} tasks by several agents at once.`);
  console.log(`This spends your tokens: about ${tokens} by a rough estimate (${estimates.basis(tasks)}).`);
  console.log("The plugin has it ask you once before it launches agents. Task 1.5 is meant to fail.\n");

  // Ctrl-C belongs to the session; the demo goes on when that has ended.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const plugins = pluginFolders(root).flatMap((folder) => ["--plugin-dir", folder]);
  const session = await execa("claude", [...plugins, `/spec:execute ${SLUG}`], {
    cwd: project,
    stdio: "inherit",
    reject: false,
  });
  process.off("SIGINT", ignore);
  console.log(`\nWhat the agents wrote is in ${project}`);
  console.log(`The report again: cd ${project} && node ${join(root, "bin", "parallel")} report ${SLUG}`);
  return session.exitCode ?? 1;
}
