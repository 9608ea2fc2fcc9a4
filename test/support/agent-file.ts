import { repository } from "./checkout.ts";
import { ParallelServer } from "./parallel-server.ts";

/** An agent's file as a user writes it. */
export function agentFile(name: string, ...fields: string[]): string {
  return ["---", `name: ${name}`, "description: Knows this project.", ...fields, "---", "Work.", ""].join(
    "\n",
  );
}

export async function serverIn(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
  const folder = await repository(files);
  return { folder, server: await ParallelServer.start(folder, { env }) };
}
