import type { LaunchAnswer } from "./answers.ts";
import { launchFor, repository, type TaskInput, tokenIn } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { ParallelServer, type StartOptions } from "./parallel-server.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A server in a new repository, with a plan `p` of these tasks, and what tests ask of them. */
export async function planOf(tasks: readonly TaskInput[], policy: Fields = {}, start: StartOptions = {}) {
  const folder = await repository();
  const server = await ParallelServer.start(folder, start);
  await server.call("plan_create", { plan: "p", tasks, policy });
  const next = (fields: Fields = {}) => server.call("batch_next", { plan: "p", ...fields });
  const path = graphOf(folder);
  const log = () => logOf(path);
  return {
    folder,
    server,
    next,
    path,
    launch: async () => (await next()).launch,
    update: (fields: Fields) => server.call("plan_update", { plan: "p", ...fields }),
    /** Takes an offer up, as an agent that reads its brief. */
    brief: async (item: LaunchAnswer) => {
      const read = { task: `p/${item.task}`, token: tokenIn(item.prompt) };
      return (await server.call("task_get", read)).brief ?? "";
    },
    statusOf: async (id: string) => (await server.call("task_get", { task: `p/${id}` })).task,
    reportText: async () => (await server.call("plan_report", { plan: "p" })).report,
    log,
    decisions: () => log().flatMap(({ type, data }) => (type === "decision.taken" ? [data] : [])),
  };
}

/** A plan whose first batch is offered. */
export async function offeredPlan(
  tasks: readonly TaskInput[],
  policy: Fields = {},
  start: StartOptions = {},
) {
  const plan = await planOf(tasks, policy, start);
  const offered = await plan.launch();
  return {
    ...plan,
    offered,
    item: (id: string) => launchFor(offered, id),
    token: (id: string) => tokenIn(launchFor(offered, id).prompt),
  };
}
