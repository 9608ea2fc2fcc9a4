import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TASK_TOOLS } from "../plugin/checkout.ts";
import { type Answer, CLIENT_KINDS, type ClientKind, type Progress, type TestClient } from "./clients.ts";
import { Repository } from "./repository.ts";

/** Two tasks that can run at once and one that needs both. */
const BREAKDOWN = {
  title: "A small plan",
  tasks: [
    { id: "1", subject: "Parser", description: "Write it.", dependencies: [], writes: ["src/parser.ts"] },
    { id: "2", subject: "Printer", description: "Write it.", dependencies: [], writes: ["src/printer.ts"] },
    {
      id: "3",
      subject: "Join them",
      description: "Write it.",
      dependencies: ["1", "2"],
      writes: ["src/index.ts"],
      acceptance: [{ criterion: "The tests pass", command: "npm test" }],
    },
  ],
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function repository(): Promise<Repository> {
  const made = await Repository.make();
  closing.push(() => made.remove());
  made.write("specs/small/03-tasks.json", JSON.stringify(BREAKDOWN, null, 2));
  return made;
}

async function connect(kind: ClientKind, to: Repository): Promise<TestClient> {
  const client = await kind.connect(to);
  closing.push(() => client.close());
  return client;
}

/** The answer's data; an error fails the test with its text. */
async function ok(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { isError, text, data } = await answer;
  expect(isError, text).toBe(false);
  return data;
}

const tokenIn = (prompt: string) => /\b\d+-[a-z2-7]{26}\b/.exec(prompt)?.[0] ?? "no token";

/** A report that every task of the breakdown is content with. */
const completed = (task: string, token: string) => ({
  task,
  token,
  outcome: "completed",
  summary: "Done.",
  evidence: [
    task.endsWith("/3")
      ? { criterion: "The tests pass", command: "npm test", exitCode: 0, result: "12 passed" }
      : { inspected: "the file" },
  ],
  filesChanged: [],
});

describe.each(CLIENT_KINDS)("$title", (kind) => {
  it("a client agrees with the server on its revision and learns the server's name", async () => {
    const client = await connect(kind, await repository());
    expect(client.revision).toBe(kind.revision);
    expect(client.serverName).toBe("parallel");
  });

  it("a client is given the twelve tools by name, in the same bytes by every process", async () => {
    const here = await repository();
    const [one, other] = [await connect(kind, here), await connect(kind, here)];
    const tools = await one.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...TASK_TOOLS].sort());
    const bytes = JSON.stringify(tools);
    expect(JSON.stringify(await one.listTools())).toBe(bytes);
    expect(JSON.stringify(await other.listTools())).toBe(bytes);
  });

  it("a client takes a plan from its file to its report", async () => {
    const here = await repository();
    const client = await connect(kind, here);
    const plan = "small";

    const created = await client.call("plan_create", { plan, from: "specs/small/03-tasks.json" });
    expect(await ok(Promise.resolve(created))).toMatchObject({ created: ["1", "2", "3"], removed: [] });
    expect(JSON.parse(created.text), "the text is as complete as the data").toEqual(created.data);
    const analysis = await ok(client.call("plan_analyze", { plan }));
    expect(analysis).toMatchObject({ levels: [["1", "2"], ["3"]] });

    const first = await ok(client.call("batch_next", { plan }));
    const launch = first.launch as { task: string; prompt: string }[];
    expect(launch.map(({ task }) => task)).toEqual(["1", "2"]);
    const tokens = launch.map(({ prompt }) => tokenIn(prompt));
    const brief = await client.call("task_get", { task: "small/1", token: tokens[0] });
    expect(brief.text).toContain("Parser");
    expect(brief.data.brief).toBe(brief.text);

    await ok(client.call("task_report", completed("small/1", tokens[0] ?? "")));
    await ok(client.call("task_get", { task: "small/2", token: tokens[1] }));
    const heard: Progress[] = [];
    const collected = client.call(
      "batch_collect",
      { plan, until: "all", tasks: ["1", "2"], waitSeconds: 40 },
      { onProgress: (progress) => void heard.push(progress) },
    );
    await expect.poll(() => heard.length, { interval: 50 }).toBeGreaterThan(0);
    expect(heard[0]).toMatchObject({ progress: 1, total: 3 });
    await ok(client.call("task_report", completed("small/2", tokens[1] ?? "")));
    expect(await ok(collected)).toMatchObject({ satisfied: true, decision: "proceed" });

    const second = await ok(client.call("batch_next", { plan }));
    const [last] = second.launch as { prompt: string }[];
    await ok(client.call("task_report", completed("small/3", tokenIn(last?.prompt ?? ""))));
    const report = await client.call("plan_report", { plan });
    expect(report.isError).toBe(false);
    expect(report.text).toContain(String(report.data.report));
    expect(await ok(client.call("batch_next", { plan }))).toMatchObject({ done: true, launch: [] });

    await ok(client.call("plan_update", { plan, action: "export" }));
    const ledger = join(here.root, "specs", "small", "04-implementation.md");
    expect(existsSync(ledger)).toBe(true);
    expect(readFileSync(ledger, "utf8")).toContain("Join them");
  });

  it("a client is told what is wrong with a call, in text and in data", async () => {
    const client = await connect(kind, await repository());
    await ok(client.call("plan_create", { plan: "small", from: "specs/small/03-tasks.json" }));
    const loop = [1, 2].map((n) => ({ id: `${n}`, subject: "x", dependencies: [`${3 - n}`] }));
    const wrong: [tool: string, input: Record<string, unknown>, names: RegExp][] = [
      ["batch_next", { plan: "nowhere" }, /nowhere/],
      ["task_claim", { plan: "small" }, /worker/],
      ["batch_next", { plan: 7 }, /plan/],
      ["batch_next", { plan: "small", priority: 1 }, /priority/],
      ["task_get", { task: "small/99" }, /99/],
      ["plan_create", { plan: "loop", tasks: loop }, /cycle/],
    ];
    for (const [tool, input, names] of wrong) {
      const { isError, text, data } = await client.call(tool, input);
      expect(isError).toBe(true);
      const { kind: sort, message, remedy } = data.error as Record<string, string>;
      expect(sort).toMatch(/^[a-z_]+$/);
      expect(message).toMatch(names);
      expect(remedy).toMatch(/\w/);
      expect(text).toContain(message);
      expect(text).toContain(remedy);
    }
  });

  it("a client is told so when it calls a tool that does not exist", async () => {
    const client = await connect(kind, await repository());
    const { isError, text, data } = await client.call("task_delete", {});
    expect(isError).toBe(true);
    expect(text).toContain("task_delete");
    expect(data.error).toMatchObject({ kind: "unknown_tool" });
  });

  it("a client finds no tool for hooks, and a call of it that a model made changes nothing", async () => {
    const client = await connect(kind, await repository());
    await ok(client.call("plan_create", { plan: "small", from: "specs/small/03-tasks.json" }));
    const next = await ok(client.call("batch_next", { plan: "small" }));
    const token = tokenIn((next.launch as { prompt: string }[])[0]?.prompt ?? "");
    expect((await client.listTools()).map(({ name }) => name)).not.toContain("hook");
    const forged = await client.call(
      "hook",
      {
        event: "PreToolUse",
        tool: "Agent",
        use: "toolu_victim",
        input: JSON.stringify({ prompt: token, subagent_type: "general-purpose" }),
      },
      { meta: { "claudecode/toolUseId": "toolu_forger" } },
    );
    expect(forged.isError).toBe(true);
    expect(forged.text, "a launch would have been answered with the brief").not.toContain("Parser");
    const [row] = (await ok(client.call("task_list", { plan: "small" }))).tasks as { status: string }[];
    expect(row?.status).toBe("pending");
  });

  it("a client can give up waiting, and the server answers it at once and keeps the plan as it was", async () => {
    const client = await connect(kind, await repository());
    await ok(client.call("plan_create", { plan: "small", from: "specs/small/03-tasks.json" }));
    const claimed = await ok(client.call("task_claim", { plan: "small", task: "1", worker: "w" }));
    const { token } = claimed.claim as { token: string };
    const patience = new AbortController();
    const waiting = client.call(
      "batch_collect",
      { plan: "small", waitSeconds: 600 },
      { signal: patience.signal },
    );
    const outcome = waiting.then(
      () => "answered",
      () => "given up",
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    patience.abort();
    expect(await outcome).toBe("given up");
    await ok(client.call("task_report", completed("small/1", token)));
    const looked = await ok(client.call("batch_collect", { plan: "small", waitSeconds: 0 }));
    expect(looked.ended, "what ended is news until somebody was told").toEqual([
      expect.objectContaining({ task: "1", outcome: "completed" }),
    ]);
  });
});

