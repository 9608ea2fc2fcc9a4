import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { descendantsOf, endAll, eventually, isAlive } from "../e2e/harness/processes.ts";
import { largestOverlap } from "../e2e/harness/recording.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** What the demo prints is all that a reader of the terminal has; so it is all that these tests read. */
describe("the demo", () => {
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), "demo-test-")));
  const descendants = new Set<number>();
  let child: ChildProcess;
  let output = "";
  let errors = "";
  let code: number | null = null;

  beforeAll(async () => {
    child = spawn(process.execPath, [join(root, "scripts", "demo.mjs")], {
      env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    const watch = setInterval(async () => {
      for (const pid of await descendantsOf(child.pid ?? 0)) descendants.add(pid);
    }, 500);
    code = await new Promise((resolve) => child.once("close", resolve));
    clearInterval(watch);
  });

  afterAll(() => {
    endAll([...descendants].filter(isAlive));
    rmSync(temporary, { recursive: true, force: true });
  });

  it("the demo goes as written", () => {
    expect(errors).toBe("");
    expect(code).toBe(0);
  });

  it("the demo reports 9 completed tasks, one that failed, and two that did not run because of it", () => {
    expect(output).toContain("9 of 12 tasks completed, 1 failed, 2 not run");
    expect(output).toMatch(/1\.5\S* failed after 2 attempts \(holds up 2\.2, 4\.1/);
    expect(output).toMatch(/2\.2.*Judge whether a pot is wet\n.*needs 1\.5, which failed/);
    expect(output).toMatch(/4\.1.*Skip wet pots in the week\n.*because 1\.5 failed/);
  });

  it("the demo tries a failed task again, with success where its second attempt is right", () => {
    const endings = (task: string) => spansOf(output, task).map(({ mark }) => mark);
    expect(endings("2.1")).toEqual(["✗", "✓"]);
    expect(endings("1.5")).toEqual(["✗", "✗"]);
  });

  it("the demo has at least three agents at work at once", () => {
    expect(largestOverlap(spansOf(output))).toBeGreaterThanOrEqual(3);
  });

  it("the demo never runs two tasks at once that write the same file or need the same resource", () => {
    for (const pair of [
      ["3.1", "3.2"],
      ["1.4", "1.5"],
    ]) {
      const spans = pair.flatMap((task) => spansOf(output, task));
      expect(new Set(spans.map(({ task }) => task)).size).toBe(2);
      expect(largestOverlap(spans)).toBe(1);
    }
  });

  it("the demo leaves the project that it names, with what the agents wrote, and nothing else", () => {
    const [project] = /kept in (\S+)/.exec(output)?.slice(1) ?? [];
    expect(readdirSync(temporary).map((name) => join(temporary, name))).toEqual([project]);
    expect(readFileSync(join(project ?? "", "src/cli.js"), "utf8")).toMatch(
      /commands\/(week|done)\.js.*\n.*commands\/(week|done)\.js/,
    );
    expect(existsSync(join(project ?? "", "specs/watering/04-implementation.md"))).toBe(true);
    expect(readdirSync(join(root, "node_modules", ".cache"))).not.toContain(`demo-${child.pid}.mjs`);
  });

  it("the demo leaves no process behind", async () => {
    expect(descendants.size).toBeGreaterThan(0);
    await eventually(() => ![...descendants].some(isAlive));
    expect([...descendants].filter(isAlive)).toEqual([]);
  });

  it("the demo prints plain text where there is no terminal", () => {
    expect(output).not.toContain("\x1b");
  });
});

interface Span {
  task: string;
  mark: string;
  startMs: number;
  endMs: number;
}

/** From a line with ▶ to the next line with ✓ or ✗ of the same task. */
function spansOf(output: string, only?: string): Span[] {
  const lines = [...output.matchAll(/^ *([\d.]+) s {2}([▶✓✗]) (\d\.\d) /gm)].map(
    ([, seconds, mark, task]) => ({
      atMs: Number(seconds) * 1000,
      mark: mark ?? "",
      task: task ?? "",
    }),
  );
  return lines.flatMap(({ atMs, mark, task }, at) => {
    if (mark !== "▶" || (only !== undefined && only !== task)) return [];
    const end = lines.slice(at + 1).find((line) => line.task === task && line.mark !== "▶");
    return end === undefined ? [] : [{ task, mark: end.mark, startMs: atMs, endMs: end.atMs }];
  });
}
