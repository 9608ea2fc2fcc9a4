import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Pinned: a scenario that is new or judged anew must not fail a run that changed nothing. */
const PACKAGES = [
  "node@22.23.3",
  "@modelcontextprotocol/conformance@0.2.0-alpha.12",
  "@modelcontextprotocol/inspector@2.12.0",
];

/** The two tools and the Node that runs them. */
export interface ConformanceTools {
  readonly node: string;
  readonly conformance: string;
  readonly inspector: string;
}

/** One thing that a scenario looked at. */
export interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  readonly errorMessage?: string;
}

/** Fetches the tools once per machine, into npx's cache. They need a newer Node than the product. */
export async function fetchTools(emptyFolder: string): Promise<ConformanceTools> {
  const { stdout } = await execa(
    "npx",
    [
      "--yes",
      ...PACKAGES.map((name) => `--package=${name}`),
      "--",
      "node",
      "-p",
      "JSON.stringify(process.execPath)",
    ],
    // Where a folder has packages of these names, npx would take those.
    { cwd: emptyFolder, timeout: 580_000 },
  );
  const node = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as string;
  const modules = join(node, "..", "..", "..");
  return {
    node,
    conformance: join(modules, "@modelcontextprotocol", "conformance", "dist", "index.js"),
    inspector: join(
      modules,
      "@modelcontextprotocol",
      "inspector",
      "clients",
      "launcher",
      "build",
      "index.js",
    ),
  };
}

/** Runs one scenario against a server and returns what it checked. */
export async function runScenario(
  tools: ConformanceTools,
  url: string,
  revision: string,
  scenario: string,
  folder: string,
): Promise<Check[]> {
  const output = join(folder, revision, scenario);
  const done = await execa(
    tools.node,
    [
      ...[tools.conformance, "server", "--url", url, "--scenario", scenario],
      ...["--spec-version", revision, "--output-dir", output],
    ],
    // Its exit code also counts the checks that need a fixture; the checks themselves are judged.
    { reject: false, all: true, timeout: 55_000 },
  );
  const [run] = await readdir(output).catch(() => []);
  if (run === undefined) throw new Error(`the scenario left no checks:\n${done.all}`);
  return JSON.parse(await readFile(join(output, run, "checks.json"), "utf8")) as Check[];
}
