import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentsAtWork } from "./agents-at-work.ts";
import { copyProject, putFiles, UNCOMMITTED } from "./checkout.ts";
import { Host } from "./host.ts";
import { type Plugin, startService } from "./run-case.ts";

/** Which of these commands of task 1's agent are refused; none is run. */
export async function refusedOf(
  plugin: Plugin,
  project: string,
  commands: readonly string[],
  guard: string,
): Promise<string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-everyday-")));
  const checkout = join(folder, "shop");
  copyProject(project, checkout);
  putFiles(checkout, UNCOMMITTED);
  const service = startService(plugin, checkout, folder);
  try {
    const agents = await AgentsAtWork.start(new Host(service, plugin.folder), checkout, guard);
    const refused: string[] = [];
    for (const [index, command] of commands.entries()) {
      const call = { task: 1, id: `everyday-${index}`, command } as const;
      if ((await agents.begins(call)).refusal !== undefined) refused.push(command);
      await agents.wasRefused(call);
    }
    return refused;
  } finally {
    await service.close?.();
    rmSync(folder, { recursive: true, force: true });
  }
}
