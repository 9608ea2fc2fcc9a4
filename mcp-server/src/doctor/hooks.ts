import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isAttempt } from "../graph/attempt.ts";
import { dataOf } from "../host/json-file.ts";
import type { HostSettings } from "../host/settings.ts";
import type { Examination } from "./examination.ts";
import { type Check, type CheckResult, type DoctorFinding, wrong } from "./finding.ts";

const MINUTE_MS = 60_000;
const WITHOUT = "Without its hooks the plugin cannot tell which agent works on what, and cannot guard files.";

/** Whether Claude Code calls the plugin's hooks: by its settings, and by what the last run left behind. */
export const hooks: Check = {
  name: "Hooks",
  async look(examination) {
    const off = switchedOff(examination.settings);
    // What the last run left behind would only repeat it.
    if (off) return { seen: "switched off", findings: [off] };
    const run = await lastRun(examination);
    return run === undefined ? NO_RUN : judge(examination, run);
  },
};

const NO_RUN: CheckResult = {
  seen: "not switched off; no run of a Claude Code session to judge by",
  findings: [],
};

/** The setting that keeps the hooks of plugins from being called. */
function switchedOff({ files }: HostSettings): DoctorFinding | undefined {
  // The strongest file that says anything counts.
  const file = files.find(({ settings }) => settings.disableAllHooks !== undefined);
  if (file?.settings.disableAllHooks === true) {
    return wrong(
      `disableAllHooks in ${file.path} switches all hooks off. ${WITHOUT}`,
      `${file.managed ? "Ask this machine's administrator to take" : "Take"} disableAllHooks out of that file, then restart Claude Code.`,
    );
  }
  const managed = files.find(
    ({ managed: isManaged, settings }) => isManaged && settings.allowManagedHooksOnly,
  );
  return (
    managed &&
    wrong(
      `allowManagedHooksOnly in ${managed.path} switches the hooks of plugins off. ${WITHOUT}`,
      "Ask this machine's administrator to allow this plugin's hooks, then restart Claude Code.",
    )
  );
}

/** What the graph's log tells of the newest session that ran something here. */
export interface SessionRun {
  readonly session: string;
  readonly lastStartMs: number;
  readonly attempts: number;
  /** Attempts whose agent a hook told; only hooks can. */
  readonly bound: number;
  /** A hook told of a message's launches. */
  readonly launchesSeen: boolean;
}

async function lastRun({ graph }: Examination): Promise<SessionRun | undefined> {
  if (graph.state !== "open" || graph.inspection.version === undefined) return undefined;
  const { repository } = graph.location;
  return graph.inspection.read(async (reader) => {
    const runs = new Map<string, SessionRun>();
    const launches = new Set<string>();
    for (const plan of await reader.plans(repository)) {
      for (const claim of (await reader.graph(plan)).claims) {
        const { session } = claim.owner;
        if (session === undefined || !isAttempt(claim)) continue;
        const known = runs.get(session);
        runs.set(session, {
          session,
          lastStartMs: Math.max(known?.lastStartMs ?? 0, claim.startedAtMs),
          attempts: (known?.attempts ?? 0) + 1,
          bound: (known?.bound ?? 0) + (claim.agentId === undefined ? 0 : 1),
          launchesSeen: false,
        });
      }
      for (const { change } of await reader.events(plan.id, { types: ["batch.launched"] })) {
        if (change.type === "batch.launched") launches.add(change.session);
      }
    }
    const newest = [...runs.values()].sort((a, b) => b.lastStartMs - a.lastStartMs)[0];
    return newest && { ...newest, launchesSeen: launches.has(newest.session) };
  });
}

async function judge({ place }: Examination, run: SessionRun): Promise<CheckResult> {
  const ago = agoOf(place.nowMs - run.lastStartMs);
  if (run.bound > 0 || run.launchesSeen) {
    return {
      seen: `firing: in the last run, ${ago}, they told the agents of ${run.bound} of ${run.attempts} attempts`,
      findings: [],
    };
  }
  const launched = await agentsLaunched(place.hostFolder, run.session);
  if (launched === 0) {
    return { seen: `not switched off; the last run, ${ago}, launched no agents to judge by`, findings: [] };
  }
  return {
    seen: `silent in the last run, ${ago}`,
    findings: [
      wrong(
        `In the last run (${ago}) Claude Code launched agents of this plugin (${launched}), attempts began (${run.attempts}), and no hook told of any. ${WITHOUT}`,
        "See in Claude Code that /hooks lists those of the plugin and that /mcp shows plugin:parallel:tasks as connected, because it answers them; then restart Claude Code. If that was fixed since, the next run shows it.",
      ),
    ],
  };
}

const agentMeta = z.object({ agentType: z.string() });

/** How many of this plugin's agents the host launched in the session, by the notes beside their transcripts. */
async function agentsLaunched(hostFolder: string, session: string): Promise<number> {
  // It becomes part of a path, and it comes from a database.
  if (!/^[\w-]+$/.test(session)) return 0;
  const projects = join(hostFolder, "projects");
  let launched = 0;
  for (const project of await namesIn(projects)) {
    const folder = join(projects, project, session, "subagents");
    for (const name of await namesIn(folder)) {
      if (!name.endsWith(".meta.json")) continue;
      const meta = await dataOf(join(folder, name), agentMeta);
      if (meta?.agentType.startsWith("parallel:")) launched += 1;
    }
  }
  return launched;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function agoOf(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 2) return "just now";
  if (minutes < 120) return `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}
