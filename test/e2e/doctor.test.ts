import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DoctorAnswer } from "../support/doctor-installation.ts";
import { readGraph } from "./graph-state.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { headlessRun, independentTasks, storyOf } from "./small-plan.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** What `parallel doctor` says of a project and a home that Claude Code has worked in. */
async function doctorOf({ project, home }: Outcome) {
  return new Promise<{ code: number; answer: DoctorAnswer }>((resolve) => {
    execFile(
      join(REPOSITORY, "bin", "parallel"),
      ["doctor", "--json"],
      { cwd: project, env: { PATH: process.env.PATH, HOME: home } },
      (error, out) =>
        resolve({ code: error ? Number(error.code) : 0, answer: JSON.parse(out) as DoctorAnswer }),
    );
  });
}

function wrongIn({ checks }: DoctorAnswer) {
  return checks.flatMap(({ check, findings }) =>
    findings.filter(({ level }) => level === "wrong").map((finding) => ({ check, ...finding })),
  );
}

/** Without hooks nobody answers permission prompts, so the user has allowed everything beforehand. */
const allowed = { permissions: { allow: ["Write", "Edit", "mcp__plugin_parallel_tasks__*"] } };

function story(name: string, settings: Record<string, unknown>) {
  return storyOf(name, independentTasks(2), { settings, runs: [headlessRun()] });
}

describe("parallel doctor after a run of the real Claude Code", () => {
  it("parallel doctor after a run of the real Claude Code sees that the hooks fire", async () => {
    await runScenario(story("hooks fire", {}), async (outcome) => {
      const { code, answer } = await doctorOf(outcome);
      expect(wrongIn(answer)).toEqual([]);
      expect(code).toBe(0);
      expect(answer.checks.find(({ check }) => check === "Hooks")?.seen).toMatch(
        /^firing: in the last run, just now, they told the agents of 2 of 2 attempts$/,
      );
    });
  });

  it("parallel doctor after a run with hooks disabled names the setting, and once that is gone, what the run lacked", async () => {
    await runScenario(story("hooks are disabled", { ...allowed, disableAllHooks: true }), async (outcome) => {
      // The run itself does not suffer: agents fetch their briefs and report.
      expect(Object.values(readGraph(outcome.database).tasks)).toEqual(["completed", "completed"]);
      const disabled = await doctorOf(outcome);
      expect(disabled.code).toBe(1);
      expect(wrongIn(disabled.answer)).toEqual([
        {
          check: "Hooks",
          level: "wrong",
          problem: expect.stringContaining(
            `disableAllHooks in ${join(outcome.home, ".claude/settings.json")}`,
          ),
          remedy: expect.stringMatching(/^Take disableAllHooks out of that file, then restart Claude Code/),
        },
      ]);
      writeFileSync(join(outcome.home, ".claude/settings.json"), "{}");
      const silent = await doctorOf(outcome);
      expect(silent.code).toBe(1);
      expect(wrongIn(silent.answer)).toEqual([
        {
          check: "Hooks",
          level: "wrong",
          problem: expect.stringMatching(
            /launched agents of this plugin \(2\), attempts began \(2\), and no hook told/,
          ),
          remedy: expect.stringMatching(/\/hooks lists those of the plugin/),
        },
      ]);
    });
  });
});