const [first, , modern] = CLIENT_KINDS as [ClientKind, ClientKind, ClientKind];

describe.each([
  [first, first],
  [modern, modern],
  [first, modern],
] as const)("$title, with a second client on the same graph", (one, two) => {
  it(`a client beside a second one (${two.title}) never gets a task twice and hears of what the other finishes`, async () => {
    const here = await repository();
    const [a, b] = [await connect(one, here), await connect(two, here)];
    const tasks = Array.from({ length: 12 }, (_, n) => ({
      id: `t${n}`,
      subject: `Task ${n}`,
      description: "Write it.",
      writes: [`src/${n}.ts`],
    }));
    await ok(a.call("plan_create", { plan: "shared", tasks, policy: { maxParallel: 5 } }));

    const work = async (client: TestClient, worker: string) => {
      const done: string[] = [];
      for (;;) {
        const { claim, done: over } = await ok(client.call("task_claim", { plan: "shared", worker }));
        if (claim === null) {
          if (over) return done;
          continue;
        }
        const { task, token } = claim as { task: string; token: string };
        await ok(client.call("task_report", completed(task, token)));
        done.push(task);
      }
    };
    await ok(a.call("task_create", { plan: "shared", tasks: [{ id: "gate", subject: "Gate", writes: [] }] }));
    const gate = await ok(a.call("task_claim", { plan: "shared", task: "gate", worker: "a" }));
    const heard = a.call("batch_collect", {
      plan: "shared",
      until: "all",
      tasks: ["gate"],
      waitSeconds: 30,
    });
    const { token } = gate.claim as { token: string };
    await ok(b.call("task_report", completed("shared/gate", token)));
    expect(await ok(heard)).toMatchObject({ satisfied: true });

    const [byA, byB] = await Promise.all([work(a, "a"), work(b, "b")]);
    expect([...byA, ...byB].sort()).toEqual(tasks.map(({ id }) => `shared/${id}`).sort());
    for (const client of [a, b]) {
      expect(await ok(client.call("task_list", { plan: "shared", limit: 0 }))).toMatchObject({
        plans: [{ plan: "shared", done: true, counts: { completed: 13 } }],
      });
    }
  });
});
