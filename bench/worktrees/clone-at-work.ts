import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { deliverWaiting } from "../../mcp-server/src/run/delivery/deliver-waiting.ts";
import { createContext, type RunContext } from "../../mcp-server/src/run/project/run-context.ts";
import { reportTask } from "../../mcp-server/src/run/reporting/report-task.ts";
import { GRACE_MS, removeMergedWorktrees } from "../../mcp-server/src/run/worktrees/remove-worktrees.ts";

/** A task that was claimed, and where it is done. */
export interface AtWork {
  readonly task: string;
  readonly token: string;
  readonly folder: string;
}

/** A clone in which tasks of one plan are done, one after the other, through the use cases that the tools call. */
export class CloneAtWork {
  private constructor(
    private readonly ctx: RunContext,
    private readonly plan: string,
    private readonly clock: { aheadMs: number },
  ) {}

  /** @param database its address. @param home of Claude Code, outside of all clones. */
  static async open(root: string, database: string, home: string, plan: string): Promise<CloneAtWork> {
    const clock = { aheadMs: 0 };
    const opened = await createContext({
      directory: root,
      env: {
        ...process.env,
        PARALLEL_DATABASE_URL: database,
        PARALLEL_MAX_PARALLEL: "20",
        CLAUDE_CONFIG_DIR: home,
        CLAUDE_CODE_SESSION_ID: "bench",
      },
      parentPid: process.ppid,
      pluginRoot: join(root, "no-plugin"),
      now: () => Date.now() + clock.aheadMs,
    });
    // The remote is a folder, by which repositories of several machines are not known to be one.
    return new CloneAtWork({ ...opened, repository: "git.example.org/team/app" }, plan, clock);
  }

  get context(): RunContext {
    return this.ctx;
  }

  get root(): string {
    return this.ctx.checkout.root;
  }

  async claim(): Promise<AtWork> {
    const { claim, why } = await claimTask(this.ctx, "bench", undefined, {
      plan: this.plan,
      worker: "w",
    });
    const folder = /Work in `([^`]+)` and nowhere else/.exec(claim?.brief ?? "")?.[1];
    if (!claim || folder === undefined) throw new Error(`nothing to claim: ${why}`);
    return { task: claim.task, token: claim.token, folder };
  }

  /** The answer to a report, before its commit is delivered. */
  async report({ task, token }: AtWork, filesChanged: readonly string[]): Promise<void> {
    const evidence = [{ criterion: "1", inspected: "the files" }];
    const report = {
      outcome: "completed" as const,
      summary: "Done.",
      evidence,
      filesChanged,
      findings: [],
      notes: [],
    };
    await reportTask(this.ctx, "bench", undefined, { task, token, report });
  }

  /** Until the plan's branch has all that was reported. */
  async deliver(): Promise<void> {
    await deliverWaiting(this.ctx, await this.ctx.createGraph(), this.plan);
  }

  /** @throws an Error where the remote does not have what was delivered. */
  async checkPushed(): Promise<void> {
    const head = (await git(this.root, ["rev-parse", `refs/heads/parallel/${this.plan}`])).trim();
    const remote = await git(this.root, ["ls-remote", "origin", `refs/parallel/${this.plan}`]);
    if (!remote.startsWith(head)) throw new Error("the remote does not have what was delivered");
  }

  /** Has worktrees of tasks that are done be free for the next ones, as each claim does. */
  async giveBack(): Promise<void> {
    await removeMergedWorktrees(this.ctx, await this.ctx.createGraph(), this.plan, GRACE_MS);
  }

  /** The last agent has said its last line. */
  passGrace(): void {
    this.clock.aheadMs += GRACE_MS + 1_000;
  }
}
