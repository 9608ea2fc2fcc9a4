import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUNDLE, BundledServer } from "../support/bundled-server.ts";
import { breakdown, idsOf, launchFor, report, repository, task } from "../support/checkout.ts";
import { graphOf, integrityOf } from "../support/graph-file.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const CHECKOUT = join(dirname(BUNDLE), "..", "..");
const FILE = "specs/p/03-tasks.json";
const TASKS = breakdown([task("1"), task("2", { dependencies: ["1"] })]);

/** What is installed, and nothing else: a plugin's folder from which no `node_modules` can be reached. */
let plugin: string;

beforeAll(() => {
  plugin = realpathSync(mkdtempSync(join(tmpdir(), "parallel-installed-")));
  for (const part of [".claude-plugin", "agents", "bin", "commands", "skills", "mcp-server/dist"]) {
    cpSync(join(CHECKOUT, part), join(plugin, part), { recursive: true });
  }
});

afterAll(() => rmSync(plugin, { recursive: true, force: true }));

function start(folder: string): Promise<BundledServer> {
  return BundledServer.start(folder, { bundle: join(plugin, "mcp-server/dist/server.js") });
}

async function commandLine(folder: string, ...args: string[]) {
  const done = await execa(process.execPath, [join(plugin, "bin/parallel"), ...args], {
    cwd: folder,
    env: emptyEnvironment(),
    extendEnv: false,
    reject: false,
  });
  return { code: done.exitCode, out: done.stdout, log: done.stderr };
}

describe("the committed bundle in the folder of an installed plugin", () => {
  it("the committed bundle is tried where no node_modules can be reached", () => {
    for (let folder = plugin; ; folder = dirname(folder)) {
      expect(existsSync(join(folder, "node_modules")), folder).toBe(false);
      if (dirname(folder) === folder) break;
    }
  });

  it("the committed bundle lists its tools, and runs a plan from the import to the report without a word in its log", async () => {
    const folder = await repository({ [FILE]: TASKS });
    const server = await start(folder);
    expect((await server.tools()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["plan_create", "batch_next", "task_report", "plan_report"]),
    );
    expect((await server.call("plan_create", { plan: "p", from: "specs/p" })).created).toEqual(["1", "2"]);
    expect((await server.call("plan_analyze", { plan: "p" })).levels).toEqual([["1"], ["2"]]);
    const { launch } = await server.call("batch_next", { plan: "p" });
    // The role is known from the plugin's own agents.
    expect(launchFor(launch, "1").subagent_type).toBe("parallel:feature-implementer");
    expect((await report(server, "p", launchFor(launch, "1"))).status).toBe("completed");
    const { claim } = await server.call("task_claim", { plan: "p", worker: "w" });
    expect(claim?.task).toBe("p/2");
    await report(server, "p", { task: "2", prompt: claim?.token ?? "" });
    const told = await server.call("plan_report", { plan: "p" });
    expect(told.report).toContain("2 of 2 tasks completed");
    expect(told.report).toContain("1 is done.");
    expect(integrityOf(graphOf(folder))).toBe("ok");
    expect(server.log).toBe("");
  });

  it("the committed bundle lets two servers work on one graph, each of which hears of what the other did", async () => {
    const folder = await repository({ [FILE]: TASKS });
    const [one, two] = [await start(folder), await start(folder)];
    await one.call("plan_create", { plan: "p", from: FILE });
    const { launch } = await one.call("batch_next", { plan: "p" });
    const heard = one.call("batch_collect", { plan: "p", waitSeconds: 50 });
    await report(two, "p", launchFor(launch, "1"));
    expect((await heard).ended).toMatchObject([{ task: "1", outcome: "completed" }]);
    expect(idsOf((await two.call("batch_next", { plan: "p" })).launch)).toEqual(["2"]);
  });

  it("the committed bundle serves its commands as prompts to a client that has none", async () => {
    const server = await start(await repository());
    const names = await server.prompts();
    expect(names).toEqual(expect.arrayContaining(["ideate", "parallel-run", "spec-execute"]));
    expect(await server.prompt("spec-execute", { arguments: "demo" })).toContain("demo");
  });

  it("the committed bundle answers on the command line", async () => {
    const folder = await repository({ [FILE]: TASKS });
    expect(await commandLine(folder, "plan", "specs/p")).toMatchObject({
      out: expect.stringContaining("2 tasks in 2 levels"),
      log: "",
    });
    const server = await start(folder);
    await server.call("plan_create", { plan: "p", from: FILE });
    const { launch } = await server.call("batch_next", { plan: "p" });
    await report(server, "p", launchFor(launch, "1"));
    const [status, told, written, audited, unknown] = [
      await commandLine(folder, "status", "--json"),
      await commandLine(folder, "report", "p"),
      await commandLine(folder, "export", "p", "--json"),
      await commandLine(folder, "audit"),
      await commandLine(folder, "status", "nothing"),
    ];
    expect(JSON.parse(status.out)).toMatchObject([{ plan: "p" }]);
    expect(told.out).toContain("1 is done.");
    expect(JSON.parse(written.out).files).toHaveLength(3);
    expect(audited.out + audited.log).toContain("session");
    expect(unknown).toMatchObject({ code: 2, log: expect.stringContaining("nothing") });
  });
});
