import { agentOfToken } from "../../mcp-server/src/graph/token.ts";
import { markOfRunner } from "../../mcp-server/src/run/session/runner-child.ts";
import { launchFor, repository, tokenIn } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { ParallelServer } from "./parallel-server.ts";
import { MINE, THEIRS } from "./two-at-work.ts";

/** How an agent of a task is started: by a conversation, to whose hooks it is an agent; or by a runner, as a client's main conversation. */
export const WAYS = ["a subagent", "a process of a runner"] as const;
export type Way = (typeof WAYS)[number];

const GET = "mcp__plugin_parallel_tasks__task_get";

/** An agent at work at task 1 of two, whose hooks tell what the host tells of an agent started in that way. */
export async function agentAtWork(
  way: Way,
  first: Readonly<Record<string, unknown>> = {},
  now: () => number = Date.now,
) {
  const isProcess = way === "a process of a runner";
  const folder = await repository({ "src/a/one.ts": "1\n", "src/b/two.ts": "2\n", "data.json": "{}\n" });
  let server = await ParallelServer.start(folder, { now });
  const tasks = [{ ...MINE, ...first }, THEIRS];
  await server.call("plan_create", { plan: "p", tasks, policy: { retries: 0, review: "off" } });
  const { launch } = await server.call("batch_next", { plan: "p" });
  const token = (id: string) => tokenIn(launchFor(launch, id).prompt);
  await server.hook({ event: "PreToolUse", agent: "agent-2", use: "u2", tool: GET });
  await server.call("task_get", { task: "p/2", token: token("2") }, { toolUseId: "u2" });
  if (isProcess) {
    await server.close();
    const runner = { host: "here", pid: process.pid, startedAt: "then" };
    const env = {
      PARALLEL_ATTEMPT_TOKEN: token("1"),
      PARALLEL_CHECKOUT: folder,
      PARALLEL_RUNNER: markOfRunner(runner),
    };
    server = await ParallelServer.start(folder, { env, now });
  }
  const own = isProcess ? {} : { agent: "agent-1" };
  const session = isProcess ? agentOfToken(token("1")) : "s";
  let uses = 0;
  const said = (event: string, fields: Readonly<Record<string, string>>) =>
    server.hook({ event, session, cwd: folder, ...own, ...fields });
  /** Says that a tool is about to be called. @returns its answer, and the call's id. */
  const begins = async (tool: string, input: unknown) => {
    const use = `use-${++uses}`;
    return { use, answer: await said("PreToolUse", { use, tool, input: JSON.stringify(input) }) };
  };
  const calls = async (name: "task_get" | "task_report", fields: Readonly<Record<string, unknown>> = {}) => {
    const { use } = await begins(`mcp__plugin_parallel_tasks__${name}`, fields);
    const input = { task: "p/1", token: token("1"), ...fields };
    return { input, options: { toolUseId: use } };
  };
  const get = await calls("task_get");
  await server.call("task_get", get.input, get.options);
  return {
    folder,
    server,
    agentId: isProcess ? agentOfToken(token("1")) : "agent-1",
    begins,
    ends: (tool: string, use: string, response: unknown) =>
      said("PostToolUse", { tool, use, response: JSON.stringify(response) }),
    stops: (last: string) => said(isProcess ? "Stop" : "SubagentStop", { last }),
    fails: (error: string) => said("StopFailure", { error }),
    reports: async (fields: Readonly<Record<string, unknown>> = {}) => {
      const report = { outcome: "completed", summary: "Done.", evidence: [{ inspected: "it" }], ...fields };
      const { input, options } = await calls("task_report", report);
      return server.call("task_report", { ...input, ...report }, options);
    },
    tokenOf: token,
    log: (type: string) => logOf(graphOf(folder)).filter((line) => line.type === type),
  };
}
