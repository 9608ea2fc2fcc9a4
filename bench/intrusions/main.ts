import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { readEveryday, readIntrusions, readProject } from "./cases.ts";
import { makeProject } from "./checkout.ts";
import { refusedOf } from "./everyday.ts";
import { type Plugin, runCase, type Way } from "./run-case.ts";
import { OFFLINE } from "./run-command.ts";
import { type Row, remarksOf, tableOf, unchangedOf } from "./table.ts";

interface Options {
  readonly plugin: string;
  readonly packages?: string;
  readonly group?: string;
  readonly reported?: boolean;
}

const WAYS: readonly (Way & { readonly title: string })[] = [
  { title: "no other call in flight, the holder reports its files", holderReports: true, holderRuns: false },
  { title: "no other call in flight, the holder reports no file", holderReports: false, holderRuns: false },
  { title: "a call of the holder in flight, it reports its files", holderReports: true, holderRuns: true },
  { title: "a call of the holder in flight, it reports no file", holderReports: false, holderRuns: true },
  {
    title: "the first call of all, over work that was there before the task was claimed",
    ...{ holderReports: true, holderRuns: false, wasThere: true },
  },
];

await new Command("bench:intrusions")
  .description("What becomes of commands by which one agent writes into another's files")
  .argument("[folder]", "where the cases lie", "../shared/cases/guard")
  .option("--plugin <folder>", "the plugin that is judged, with its bundle", process.cwd())
  .option("--packages <folder>", "a node_modules with formatters, for the project in which the commands run")
  .option("--group <name>", "only the commands of this group")
  .option("--reported", "only the ways in which the holder reports its files")
  .action(judgeAll)
  .parseAsync();
// What a service without an end of its own has left would keep the process alive.
process.exit();

async function judgeAll(folder: string, options: Options): Promise<void> {
  if (!OFFLINE)
    throw new Error("Commands are only run without a network, and unshare cannot take it away here.");
  const plugin = await pluginIn(resolve(options.plugin));
  const work = realpathSync(mkdtempSync(join(tmpdir(), "parallel-intrusions-")));
  try {
    const project = join(work, "shop");
    makeProject(project, readProject(folder), options.packages && resolve(options.packages));
    const cases = readIntrusions(folder).filter(({ group }) => [undefined, group].includes(options.group));
    for (const way of WAYS) {
      if (options.reported && !way.holderReports) continue;
      const rows: Row[] = [];
      for (const one of cases)
        rows.push({ ...one, outcome: await runCase(plugin, project, one.command, way) });
      console.log(`\n## ${way.title}\n\n${tableOf(rows)}\n`);
      for (const remark of remarksOf(rows)) console.log(`- ${remark}`);
      if (remarksOf(rows).some((remark) => /: (?:missed|lost)/.test(remark))) process.exitCode = 1;
      if (way === WAYS[0]) console.log(`\nChanged nothing:\n${list(unchangedOf(rows))}`);
    }
    for (const guard of ["enforce", "strict"]) {
      const refused = await refusedOf(plugin, project, readEveryday(folder), guard);
      console.log(`\n## Everyday commands refused under ${guard}: ${refused.length}\n${list(refused)}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

async function pluginIn(folder: string): Promise<Plugin> {
  const dist = join(folder, "mcp-server/dist");
  const { Service } = (await import(pathToFileURL(join(dist, "service.mjs")).href)) as Pick<
    Plugin,
    "Service"
  >;
  const runCli: Plugin["runCli"] = (checkout, ...parameters) =>
    new Promise((done) => {
      const env = { PATH: process.env.PATH, HOME: checkout };
      execFile(
        process.execPath,
        [join(dist, "parallel.mjs"), ...parameters],
        { cwd: checkout, env },
        (error, out) => done(error && out === "" ? undefined : out),
      );
    });
  return { folder, Service, runCli };
}
