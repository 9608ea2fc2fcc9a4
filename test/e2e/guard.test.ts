import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Milestones } from "./adversary-work.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import { specification } from "./harness/scenario.ts";
import { type Assignment, reports, runs, type Work, writes } from "./harness/worker.ts";
import {
  agentsAt,
  expectLawfulLog,
  headlessRun,
  independentTasks,
  runNumber,
  shownToUser,
  storyOf,
} from "./small-plan.ts";

/** The answers that the agents of a task got from Bash, in order. */
function bashAnswers({ recording }: Outcome, ...agents: string[]): { isError: boolean; text: string }[] {
  return agents.flatMap((agentId) => {
    const last = recording.requests.findLast(({ conversation }) => conversation.agentId === agentId);
    return (last?.conversation.blocks ?? []).flatMap((block) =>
      block.kind === "result" && block.tool === "Bash" ? [{ isError: block.isError, text: block.text }] : [],
    );
  });
}

/** Two agents; the user lets Bash and Write run, so that nothing but the guard stands in the way. */
function story(name: string, first: Work, second: Work) {
  return storyOf(name, independentTasks(2), {
    workers: { "1.1": first, "1.2": second },
    settings: { permissions: { allow: ["Bash", "Write"] } },
    runs: [headlessRun()],
  });
}

function contentOf({ project }: Outcome, path: string): string | undefined {
  const file = join(project, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** The host makes work trees below the checkout that they belong to. */
function sharedCheckout({ directory }: Assignment): string {
  return directory.replace(/\/\.claude\/worktrees\/.*/, "");
}

describe("the guard of shell commands", () => {
  it("the guard of shell commands keeps a worker off a sibling's file, the stash and the checkout, not off its own", async () => {
    const refused = [
      "echo stolen > parts/1.2.txt",
      "cd parts && echo stolen >> ../parts/./1.2.txt",
      "bash -c 'echo stolen | tee parts/1.2.txt'",
      "for f in parts/1.2.txt; do echo stolen > $f; done",
      "mv parts/1.1.txt parts/1.2.txt",
      "git stash --include-untracked",
      "git checkout -- .",
      "git add -A && git commit -m early",
    ];
    const steps = new Milestones();
    const strays: Work = [
      runs("mkdir -p parts && echo own > parts/1.1.txt && git status --short"),
      ...refused.map((command) => runs(command)),
      runs("cat parts/1.1.txt"),
      steps.at("strayed", reports({ filesChanged: ["parts/1.1.txt"] })),
    ];
    const sibling: Work = [writes({ "parts/1.2.txt": "sibling\n" }), steps.after(["strayed"], reports())];
    await runScenario(story("strays in the shell", strays, sibling), (outcome) => {
      expectLawfulLog(outcome);
      const graph = readGraph(outcome.database);
      expect(outcomesOf(graph, "1.1")).toEqual(["completed"]);
      expect(outcomesOf(graph, "1.2")).toEqual(["completed"]);
      expect(contentOf(outcome, "parts/1.1.txt")).toBe("own\n");
      expect(contentOf(outcome, "parts/1.2.txt")).toBe("sibling\n");
      const [agent] = agentsAt(outcome, "1.1");
      const answers = bashAnswers(outcome, agent?.agentId ?? "");
      expect(answers.map(({ isError }) => isError)).toEqual([false, ...refused.map(() => true), false]);
      for (const { text } of answers.slice(1, 6))
        expect(text).toContain("parts/1.2.txt is held by demo/1.2.");
      expect(answers[6]?.text).toContain(
        "git stash is refused. The stash takes the changes of every agent away.",
      );
      expect(answers[7]?.text).toContain("a whole work tree");
      expect(answers[8]?.text).toContain("git add is refused.");
      expect(eventsOf(graph, "write.denied")).toHaveLength(refused.length);
      expect(runNumber(outcome, 1).permissionDenials).toHaveLength(refused.length);
      const report = shownToUser(outcome, 1);
      expect(report).toContain(`Conflicts prevented | ${refused.length}`);
    });
  });

  it("the guard of shell commands knows in which folder a command runs, whatever the commands before it did", async () => {
    const steps = new Milestones();
    const wanders: Work = [
      runs("mkdir -p parts && cd parts && pwd"),
      runs("pwd"),
      runs("echo stolen > 1.2.txt; echo stolen > parts/1.2.txt"),
      steps.at("strayed", reports()),
    ];
    const sibling: Work = [writes({ "parts/1.2.txt": "sibling\n" }), steps.after(["strayed"], reports())];
    await runScenario(story("wanders", wanders, sibling), (outcome) => {
      const [agent] = agentsAt(outcome, "1.1");
      const answers = bashAnswers(outcome, agent?.agentId ?? "");
      expect(answers[1]?.text).toBe(outcome.project);
      expect(answers[2]?.text).toContain("is held by demo/1.2.");
      expect(contentOf(outcome, "parts/1.2.txt")).toBe("sibling\n");
    });
  });

  it("the guard of shell commands refuses every write of a worker that goes on after its report", async () => {
    const steps = new Milestones();
    const lingers: Work = [
      reports(),
      runs("echo late > parts/late.txt"),
      runs("sed -i s/a/b/ README.md; git stash"),
      writes({ "parts/1.1.txt": "late\n" }),
      steps.at("strayed", runs("cat README.md")),
    ];
    const sibling: Work = [writes({ "parts/1.2.txt": "sibling\n" }), steps.after(["strayed"], reports())];
    await runScenario(story("lingers", lingers, sibling), (outcome) => {
      const [agent] = agentsAt(outcome, "1.1");
      const answers = bashAnswers(outcome, agent?.agentId ?? "");
      expect(answers.map(({ isError }) => isError)).toEqual([true, true, false]);
      for (const { text } of answers.slice(0, 2))
        expect(text).toContain("Your attempt at this task has ended");
      expect(contentOf(outcome, "parts/late.txt")).toBeUndefined();
      expect(contentOf(outcome, "parts/1.1.txt")).toBeUndefined();
      expect(contentOf(outcome, "README.md")).toBe("# Demo\n");
    });
  });

  it("the guard of shell commands lets an agent commit in its own work tree, and not write into the shared checkout", async () => {
    const isolated: Work = [
      runs(
        "mkdir -p parts && echo own > parts/1.1.txt && git add -A && git commit -qm own && git status --short",
      ),
      runs("git stash"),
      (assignment) => runs(`echo stray > ${sharedCheckout(assignment)}/parts/1.1.txt`)(assignment),
      reports(),
    ];
    const tasks = independentTasks(2).map((task) => ({ ...task, isolation: "worktree" as const }));
    await runScenario(
      { ...story("is isolated", isolated, [reports()]), files: specification("demo", tasks) },
      (outcome) => {
        const [agent] = agentsAt(outcome, "1.1");
        const answers = bashAnswers(outcome, agent?.agentId ?? "");
        expect(answers.map(({ isError }) => isError)).toEqual([false, true, true]);
        expect(answers[1]?.text).toContain("git stash is refused.");
        expect(answers[2]?.text).toContain(`is in another work tree, ${outcome.project}. Yours is `);
        expect(contentOf(outcome, "parts/1.1.txt")).toBeUndefined();
      },
    );
  });
});
