import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pc from "picocolors";
import type { RunReport } from "../../mcp-server/src/report/aggregate.ts";
import {
  ClaudeCode,
  claudeCodeBinary,
  environmentOf,
  furnishHome,
  type Place,
} from "../../test/e2e/harness/claude-code.ts";
import { executesThePlan } from "../../test/e2e/harness/orchestrator.ts";
import { PATIENCE_MS } from "../../test/e2e/harness/processes.ts";
import { ScriptedModel } from "../../test/e2e/harness/scripted-model.ts";
import { Workers } from "../../test/e2e/harness/worker.ts";
import { ENDING, SLUG, scriptedWorkers } from "../balcony/scripted-workers.ts";
import { breakdownOf } from "./breakdown.ts";
import { copyExample } from "./example-copy.ts";
import { pluginFolders } from "./plugin-folders.ts";
import { ProgressLines } from "./progress-lines.ts";
import { ProgressTimeline, timeline } from "./progress-timeline.ts";
import { type Look, RunWatch } from "./run-watch.ts";
import { type ServedDemo, servePage } from "./served-page.ts";

const run = promisify(execFile);

const LOOK_MS = 200;
/** What a drawn timeline has beside a line per task. */
const LINES_AROUND = 8;

/**
 * Real Claude Code executes the example; only its model is a script. Returns the exit code.
 * @param serve a page shows it in a browser while it runs, and after that until the demo is ended.
 */
export async function scriptedRun(root: string, { serve = false } = {}): Promise<number> {
  const version = await claudeCodeVersion();
  if (version === undefined) return doesNotStart();
  const example = join(root, "examples", "balcony");
  const project = copyExample(join(example, "project"));
  const home = realpathSync(mkdtempSync(join(tmpdir(), "parallel-home-")));
  const model = new ScriptedModel({
    main: executesThePlan,
    agent: new Workers(scriptedWorkers(join(example, "written"))).answer,
    latencyMs: { main: 200, agent: 300 },
    beginTogether: 3,
  });
  let page: ServedDemo | undefined;
  try {
    const place: Place = {
      project,
      home,
      endpoint: await model.listen(),
      plugins: pluginFolders(root),
      environment: { PARALLEL_APPROVE: "scope" },
    };
    furnishHome(place);
    const { tasks } = breakdownOf(project, SLUG);
    console.log(`Claude Code ${version} executes a specification of ${tasks.length} tasks with this plugin.`);
    if (serve) {
      page = await servePage(root, project, environmentOf(place));
      console.log(`Watch it in a browser: ${page.link}\n`);
    }
    console.log(pc.dim(`${project}$ claude -p "/spec:execute ${SLUG}"\n`));
    const played = await play(place, root, tasks.length);
    if (played === "interrupted") {
      rmSync(project, { recursive: true });
      console.log("Interrupted; nothing is left behind.");
      return 130;
    }
    const { look, deviations } = played;
    const report = await reportOf(place, root);
    console.log(`${styled(report.markdown).trimEnd()}\n`);
    if (look !== undefined) console.log(`${timeline(look)}\n`);
    deviations.push(...deviationsOf(report.run, model), ...(await testCompleted(project, report.run)));
    if (deviations.length === 0) {
      console.log(closingLines(version, project));
      if (page) await untilEnded();
      return 0;
    }
    for (const deviation of deviations) console.error(pc.red(`Not as written: ${deviation}`));
    console.error(`The project is kept in ${project}`);
    return 1;
  } finally {
    await page?.stop();
    await model.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Says so. @returns the exit code. */
export function doesNotStart(): number {
  const platform = `${process.platform}-${process.arch}`;
  console.error(
    `The Claude Code that this demo installs does not start on ${platform}; npm run demo -- --live uses your own.`,
  );
  return 1;
}

/** The page stays, so that the run can be replayed there. */
async function untilEnded(): Promise<void> {
  console.log("The page stays open until Ctrl-C.");
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end.abort());
  // Nothing else keeps the process.
  const alive = setInterval(() => undefined, 60_000);
  await once(end.signal, "abort");
  clearInterval(alive);
}

/** Undefined where there is no binary for this platform, or it does not start. */
export async function claudeCodeVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run(claudeCodeBinary(), ["--version"], { env: { PATH: process.env.PATH } });
    return stdout.trim().split(" ")[0];
  } catch {
    return undefined;
  }
}

type Played = "interrupted" | { look: Look | undefined; deviations: string[] };

