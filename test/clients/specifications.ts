import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Replay, readLog } from "../e2e/graph-log.ts";
import { isAlive } from "../e2e/harness/processes.ts";
import { filesOf } from "../e2e/scope-worker.ts";
import { filesOfSpecification, SPECIFICATIONS, tasksInFile } from "../e2e/specifications.ts";
import { graphOf } from "../support/graph-file.ts";
import { RunnerPlace } from "./runner-place.ts";
import type { Request, Turn } from "./wires.ts";
import { assignmentIn, nextAgentTurn, write } from "./worker.ts";

/** Breakdowns that other people wrote for other projects, executed by `parallel run` with clients of other vendors. */

const CLIENTS = ["codex", "gemini", "opencode"];
const SLUGS = ["fix-relay-sse-backpressure", "billing-account-ladder", "channel-sender-identity"];
/** The first agent at one task of this plan does something else and reports nothing. */
const IGNORED = { client: "codex", slug: "channel-sender-identity" };
/** The runner is killed while its second agent is at work, and started again. */
const KILLED = { client: "gemini", slug: "billing-account-ladder" };
const LIMIT_MS = 1_200_000;

const only = process.env.PARALLEL_TEST_CLIENT_NAMES?.split(",");
const cases = CLIENTS.filter((client) => only?.includes(client) ?? true).flatMap((client) =>
  SLUGS.map((slug) => ({ client, slug })),
);
const rows: Record<string, string | number>[] = [];

const isCase = (one: { client: string; slug: string }, { client, slug }: { client: string; slug: string }) =>
  one.client === client && one.slug === slug;

/** Agents that write what their briefs keep for them, each told apart by its token. */
class Agents {
  readonly written = new Map<string, readonly string[]>();
  /** Their tokens, in the order in which they were heard of. */
  readonly heard = new Set<string>();

  /**
   * @param ignores whether the first one ignores its brief.
   * @param waits whether the second one hears nothing more of its model, so that it is at work until it is ended.
   */
  constructor(
    private readonly client: string,
    private readonly ignores: boolean,
    private readonly waits: boolean,
  ) {}

  readonly next = (shown: Request): Turn | Promise<Turn> => {
    const own = assignmentIn(shown.prompts.join("\n"));
    if (own) this.heard.add(own.token);
    const [first, second] = this.heard;
    if (this.waits && own && own.token === second) return new Promise(() => undefined);
    if (this.ignores && own && own.token === first)
      return shown.calls.length === 0
        ? write(shown.tools, ["elsewhere/idea.md"], "Something better to do.")
        : { say: "All good." };
    return nextAgentTurn(shown, this.client, (task, brief) => {
      const files = filesOf({ task, brief });
      this.written.set(task, files);
      return files;
    });
  };
}

describe.runIf(existsSync(SPECIFICATIONS))("real specifications with agents of other vendors", () => {
  afterAll(() => console.table(rows));

  it.each(cases)(
    "$slug is executed to its end by parallel run with $client",
    async (one) => {
      const { client, slug } = one;
      const [isIgnored, isKilled] = [isCase(IGNORED, one), isCase(KILLED, one)];
      const agents = new Agents(client, isIgnored, isKilled);
      const place = await RunnerPlace.make(client, filesOfSpecification(slug), agents.next);
      try {
        const startMs = Date.now();
        const printed: (string | undefined)[] = [];
        if (isKilled) {
          const running = place.run(slug);
          await expect.poll(() => agents.heard.size, { timeout: LIMIT_MS }).toBeGreaterThan(1);
          running.kill("SIGKILL");
          const { signal, all } = await running;
          expect(signal).toBe("SIGKILL");
          printed.push(all);
        }
        const ran = await place.run(slug);
        printed.push(ran.all);
        expect(ran.exitCode, `${ran.all}\n${place.said.join("\n")}`).toBe(0);
        const replay = new Replay(readLog(graphOf(place.project)), 5);
        const attempts = [...replay.tasks.keys()].map((task) => replay.attemptsAt(task));
        const outcomes = attempts.map((claims) => claims.map((claim) => claim.outcome));
        rows.push({
          ...{ client, slug, tasks: replay.tasks.size, attempts: outcomes.flat().length },
          "not completed": outcomes
            .flat()
            .filter((how) => how !== "completed")
            .join(", "),
          violations: replay.violations.length,
          "wall s": ((Date.now() - startMs) / 1_000).toFixed(1),
        });
        expect(replay.violations).toEqual([]);
        expect([...replay.tasks.keys()].sort()).toEqual(tasksInFile(slug));
        expect(outcomes.map((all) => all.at(-1))).toEqual(outcomes.map(() => "completed"));
        const again = outcomes.filter(({ length }) => length > 1);
        const firstTry = isKilled ? "lost" : "unreported";
        expect(again).toEqual(isIgnored || isKilled ? [[firstTry, "completed"]] : []);
        const { stdout } = await place.git("ls-tree", "-r", "-z", "--name-only", `parallel/${slug}`);
        const files = new Set(stdout.split("\0"));
        const missing = [...agents.written.values()].flat().filter((path) => !files.has(path));
        expect(missing).toEqual([]);
        expect(files.has("elsewhere/idea.md")).toBe(false);
        const pids = [...printed.join("\n").matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
        expect(pids.length).toBeGreaterThan(0);
        expect(pids.filter(isAlive)).toEqual([]);
      } finally {
        await place.close();
      }
    },
    LIMIT_MS,
  );
});
