import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeldFilesChanged } from "../../mcp-server/src/graph/effect.ts";
import { graphOf, logOf } from "../../test/support/graph-file.ts";
import { AgentsAtWork, PLAN } from "./agents-at-work.ts";
import { copyProject, putFiles, UNCOMMITTED } from "./checkout.ts";
import { changedPaths, gitState, type HeldState, heldState } from "./held-state.ts";
import { type CallableService, Host } from "./host.ts";
import { HOLDERS_CALL, INTRUDER, judge, suspicionsOf, type Verdict } from "./judge.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";

/** What a service is told of the process for which it works. */
interface ServiceFacts {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly parentPid: number;
  readonly pluginRoot: string;
  readonly now: () => number;
}

/** The plugin that is judged. */
export interface Plugin {
  /** Its folder, for its hooks. */
  readonly folder: string;
  readonly Service: new (facts: ServiceFacts) => CallableService;
  /** Its command line, run in the checkout. @returns what it prints; undefined where it fails. */
  readonly runCli: (checkout: string, ...parameters: string[]) => Promise<string | undefined>;
}

/** In which of the ways a command is run. */
export interface Way {
  /** Whether the agent of task 2 reports the files that it has edited. */
  readonly holderReports: boolean;
  /** Whether a call of the agent of task 2 is in flight meanwhile. */
  readonly holderRuns: boolean;
  /** Whether its uncommitted work was there before the task was claimed; else it writes it in a call. */
  readonly wasThere?: boolean;
}

/** What became of one command. */
export interface Outcome {
  readonly verdict: Verdict | { readonly kind: "refused"; readonly reason: string };
  /** Files of task 2 whose uncommitted bytes are gone and cannot be had back. */
  readonly lost: readonly string[];
  /** Whether the agent that did it was told, and the one whose files it were. */
  readonly told: { readonly intruder: boolean; readonly holder: boolean };
  /** Undefined: it was refused. */
  readonly end: CommandEnd | undefined;
}

const DONE: CommandEnd = { code: 0, stdout: "", stderr: "" };

/** @param project the folder of a repository that is copied. @throws Error where the server does not answer. */
export async function runCase(plugin: Plugin, project: string, command: string, way: Way): Promise<Outcome> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-case-")));
  const place = {
    checkout: join(folder, "shop"),
    home: join(folder, "home"),
    temporary: join(folder, "tmp"),
  };
  for (const path of [place.home, place.temporary]) mkdirSync(path);
  copyProject(project, place.checkout);
  try {
    return await runIn(plugin, place, command, way);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A server of the plugin that works in the checkout. */
export function startService(plugin: Plugin, checkout: string, home: string): CallableService {
  return new plugin.Service({
    directory: checkout,
    env: { PATH: process.env.PATH, HOME: home, CLAUDE_CODE_ENTRYPOINT: "cli" },
    parentPid: process.pid,
    pluginRoot: plugin.folder,
    now: Date.now,
  });
}

async function runIn(
  plugin: Plugin,
  place: { readonly checkout: string; readonly home: string; readonly temporary: string },
  command: string,
  way: Way,
): Promise<Outcome> {
  const { checkout, home } = place;
  if (way.wasThere) putFiles(checkout, UNCOMMITTED);
  const service = startService(plugin, checkout, home);
  try {
    const agents = await AgentsAtWork.start(new Host(service, plugin.folder), checkout, "enforce");
    if (!way.wasThere) {
      const edits = { task: 2, id: "edits", command: "node edit.js" } as const;
      await agents.begins(edits);
      putFiles(checkout, UNCOMMITTED);
      await agents.ends(edits, DONE);
    }
    const before = heldState(checkout);
    const holders = { task: 2, id: HOLDERS_CALL, command: "npm test" } as const;
    if (way.holderRuns) await agents.begins(holders);
    const intruder = { task: 1, id: INTRUDER, command } as const;
    const { refusal } = await agents.begins(intruder);
    if (refusal !== undefined) {
      const verdict = { kind: "refused", reason: refusal } as const;
      return { verdict, lost: [], told: { intruder: true, holder: false }, end: undefined };
    }
    const git = gitState(checkout);
    const end = await runCommand(command, place);
    const after = heldState(checkout);
    const hasGitMoved = gitState(checkout) !== git;
    const toldIntruder = await agents.ends(intruder, end);
    if (way.holderRuns) await agents.ends(holders, DONE);
    const heard = heldState(checkout);
    const told = { intruder: toldIntruder !== "", holder: (await agents.toldNext(2)) !== "" };
    await agents.report(1, []);
    await agents.report(2, way.holderReports ? [...before.keys()] : []);
    await service.close?.();
    const { suspicions, gitSuspects } = logged(checkout);
    const isUnseen = suspicions.length === 0 && changedPaths(before, after).length > 0;
    const reported = isUnseen ? await suspectedInReport(plugin, checkout) : [];
    const inFlight = [INTRUDER, ...(way.holderRuns ? [HOLDERS_CALL] : [])];
    const verdict = judge({
      ...{ before, after, heard, hasGitMoved, suspicions, gitSuspects, reported, inFlight },
    });
    return { verdict, lost: await lostFiles(plugin, checkout, before), told, end };
  } finally {
    await service.close?.();
  }
}

/** What the log says of who changed what. */
function logged(checkout: string) {
  const log = logOf(graphOf(checkout));
  const moved = log.filter(({ type }) => type === "git.moved");
  return {
    suspicions: log.flatMap(({ type, data }) =>
      type === "files.changed" && data.atWork === undefined
        ? suspicionsOf(data as unknown as HeldFilesChanged)
        : [],
    ),
    gitSuspects:
      moved.length === 0
        ? undefined
        : moved.flatMap(({ data }) => (data.calls as { id: string }[]).map(({ id }) => id)),
  };
}

/** Paths of which the plan's report says that task 1 may have changed them. */
async function suspectedInReport(plugin: Plugin, checkout: string): Promise<string[]> {
  const report = await plugin.runCli(checkout, "report", PLAN, "--json");
  const {
    undeclared = [],
    strays = [],
    byOthers = [],
  } = (JSON.parse(report || "{}").scopeTruth ?? {}) as {
    readonly undeclared?: readonly { readonly path: string; readonly orBy: readonly string[] }[];
    readonly strays?: readonly { readonly path: string; readonly by: readonly string[] }[];
    readonly byOthers?: readonly { readonly path: string; readonly by: readonly string[] }[];
  };
  return [
    ...undeclared.filter(({ orBy }) => orBy.includes("1")),
    ...[...strays, ...byOthers].filter(({ by }) => by.includes("1")),
  ].map(({ path }) => path);
}

/** What task 2 had is put back by the command line, as a person would. @returns what cannot be. */
async function lostFiles(plugin: Plugin, checkout: string, before: HeldState): Promise<string[]> {
  const lost: string[] = [];
  for (const [path, text] of before) {
    if (heldState(checkout).get(path) === text) continue;
    await plugin.runCli(checkout, "restore", PLAN, path);
    if (heldState(checkout).get(path) !== text) lost.push(path);
  }
  return lost;
}
