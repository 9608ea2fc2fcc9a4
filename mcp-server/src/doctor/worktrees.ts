import { execFile } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { AnyClaim } from "../graph/attempt.ts";
import { isDraining, isLive } from "../graph/attempt.ts";
import type { Examination } from "./examination.ts";
import { type Check, type Finding, notice, skipped } from "./finding.ts";

const run = promisify(execFile);

/** A worktree as `git worktree list --porcelain` describes it. */
export interface Worktree {
  readonly path: string;
  /** Without `refs/heads/`; undefined when it is detached. */
  readonly branch: string | undefined;
  /** Its folder is gone. */
  readonly prunable: boolean;
}

/** Whether worktrees of agents and plans are still there that nobody works in. */
export const worktrees: Check = {
  name: "Worktrees",
  async look(examination) {
    const { checkout, graph } = examination;
    if (checkout.gitCommonDir === undefined) return skipped("not a git repository");
    if (graph.state !== "open" || graph.inspection.version === undefined)
      return skipped("no graph to look at");
    const list = ["worktree", "list", "--porcelain", "-z"];
    const listed = await run("git", list, { cwd: checkout.root }).catch(() => undefined);
    if (!listed) return skipped("git does not list them; 2.36 or newer does");
    const [, ...linked] = parseWorktrees(listed.stdout);
    const users = await usersOf(examination);
    const left = linked.flatMap((worktree) => leftOver(worktree, users));
    return { seen: linked.length === 0 ? "none" : `${linked.length} beside the main one`, findings: left };
  },
};

/** The records of `git worktree list --porcelain -z`: lines end with NUL, records with an empty line. */
export function parseWorktrees(text: string): Worktree[] {
  return text
    .split("\0\0")
    .filter((record) => record !== "")
    .map((record) => {
      const lines = new Map(
        record.split("\0").map((line) => {
          const [key = "", ...rest] = line.split(" ");
          return [key, rest.join(" ")] as const;
        }),
      );
      return {
        path: lines.get("worktree") ?? "",
        branch: lines.get("branch")?.replace(/^refs\/heads\//, ""),
        prunable: lines.has("prunable"),
      };
    });
}

/** Who may be working in a worktree. */
interface Users {
  /** Agents that had a claim of this repository's plans: true while they may be writing. */
  readonly agents: ReadonlyMap<string, boolean>;
  /** Plans of this repository: true while something of them is claimed. */
  readonly plans: ReadonlyMap<string, boolean>;
}

async function usersOf({ graph, place }: Examination): Promise<Users> {
  const agents = new Map<string, boolean>();
  const plans = new Map<string, boolean>();
  if (graph.state !== "open") return { agents, plans };
  const { repository } = graph.location;
  await graph.inspection.read(async (reader) => {
    for (const plan of await reader.plans(repository)) {
      const works = (claim: AnyClaim) => isLive(claim) || isDraining(claim, place.nowMs);
      const { claims } = await reader.graph(plan);
      plans.set(plan.slug, claims.some(works));
      for (const claim of claims) {
        if ("agentId" in claim && claim.agentId !== undefined) agents.set(claim.agentId, works(claim));
      }
    }
  });
  return { agents, plans };
}

/** Worktrees of other origin are nobody's business here. */
function leftOver(worktree: Worktree, { agents, plans }: Users): Finding[] {
  const { path, branch, prunable } = worktree;
  // The host names an agent's worktree after the agent.
  const agent = dirname(path).endsWith(join(".claude", "worktrees"))
    ? /^agent-(.+)$/.exec(basename(path))?.[1]
    : undefined;
  const plan = branch === undefined ? undefined : /^parallel\/([a-z0-9][a-z0-9-]*)/.exec(branch)?.[1];
  const works =
    (agent !== undefined ? agents.get(agent) : undefined) ??
    (plan !== undefined ? plans.get(plan) : undefined);
  if (works !== false) return [];
  const where = branch === undefined ? "" : ` (branch ${branch})`;
  return [
    prunable
      ? notice(
          `The folder of the worktree ${path}${where} is gone; git still knows it.`,
          "git worktree prune",
        )
      : notice(
          `The worktree ${path}${where} is left over: nobody works in it any more.`,
          `Take over what is in it, then git worktree remove ${JSON.stringify(path)}; git refuses as long as it holds changes that are not committed.`,
        ),
  ];
}
