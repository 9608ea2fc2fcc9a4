import { basename, dirname, join } from "node:path";
import { git } from "../git/git.ts";
import type { AnyClaim } from "../graph/attempt.ts";
import { isDraining, isLive } from "../graph/attempt.ts";
import type { Examination } from "./examination.ts";
import { type Check, type DoctorFinding, notice, skipped } from "./finding.ts";

/** A worktree as `git worktree list --porcelain` describes it. */
export interface ListedWorktree {
  readonly path: string;
  /** Without `refs/heads/`; undefined when it is detached. */
  readonly branch: string | undefined;
  /** Its folder is gone. */
  readonly prunable: boolean;
  /** Git removes it only after it was unlocked. */
  readonly locked: boolean;
}

/** Whether worktrees of agents and plans are still there that nobody works in. */
export const worktrees: Check = {
  name: "Worktrees",
  async look(examination) {
    const { checkout, graph } = examination;
    if (graph.state !== "open" || graph.inspection.version === undefined)
      return skipped("no graph to look at");
    if (checkout.gitCommonDir === undefined) return skipped("not a git repository");
    const list = ["worktree", "list", "--porcelain", "-z"];
    const listed = await git(checkout.root, list).catch(() => undefined);
    if (listed === undefined) return skipped("git does not list them; 2.36 or newer does");
    const [, ...linked] = parseWorktrees(listed);
    const users = await usersOf(examination);
    const left = linked.flatMap((worktree) => leftOver(worktree, users));
    return { seen: linked.length === 0 ? "none" : `${linked.length} beside the main one`, findings: left };
  },
};

/** The records of `git worktree list --porcelain -z`: lines end with NUL, records with an empty line. */
export function parseWorktrees(text: string): ListedWorktree[] {
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
        locked: lines.has("locked"),
      };
    });
}

/** Who may be working in a worktree: true while that is so, false when it is over. */
interface Users {
  /** Agents that had a claim of this repository's plans. */
  readonly agents: ReadonlyMap<string, boolean>;
  readonly attempts: ReadonlyMap<number, boolean>;
  readonly plans: ReadonlyMap<string, boolean>;
}

async function usersOf({ graph, place }: Examination): Promise<Users> {
  const agents = new Map<string, boolean>();
  const attempts = new Map<number, boolean>();
  const plans = new Map<string, boolean>();
  if (graph.state !== "open") return { agents, attempts, plans };
  const { repository } = graph.location;
  await graph.inspection.read(async (reader) => {
    for (const plan of await reader.plans(repository)) {
      const works = (claim: AnyClaim) => isLive(claim) || isDraining(claim, place.nowMs);
      const { claims } = await reader.graph(plan);
      plans.set(plan.slug, claims.some(works));
      for (const claim of claims) {
        attempts.set(claim.id, works(claim));
        if ("agentId" in claim && claim.agentId !== undefined) agents.set(claim.agentId, works(claim));
      }
    }
  });
  return { agents, attempts, plans };
}

/** Whether somebody works in it; undefined for a worktree of other origin, which is nobody's business here. */
function isInUse(
  { path, branch = "" }: ListedWorktree,
  { agents, attempts, plans }: Users,
): boolean | undefined {
  const attempt = /^parallel-work\/.+-(\d+)$/.exec(branch)?.[1];
  if (attempt !== undefined) return attempts.get(Number(attempt));
  const plan = /^parallel\/([a-z0-9-]+)$/.exec(branch)?.[1];
  if (plan !== undefined) return plans.get(plan);
  // The host names an agent's worktree after the agent.
  const isAgents = dirname(path).endsWith(join(".claude", "worktrees"));
  return isAgents ? agents.get(basename(path).replace(/^agent-/, "")) : undefined;
}

function leftOver(worktree: ListedWorktree, users: Users): DoctorFinding[] {
  if (isInUse(worktree, users) !== false) return [];
  const { path, branch, prunable, locked } = worktree;
  const where = branch === undefined ? "" : ` (branch ${branch})`;
  const unlock = locked ? `git worktree unlock ${JSON.stringify(path)}, then ` : "";
  return [
    prunable
      ? notice(
          `The folder of the worktree ${path}${where} is gone; git still knows it.`,
          "git worktree prune",
        )
      : notice(
          `The worktree ${path}${where} is left over: nobody works in it any more.`,
          `Take over what is in it, then ${unlock}git worktree remove ${JSON.stringify(path)}; git refuses as long as it holds changes that are not committed.`,
        ),
  ];
}
