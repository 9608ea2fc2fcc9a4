import { breakdown, repository, task } from "./checkout.ts";
import { graphOf, logOf } from "./graph-file.ts";
import { ParallelServer } from "./parallel-server.ts";

export const FILE = "specs/example/03-tasks.json";

/** A server in a repository whose breakdown holds this text. */
export async function serverWith(text: string) {
  const folder = await repository({ [FILE]: text });
  return { folder, server: await ParallelServer.start(folder) };
}

/** A server whose graph holds one plan, with the log as it is then. */
export async function serverWithPlan() {
  const folder = await repository({ [FILE]: breakdown([task("1"), task("2", { dependencies: ["1"] })]) });
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "example", from: FILE });
  return { folder, server, before: logOf(graphOf(folder)) };
}
