import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { versionIn } from "../host/installed-plugins.ts";
import { type Check, skipped, wrong } from "./finding.ts";
import { reinstallation } from "./install-command.ts";

/** As long as Claude Code waits for a server, unless its MCP_TIMEOUT says otherwise. */
const START_LIMIT_MS = 30_000;
/** A server ends with its input. */
const END_LIMIT_MS = 2_000;
/** A revision that every version of this server speaks. */
const PROTOCOL = "2025-06-18";

const initialized = z.object({ result: z.object({ serverInfo: z.object({ version: z.string() }) }) });
const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })).min(1) }) });

/** There is nothing to start the server with, which its own check says. */
class NoNode extends Error {}

/** Starts the server as Claude Code does, and asks it for its tools. */
export const server: Check = {
  name: "Server",
  async look(examination) {
    const { pluginRoot, environment } = examination;
    const dist = join(pluginRoot, "mcp-server", "dist");
    const began = performance.now();
    try {
      const { version, tools } = await askServer(join(dist, "server.js"), {
        ...environment,
        // A server that starts tidies up after dead sessions; this one must not find a graph to do it in.
        PARALLEL_DATABASE_URL: `sqlite:${join(dist, "no-graph")}`,
      });
      const ms = Math.round(performance.now() - began);
      const expected = await versionIn(pluginRoot);
      return {
        seen: `version ${version} answers with ${tools} tools after ${ms} ms`,
        findings:
          expected === undefined || expected === version
            ? []
            : [
                wrong(
                  `The server is of version ${version}, the plugin around it of ${expected}.`,
                  await reinstallation(examination),
                ),
              ],
      };
    } catch (error) {
      if (error instanceof NoNode) return skipped("not started: there is no program `node`");
      const why = error instanceof Error ? error.message : String(error);
      return {
        seen: "does not answer",
        findings: [
          wrong(
            `The server does not answer: ${why}.`,
            "Fix what the lines above name, then restart Claude Code; /mcp shows plugin:parallel:tasks and why it failed.",
          ),
        ],
      };
    }
  },
};

/** @throws Error that says why there is no answer. */
async function askServer(file: string, env: NodeJS.ProcessEnv): Promise<{ version: string; tools: number }> {
  const limitMs = Number(env.MCP_TIMEOUT) || START_LIMIT_MS;
  const child = spawn("node", [file], { env, stdio: ["pipe", "pipe", "pipe"] });
  const end = endOf(child, limitMs);
  // Whoever ended does not read any more.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const ask = async <T>(id: number, method: string, params: object, schema: z.ZodType<T>): Promise<T> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    const line = await Promise.race([lines.next(), end]);
    if (line instanceof Error) throw line;
    if (line.done) throw await end;
    const answer = schema.safeParse(JSON.parse(line.value));
    if (!answer.success) throw new Error(`what it answers to ${method} is not what the protocol says`);
    return answer.data;
  };
  try {
    const clientInfo = { name: "parallel-doctor", version: "1" };
    const hello = await ask(
      1,
      "initialize",
      { protocolVersion: PROTOCOL, capabilities: {}, clientInfo },
      initialized,
    );
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
    const { result } = await ask(2, "tools/list", {}, listed);
    return { version: hello.result.serverInfo.version, tools: result.tools.length };
  } finally {
    clearTimeout(limit);
    const patience = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
    child.stdin.end();
    await end;
    clearTimeout(patience);
  }
}

/** Why the process is no more, in words: it never rejects. */
async function endOf(child: ChildProcessWithoutNullStreams, limitMs: number): Promise<Error> {
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  try {
    const [code, signal] = await once(child, "close");
    if (signal) return new Error(`it was silent for ${limitMs / 1000} s`);
    const reason = /^\w*Error(?: \[\w+\])?: .+$/m.exec(log)?.[0];
    return new Error(`it ended with ${code}${reason === undefined ? "" : `: ${reason}`}`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? new NoNode() : new Error(String(error));
  }
}
