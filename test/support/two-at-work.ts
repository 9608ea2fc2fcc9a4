import { launchFor, repository, type TaskInput, task, tokenIn } from "./checkout.ts";
import { graphOf, type LogLine, logOf } from "./graph-file.ts";
import { ParallelServer } from "./parallel-server.ts";
import type { ToolClient } from "./tool-client.ts";

const OWN = "mcp__plugin_parallel_tasks__task_get";

export const MINE = task("1", { writes: ["src/a/**"] });

export const THEIRS = task("2", { writes: ["src/b/**", "data.json"] });

const FILES = { "src/a/one.ts": "1\n", "src/b/two.ts": "2\n", "src/free.ts": "3\n", "data.json": "{}\n" };

/** Two agents at work: the first holds `src/a`, the second `src/b` and `data.json`. */
export function twoAtWork(
  policy: Readonly<Record<string, unknown>> = {},
  tasks: TaskInput[] = [MINE, THEIRS],
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = FILES,
) {
  return twoAtWorkWith((folder) => ParallelServer.start(folder, { env }), policy, tasks, files);
}

/** The same with another kind of server. */
export async function twoAtWorkWith<Server extends ToolClient>(
  start: (folder: string) => Promise<Server>,
  policy: Readonly<Record<string, unknown>> = {},
  tasks: TaskInput[] = [MINE, THEIRS],
  files: Readonly<Record<string, string>> = FILES,
) {
  const folder = await repository(files);
  const server = await start(folder);
  await server.call("plan_create", { plan: "p", tasks, policy });
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const { id } of tasks) {
    await server.hook({ event: "PreToolUse", agent: `agent-${id}`, use: `u${id}`, tool: OWN });
    const token = tokenIn(launchFor(launch, id).prompt);
    await server.call("task_get", { task: `p/${id}`, token }, { toolUseId: `u${id}` });
  }
  const tool = (name: string, input: unknown, { agent = "agent-1", cwd = folder } = {}) =>
    asksToUse(server, agent, cwd, name, input);
  return {
    folder,
    server,
    launch,
    bash: (command: string, caller?: { agent?: string; cwd?: string }) => tool("Bash", { command }, caller),
    write: (path: string, caller?: { agent?: string; cwd?: string }) =>
      tool("Write", { file_path: path, content: "x" }, caller),
    tool,
    log: (type: string): LogLine[] => logOf(graphOf(folder)).filter((line) => line.type === type),
    widened: () =>
      logOf(graphOf(folder))
        .filter((line) => line.type === "attempt.widened")
        .map((line) => line.data.path),
  };
}

/** What is answered to the tool call of an agent. */
export async function asksToUse(
  server: ToolClient,
  agent: string,
  cwd: string,
  tool: string,
  input: unknown,
): Promise<string> {
  const event = { event: "PreToolUse", agent, cwd, tool, input: JSON.stringify(input), use: "u" };
  return answerOf(await server.hook(event));
}

/** `passes`, or what the agent is told. */
export function answerOf(answer: Record<string, unknown>): string {
  const output = answer.hookSpecificOutput as Record<string, string> | undefined;
  if (output === undefined) return "passes";
  if (output.permissionDecision === "deny") return `denied: ${output.permissionDecisionReason}`;
  return output.permissionDecision === "allow" ? "allowed" : `told: ${output.additionalContext}`;
}

export const HELD =
  /^denied: .* is held by p\/2\. Do what you can without it, then call task_report .*blocked/;
