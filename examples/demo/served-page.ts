import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** `parallel serve` in the project of a demo. */
export interface ServedDemo {
  /** Opens the page once, within two minutes. */
  readonly link: string;
  stop(): Promise<void>;
}

/**
 * Serves the page of the project from now on, also before it has a plan.
 * @throws when the server does not start; what it says is on the error output.
 */
export async function servePage(
  root: string,
  project: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServedDemo> {
  const parameters = [join(root, "bin", "parallel"), "serve", "--no-open", "--keep"];
  const server = spawn(process.execPath, parameters, {
    cwd: project,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { value: link } = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
  if (typeof link !== "string" || !link.startsWith("http")) throw new Error("parallel serve did not start");
  return {
    link,
    stop: async () => {
      const isOver = server.exitCode !== null || server.signalCode !== null;
      const exited = isOver ? undefined : once(server, "exit");
      server.kill("SIGTERM");
      await exited;
    },
  };
}