/** Runs the session to its end and shows how it goes. */
async function play(place: Place, root: string, tasks: number): Promise<Played> {
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("interrupted"));
  });
  const watch = await RunWatch.of(place.project, SLUG, root);
  const canRedraw = process.stdout.isTTY && process.stdout.rows >= tasks + LINES_AROUND;
  const startMs = Date.now();
  const progress = canRedraw ? new ProgressTimeline(startMs) : new ProgressLines(startMs);
  const claude = new ClaudeCode(place, `/spec:execute ${SLUG}`);
  try {
    const exited = claude.wait();
    for (;;) {
      const ended = await Promise.race([exited, interrupted, pause(LOOK_MS)]);
      if (ended === "interrupted") return ended;
      const look = await watch.look();
      if (look !== undefined) progress.show(look);
      if (ended === undefined) continue;
      const survivors = await claude.survivors();
      const deviations = [
        ...(ended.timedOut ? [`Claude Code had not ended after ${PATIENCE_MS / 1000} s`] : []),
        ...(ended.code === 0
          ? []
          : [`Claude Code ended with ${ended.code ?? ended.signal}: ${claude.stderr}`]),
        ...claude.permissionDenials.map(({ tool }) => `${tool} was not permitted`),
        ...survivors.map((pid) => `process ${pid} was still there`),
      ];
      return { look, deviations };
    }
  } finally {
    progress.end();
    await watch.close();
    await claude.end();
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

/** The report as the command line gives it, for people and for us. */
export async function reportOf(place: Place, root: string): Promise<{ markdown: string; run: RunReport }> {
  const [markdown, json] = await Promise.all([report(place, root), report(place, root, "--json")]);
  return { markdown, run: JSON.parse(json) as RunReport };
}

async function report(place: Place, root: string, ...options: string[]): Promise<string> {
  const parameters = [join(root, "bin", "parallel"), "report", SLUG, ...options];
  const settings = { cwd: place.project, env: environmentOf(place) };
  // A failed task makes its exit code 1, which is part of the story.
  const { stdout } = await run(process.execPath, parameters, settings).catch((error) => error);
  return stdout;
}

/** Headings and bold words as a terminal shows them; its timeline follows at the terminal's own width. */
export function styled(markdown: string): string {
  return markdown
    .replace(/\n```text\n[\s\S]*?\n```\n/, "")
    .replace(/^#+ .*$/gm, (heading) => pc.bold(heading))
    .replace(/\*\*(.*?)\*\*/g, (whole, words) => (pc.isColorSupported ? pc.bold(words) : whole));
}

/** In what the run differs from the story of the scripted workers. */
export function deviationsOf({ groups, tasks }: RunReport, model: ScriptedModel): string[] {
  const differing = (["completed", "failed", "notRun"] as const).flatMap((group) =>
    groups[group].join() === ENDING[group].join()
      ? []
      : [`${group} is ${groups[group].join(", ") || "nothing"} instead of ${ENDING[group].join(", ")}`],
  );
  const attempts = tasks.flatMap(({ task, attempts }) => {
    const expected = ENDING.notRun.includes(task) ? 0 : (ENDING.attempts[task] ?? 1);
    return attempts.length === expected
      ? []
      : [`${task} had ${attempts.length} attempts instead of ${expected}`];
  });
  // A script that fails is asked again and again by the host, and fails alike.
  const [scriptFailure] = model.recording.failures;
  return [
    ...(scriptFailure === undefined ? [] : [`the script failed: ${scriptFailure.message}`]),
    ...differing,
    ...attempts,
    ...model.recording.refusals().map(({ text }) => text),
  ];
}

/** Runs the tests that the project has now, but for those of failed tasks. */
export async function testCompleted(project: string, { groups }: RunReport): Promise<string[]> {
  const { tasks } = breakdownOf(project, SLUG);
  const failed = new Set(
    tasks.filter(({ id }) => groups.failed.includes(id)).flatMap(({ writes }) => writes),
  );
  const files = readdirSync(join(project, "test"))
    .map((file) => `test/${file}`)
    .filter((file) => !failed.has(file));
  const tested = await run(process.execPath, ["--test", ...files], { cwd: project }).catch((error) => error);
  const passed = /^\S+ pass (\d+)/m.exec(tested.stdout)?.[1] ?? "none";
  if (tested.code !== undefined) return [`node --test failed in ${project}:\n${tested.stdout}`];
  console.log(
    `Tested again at the end: ${files.length} test files of what is completed, ${passed} tests pass.\n`,
  );
  return [];
}

/** What was real in all this, what was not, and how to go on; wrapped for the narrowest usual terminal. */
function closingLines(version: string, project: string): string {
  return [
    `${pc.bold("Real:")}     Claude Code ${version} in its default permission mode, this plugin`,
    "          with its server and hooks, git, SQLite, every file and test run. The",
    "          plugin allowed edits inside a task's scope (its option approve: scope),",
    "          the project's settings allowed node --test; nothing was refused.",
    `${pc.bold("Scripted:")} the model, on loopback, so no token was spent. What it does and how`,
    "          fast is written in examples/balcony/scripted-workers.ts.",
    `${pc.bold("Yours:")}    the project is kept in ${project}`,
    "          with your own Claude Code: npm run demo -- --live",
  ].join("\n");
}
