import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { put, repository, type TaskInput } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { graphOf, type LogLine, logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type Claimed, claimNow } from "../../support/worktrees.ts";

/** The gate of all these plans: it notes the commit that it runs on, waits while it is held, and does what `rule` says. */
export const GATE = "sh gate.sh";
const BRANCH = "parallel/p";
/** A machine that is busy with other tests takes its time for git. */
const PATIENCE = { timeout: 60_000, interval: 50 };

interface Given {
  /** Shell commands that are the gate's verdict, in the worktree. */
  readonly rule: string;
  readonly approved?: boolean;
  readonly ownParent?: boolean;
  readonly tasks: readonly TaskInput[];
}

/** A task that works in a worktree. */
export function isolated(id: string, fields: Readonly<Record<string, unknown>> = {}): TaskInput {
  return { id, subject: `Do ${id}`, writes: [`${id}.txt`], isolation: "worktree", ...fields };
}

/** A plan with a gate, in a repository and with a server of its own. */
export class GatedPlan {
  private constructor(
    readonly folder: string,
    private readonly home: string,
    readonly rule: string,
    public server: ParallelServer,
  ) {}

  static async make({ rule, tasks, approved = true, ownParent = false }: Given): Promise<GatedPlan> {
    const script = `git rev-parse HEAD >> "$RAN"\nwhile [ -e "$HOLD" ]; do sleep 0.02; done\n${rule}\n`;
    const folder = await repository({ "gate.sh": script });
    const home = temporaryFolder();
    mkdirSync(join(home, ".claude"), { recursive: true });
    const plan = new GatedPlan(folder, home, rule, await startIn(folder, home, ownParent));
    if (approved) plan.approve();
    const policy = { gate: GATE, review: "off" };
    await plan.server.call("plan_create", { plan: "p", tasks, policy });
    return plan;
  }

  approve(): void {
    const hostFolder = join(this.home, ".claude");
    new ApprovedCommands({ hostFolder, root: this.folder, gitCommonDir: join(this.folder, ".git") }).add(
      GATE,
    );
  }

  /** Another server in the place of one that has ended. */
  async startAgain(): Promise<void> {
    this.server = await startIn(this.folder, this.home, false);
  }

  /** Claims a task, writes files in its worktree and reports it. */
  async work(
    id: string,
    files: Readonly<Record<string, string>> = { [`${id}.txt`]: `${id}\n` },
  ): Promise<Claimed> {
    const claimed = await claimNow(this.server, "p", id);
    put(claimed.folder, files);
    await this.report(claimed);
    return claimed;
  }

  /** Reports a task as done; what was written is not delivered when the report is answered. */
  report({ task, token }: Claimed, evidence: object = { criterion: "1", inspected: "the result" }) {
    const answer = { outcome: "completed", summary: `${task} is done.`, evidence: [evidence] };
    return this.server.call("task_report", { task, token, ...answer });
  }

  /** Whatever the gate would say, it waits for `release`. */
  hold(): void {
    writeFileSync(join(this.home, "hold"), "");
  }

  release(): void {
    rmSync(join(this.home, "hold"));
  }

  /** The commits that the gate ran on, as the gate itself noted them. */
  get ran(): string[] {
    const file = join(this.home, "ran");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  async status(id: string): Promise<string> {
    return (await this.server.call("task_get", { task: `p/${id}` })).task.status;
  }

  async untilStatus(id: string, status: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.status(id)).toBe(status), PATIENCE);
  }

  log(type: string): LogLine[] {
    return logOf(graphOf(this.folder)).filter((line) => line.type === type);
  }

  async untilLogged(type: string, count = 1): Promise<LogLine[]> {
    return vi.waitFor(() => {
      const lines = this.log(type);
      expect(lines.length).toBeGreaterThanOrEqual(count);
      return lines;
    }, PATIENCE);
  }

  /** Runs of the gate that came to a verdict, with the numbers of the tasks that they tested. */
  get runs(): { merges: number; verdict: string; reason: string }[] {
    const started = new Map(this.log("gate.started").map(({ data }) => [data.run, data]));
    return this.log("gate.ended").map(({ data }) => {
      const { merges, reason } = started.get(data.run) as { merges: number[]; reason: string };
      return { merges: merges.length, verdict: String(data.verdict), reason };
    });
  }

  /** Every commit that the plan's branch ever stood at, the oldest first. */
  async stoodAt(): Promise<string[]> {
    const log = await git(this.folder, "reflog", "show", "--format=%H", BRANCH);
    return log.trim().split("\n").reverse();
  }

  /** The gate's rule alone, on a commit that is checked out anew. */
  async isGreen(commit: string): Promise<boolean> {
    const place = join(temporaryFolder(), "tree");
    await git(this.folder, "worktree", "add", "--quiet", "--detach", place, commit);
    try {
      return (await shell(this.rule, place)) === 0;
    } finally {
      await git(this.folder, "worktree", "remove", "--force", place);
    }
  }

  /** Commits at which the branch stood, and which are red. */
  async redOnes(): Promise<string[]> {
    const red: string[] = [];
    for (const commit of await this.stoodAt()) if (!(await this.isGreen(commit))) red.push(commit);
    return red;
  }
}

function startIn(folder: string, home: string, ownParent: boolean): Promise<ParallelServer> {
  const env = {
    HOME: home,
    RAN: join(home, "ran"),
    HOLD: join(home, "hold"),
    COUNT: join(home, "count"),
    CLAUDE_CODE_SESSION_ID: "s",
    PARALLEL_MAX_PARALLEL: "10",
    PARALLEL_UNSCOPED: "worktree",
  };
  return ParallelServer.start(folder, { env, ownParent });
}

async function shell(command: string, folder: string): Promise<number> {
  const { runShellCommand } = await import("../../../mcp-server/src/host/run-shell-command.ts");
  const env = { PATH: process.env.PATH };
  return (await runShellCommand(command, { folder, env, limitMs: 60_000 })).exitCode;
}
