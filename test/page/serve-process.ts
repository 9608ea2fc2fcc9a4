import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CHECKOUT = join(import.meta.dirname, "..", "..");

/** `parallel serve` in a process of its own. */
export interface ServeProcess {
  readonly link: string;
  readonly port: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/**
 * @param port 0: any that is free.
 * @param launcher what stands before its command, as by `onMachine`.
 */
export async function serve(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  port = 0,
  launcher: readonly string[] = [],
): Promise<ServeProcess> {
  const command = [process.execPath, join(CHECKOUT, "bin", "parallel")];
  const [program = "", ...parameters] = [...launcher, ...command, "serve", "--no-open", "--port", `${port}`];
  const child = spawn(program, parameters, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const link = await firstLine(child);
  return {
    link,
    port: Number(new URL(link).port),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** @throws Error with what it says instead. */
async function firstLine(child: ChildProcess): Promise<string> {
  let said = "";
  child.stderr?.on("data", (data: Buffer) => {
    said += data.toString("utf8");
  });
  if (!child.stdout) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("http")) return line;
  throw new Error(`parallel serve has ended: ${said}`);
}
