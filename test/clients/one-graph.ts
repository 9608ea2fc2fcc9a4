import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../mcp-server/src/policy/policy.ts";
import { endAll, eventually } from "../e2e/harness/processes.ts";
import { graphOf, integrityOf, logOf } from "../support/graph-file.ts";
import { type KnownTask, mostLiveAtOnce, violationsOf } from "../support/log-checker.ts";
import { CLIENTS, type Client } from "./clients.ts";
import { installed } from "./installation.ts";
import { ScriptedEndpoint } from "./scripted-endpoint.ts";
import type { Request, Turn } from "./wires.ts";
import { briefIn, FINISHED, NO_TOOLS, nextTurn } from "./worker.ts";

const PLAN = "shared";
const FROM = `specs/${PLAN}/03-tasks.json`;
/** Who is killed, holding its first task: it runs its server itself, so that its claim ends with it. */
const VICTIM = "gemini";
/** So many tasks a client takes before it waits until each of the others has had one. */
const FAIR_SHARE = 2;
/** How long it waits for them: a client may have failed. */
const PATIENCE_MS = 240_000;
const MAX_STARTS = 3;
const LIMIT_MS = 900_000;

/** Chains, pairs that write the same file, and a last task that needs all before it. */
const TASKS: readonly KnownTask[] = [
  ...Array.from({ length: 24 }, (_, at) => ({
    id: `t${at}`,
    dependencies: at < 12 ? [] : [`t${at - 12}`],
    writes: [`out/${at % 5 === 0 ? "shared" : `t${at}`}.txt`],
  })),
  {
    id: "last",
    dependencies: Array.from({ length: 12 }, (_, at) => `t${at + 12}`),
    writes: ["out/last.txt"],
  },
];

const breakdown = JSON.stringify({
  title: "Several clients on one graph",
  tasks: TASKS.map((task) => ({ ...task, subject: `Write ${task.id}`, description: "Write the file." })),
});

/** A client at work, and what became of it. */
class Run {
  readonly said: string[] = [];
  output = "";
  #exited: Promise<unknown> = Promise.resolve();
  #startAgain: () => Promise<unknown> = () => Promise.resolve();
  starts = 0;
  isOver = false;

  constructor(
    readonly client: Client,
    readonly home: string,
  ) {}

