import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createContext, type OpenContext } from "../../mcp-server/src/run/project/run-context.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

/** This checkout, which is the plugin. */
const CHECKOUT = join(import.meta.dirname, "..", "..");

/** A second look at the graph of a folder, with a connection of its own, until the test ends. */
export async function contextOf(
  folder: string,
  { env = {}, now = Date.now }: { env?: Readonly<Record<string, string>>; now?: () => number } = {},
): Promise<OpenContext> {
  const facts = { directory: folder, env: { ...emptyEnvironment(), ...env }, now };
  const context = await createContext({ ...facts, parentPid: process.pid, pluginRoot: CHECKOUT });
  onTestFinished(() => context.close());
  return context;
}
