import { dirname, join, sep } from "node:path";
import * as z from "zod";
import { versionIn } from "../host/installed-plugins.ts";
import { dataOf } from "../host/json-file.ts";
import { runProgram } from "../host/run-program.ts";
import type { Examination } from "./examination.ts";
import { type Check, type Finding, notice, skipped, wrong } from "./finding.ts";

/** A server whose client died notices it within five seconds and ends. */
const PATIENCE_MS = 6_000;

/** What adopts processes whose parent died, beside the first process. */
const ADOPTER = /^(\S*\/)?(systemd|launchd|init|tini|dumb-init|docker-init|catatonit)( |$)/;
const SERVER = /^\S*node\S*(?: -\S+)* (.+[\\/]mcp-server[\\/]dist[\\/]server\.js)$/;

/** A running server of this plugin. */
interface ServerProcess {
  readonly pid: number;
  readonly root: string;
  readonly orphaned: boolean;
}

/** Whether servers of this plugin outlived their session, or run on an older version. */
export const processes: Check = {
  name: "Processes",
  async look(examination) {
    if (process.platform === "win32") return skipped("not looked at on Windows");
    let servers = await serverProcesses().catch(() => undefined);
    if (!servers) return skipped("`ps` does not list them");
    if (servers.some(({ orphaned }) => orphaned)) {
      const before = new Set(servers.filter(({ orphaned }) => orphaned).map(({ pid }) => pid));
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      servers = (await serverProcesses()).map((server) => ({
        ...server,
        orphaned: server.orphaned && before.has(server.pid),
      }));
    }
    const findings = await Promise.all(servers.map((server) => findingsFor(examination, server)));
    return {
      seen: servers.length === 0 ? "no server runs" : `servers running: ${servers.length}`,
      findings: findings.flat(),
    };
  },
};

async function findingsFor(
  examination: Examination,
  { pid, root, orphaned }: ServerProcess,
): Promise<Finding[]> {
  if (orphaned) {
    return [
      wrong(
        `The server process ${pid} has outlived the session that started it.`,
        `End it: kill ${pid}. Its claims are free as soon as the next server starts.`,
      ),
    ];
  }
  // Servers of a checkout under development are not part of this installation.
  if (!root.startsWith(join(examination.place.hostFolder, "plugins") + sep)) return [];
  const [running, installed] = [await versionIn(root), await versionIn(examination.pluginRoot)];
  if (running === installed) return [];
  return [
    notice(
      `The server process ${pid} runs version ${running ?? "unknown (its folder is gone)"}; installed is ${installed}.`,
      "Restart the session that it belongs to.",
    ),
  ];
}

async function serverProcesses(): Promise<ServerProcess[]> {
  const listed = await runProgram("ps", ["-A", "-ww", "-o", "pid=,ppid=,uid=,args="], {
    maxOutputBytes: 2 ** 26,
  });
  const all = listed.split("\n").flatMap((line) => {
    const [, pid, ppid, uid, args = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), uid: Number(uid), args }];
  });
  const argsOf = new Map(all.map(({ pid, args }) => [pid, args]));
  const servers: ServerProcess[] = [];
  for (const { pid, ppid, uid, args } of all) {
    const file = SERVER.exec(args)?.[1];
    if (file === undefined || uid !== process.getuid?.()) continue;
    const root = dirname(dirname(dirname(file)));
    if (!(await isThisPlugin(root))) continue;
    servers.push({ pid, root, orphaned: isOrphaned(ppid, argsOf) });
  }
  return servers;
}

const manifest = z.object({ name: z.string() });

/** The folder of a version that was taken away since is told by its path in Claude Code's cache. */
async function isThisPlugin(root: string): Promise<boolean> {
  const name = (await dataOf(join(root, ".claude-plugin", "plugin.json"), manifest))?.name;
  return name === undefined
    ? /[\\/]plugins[\\/]cache[\\/][^\\/]+[\\/]parallel[\\/][^\\/]+$/.test(root)
    : name === "parallel";
}

function isOrphaned(ppid: number, argsOf: ReadonlyMap<number, string>): boolean {
  const parent = argsOf.get(ppid);
  if (parent === undefined) return true;
  // In a container the first process may well be Claude Code itself.
  return ADOPTER.test(parent) || (ppid === 1 && !/claude/.test(parent));
}