  /** Installs and configures it, and starts it. */
  async start(project: string, endpoint: string, node22: string): Promise<void> {
    const { client, home } = this;
    const folder = await installed(client.name, client.package);
    const prepared = client.prepare({
      home,
      project,
      endpoint: `${endpoint}/${client.name}`,
      prompt: "Execute the plan.",
    });
    for (const [path, text] of Object.entries(prepared.files)) {
      const file = path.replace(/^~/, home).replace(/^\./, project);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    // A program of the project finds the package as if it were installed there.
    if (client.name === "agent-sdk") symlinkSync(join(folder, "node_modules"), join(project, "node_modules"));
    const programs = [join(folder, "node_modules", ".bin"), ...(client.needsNode22 ? [node22] : [])];
    // Nothing of the surrounding environment but the search path.
    const env = {
      PATH: [...programs, process.env.PATH].join(delimiter),
      HOME: home,
      LANG: "C.UTF-8",
      ...prepared.environment,
    };
    for (const [program = "", ...parameters] of prepared.before ?? []) {
      const options = {
        cwd: project,
        extendEnv: false,
        env,
        stdin: "ignore",
        all: true,
        reject: false,
      } as const;
      this.output += (await execa(program, parameters, options)).all;
    }
    const [program = "", ...parameters] = prepared.command;
    this.#startAgain = () => {
      const started = spawn(program, parameters, { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
      this.starts++;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on("data", (chunk: Buffer) => {
          this.output += chunk.toString("utf8");
        });
      }
      return once(started, "exit");
    };
    this.#exited = this.#startAgain();
  }

  /** Kills the client, which may be several processes, without a chance to tidy up; its server has to notice. */
  async kill(): Promise<void> {
    endAll(await this.#processes((line) => !line.includes("/dist/server.js")));
  }

  /** Waits for its end, and ends what it leaves behind. Without tools it is started again, as its user would do. */
  async end(): Promise<void> {
    await this.#exited;
    while (this.said.at(-1)?.startsWith(NO_TOOLS) && this.starts < MAX_STARTS) await this.#startAgain();
    this.isOver = true;
  }

  /** Ends whatever is left of it. */
  async tidyUp(): Promise<void> {
    endAll(await this.#processes(() => true));
  }

  /** Every process that has this client's home, whoever started it, if its command and environment suit. */
  async #processes(suits: (line: string) => boolean): Promise<number[]> {
    const { stdout } = await execa("ps", ["axeww", "-o", "pid=,args="]);
    const own = stdout.split("\n").filter((line) => line.includes(`HOME=${this.home}`) && suits(line));
    return own.map((line) => Number.parseInt(line, 10));
  }
}

describe("clients of other vendors on one graph, set up as docs/clients.md says", () => {
  it(
    "clients of other vendors finish a plan together, one of them killed, and no invariant is broken",
    async () => {
      const outer = realpathSync(mkdtempSync(join(tmpdir(), "parallel-clients-")));
      const project = join(outer, "project");
      mkdirSync(join(project, dirname(FROM)), { recursive: true });
      writeFileSync(join(project, FROM), breakdown);
      await execa("git", ["init", "--quiet"], { cwd: project });
      const node22 = join(await installed("node22", "node@22"), "node_modules", ".bin");
      const only = process.env.PARALLEL_TEST_CLIENT_NAMES?.split(",");
      const runs = CLIENTS.filter(({ name }) => only?.includes(name) ?? true).map(
        (client) => new Run(client, join(outer, client.name)),
      );
      let killed: string | undefined;
      /** Which client was shown the token of an attempt, by the attempt's number. */
      const workerOf = new Map<number, string>();
      const taken = (name: string) => [...workerOf.values()].filter((worker) => worker === name).length;
      const allHadOne = () => runs.every((run) => run.isOver || taken(run.client.name) > 0);
      const runOf = (name: string) => runs.find(({ client }) => client.name === name);

      const endpoint = new ScriptedEndpoint(async (name: string, shown: Request): Promise<Turn> => {
        const run = runOf(name);
        const brief = briefIn(shown.results.at(-1) ?? "");
        if (brief) workerOf.set(Number.parseInt(brief.token, 10), name);
        if (name === VICTIM && brief && killed === undefined) {
          killed = brief.task;
          await run?.kill();
        }
        const turn = nextTurn(shown, {
          plan: PLAN,
          from: FROM,
          worker: name,
          project,
          isToldCheckout: name !== "agent-sdk",
        });
        if ("say" in turn) run?.said.push(turn.say);
        else if (turn.call.name.endsWith("task_claim") && taken(name) >= FAIR_SHARE)
          await eventually(allHadOne, PATIENCE_MS);
        return turn;
      });
      const address = await endpoint.listen();
      const ends: Promise<void>[] = [];
      try {
        for (const run of runs) {
          mkdirSync(run.home);
          await run.start(project, address, node22);
          ends.push(run.end());
        }
        await Promise.all(ends);

        const log = logOf(graphOf(project));
        console.table(
          runs.map(({ client, said, starts }) => ({
            client: client.package,
            starts,
            attempts: taken(client.name),
            end: client.name === VICTIM ? `killed with ${killed}` : said.at(-1)?.slice(0, 60),
          })),
        );
        console.log(`${TASKS.length} tasks, at most ${mostLiveAtOnce(log)} at once, ${log.length} events`);
        for (const { client, said, output } of runs) {
          if (client.name !== VICTIM)
            expect(said, `${client.name}:\n${output.slice(-4_000)}`).toContain(FINISHED);
          expect(taken(client.name), `${client.name} took no task`).toBeGreaterThan(0);
        }
        expect(violationsOf(log, TASKS, DEFAULT_POLICY.maxParallel)).toEqual([]);
        expect(integrityOf(graphOf(project))).toBe("ok");
        const attempts = log.filter(({ type }) => type === "attempt.ended");
        const completed = attempts.filter(({ data }) => data.outcome === "completed");
        expect(completed.map(({ task }) => task).sort()).toEqual(TASKS.map(({ id }) => id).sort());
        expect(
          attempts
            .filter(({ data }) => data.outcome !== "completed")
            .map(({ task, data }) => [task, data.outcome]),
        ).toEqual(runOf(VICTIM) ? [[killed?.split("/")[1], "lost"]] : []);
        // Each file holds what the worker of the task wrote that completed last.
        for (const path of new Set(TASKS.flatMap(({ writes }) => writes))) {
          const last = completed.findLast(({ task }) =>
            TASKS.find(({ id }) => id === task)?.writes.includes(path),
          );
          const worker = workerOf.get(Number(last?.attempt));
          expect(readFileSync(join(project, path), "utf8").trim()).toBe(`${worker} ${PLAN}/${last?.task}`);
        }
      } finally {
        for (const run of runs) await run.tidyUp();
        await endpoint.close();
        if (process.env.PARALLEL_TEST_KEEP) console.log(`kept: ${outer}`);
        else if (existsSync(outer)) rmSync(outer, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );
});
