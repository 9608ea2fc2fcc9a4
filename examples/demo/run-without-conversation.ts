import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pc from "picocolors";
import {
  claudeCodeBinary,
  environmentOf,
  furnishHome,
  type Place,
} from "../../test/e2e/harness/claude-code.ts";
import { ScriptedModel } from "../../test/e2e/harness/scripted-model.ts";
import { Workers } from "../../test/e2e/harness/worker.ts";
import { SLUG, scriptedWorkers } from "../balcony/scripted-workers.ts";
import { breakdownOf } from "./breakdown.ts";
import { copyExample } from "./example-copy.ts";
import { pluginFolders } from "./plugin-folders.ts";
import {
  claudeCodeVersion,
  deviationsOf,
  doesNotStart,
  reportOf,
  styled,
  testCompleted,
} from "./scripted-run.ts";

/** The story is one in which a task fails for good. */
const NOT_ALL_COMPLETED = 1;

/** `parallel run` executes the example with real Claude Code agents, each a process; only their model is a script. */
export async function runWithoutConversation(root: string): Promise<number> {
  const version = await claudeCodeVersion();
  if (version === undefined) return doesNotStart();
  const example = join(root, "examples", "balcony");
  const project = copyExample(join(example, "project"));
  const home = realpathSync(mkdtempSync(join(tmpdir(), "parallel-home-")));
  const { answer } = new Workers(scriptedWorkers(join(example, "written")));
  const model = new ScriptedModel({
    main: () => {
      throw new Error("there is no main conversation");
    },
    agent: answer,
    latencyMs: { main: 300, agent: 300 },
  });
  try {
    const place: Place = { project, home, endpoint: await model.listen(), plugins: pluginFolders(root) };
    furnishHome(place);
    const { tasks } = breakdownOf(project, SLUG);
    console.log(`parallel run executes a specification of ${tasks.length} tasks; no conversation is there.`);
    console.log(pc.dim(`${project}$ parallel run ${SLUG} --agents claude=5 --yes\n`));
    const code = await execute(root, place);
    if (code === 130) return code;
    const report = await reportOf(place, root);
    const deviations = [
      ...(code === NOT_ALL_COMPLETED ? [] : [`parallel run ended with ${code}`]),
      ...deviationsOf(report.run, model),
      ...(await testCompleted(project, report.run)),
    ];
    console.log(`\n${styled(report.markdown).trimEnd()}\n`);
    if (deviations.length === 0) {
      console.log(
        `${pc.bold("Real:")} Claude Code ${version}, one process per task. ${pc.bold("Scripted:")} its model.`,
      );
      console.log(`No main conversation, and none of its tokens. The project is kept in ${project}`);
      return 0;
    }
    for (const deviation of deviations) console.error(pc.red(`Not as written: ${deviation}`));
    console.error(`The project is kept in ${project}`);
    return 1;
  } finally {
    await model.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** @returns its exit code. */
async function execute(root: string, place: Place): Promise<number | null> {
  const programs = join(place.home, "bin");
  mkdirSync(programs);
  symlinkSync(claudeCodeBinary(), join(programs, "claude"));
  const environment = environmentOf(place);
  const parameters = [join(root, "bin", "parallel"), "run", SLUG, "--agents", "claude=5", "--yes"];
  const runner = spawn(process.execPath, parameters, {
    cwd: place.project,
    env: { ...environment, PATH: `${programs}${delimiter}${environment.PATH}` },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => runner.once("exit", resolve));
}
