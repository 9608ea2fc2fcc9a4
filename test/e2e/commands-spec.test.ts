import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readGraph } from "./graph-state.ts";
import { arrivals, type Conversation, textOf, turnsTaken } from "./harness/conversation.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun, Scenario } from "./harness/scenario.ts";
import { taskTool } from "./harness/task-tools.ts";
import { calls, callsTogether, says, type Turn } from "./harness/turn.ts";
import { workingDirectory } from "./harness/worker.ts";
import { runNumber } from "./small-plan.ts";
import {
  calledIn,
  callsAsWritten,
  follows,
  heardIn,
  launches,
  launchesAsQuoted,
  loadsItsSkill,
  writesFile,
} from "./spec-scripts.ts";

/** A specification that other people wrote for another project, in all its stages. */
const SLUG = "data-path-debug-toggles";
const REAL = fileURLToPath(new URL(`../../../shared/data/specs/${SLUG}/`, import.meta.url));
const DIR = `specs/${SLUG}`;
const IDEATION = `${DIR}/01-ideation.md`;
const SPECIFICATION = `${DIR}/02-specification.md`;
const TASKS = `${DIR}/03-tasks.json`;
const DRAFT = `${DIR}/03-tasks.draft.json`;

const real = (name: string) => readFileSync(join(REAL, name), "utf8");

/** Plays a story in a project with these files, in default permission mode. */
async function play(
  name: string,
  files: Record<string, string>,
  runs: PrintRun[],
  check: (outcome: Outcome) => void,
  agents?: Scenario["agents"],
): Promise<void> {
  const scenario: Scenario = {
    name,
    files: { "README.md": "# Project\n", ...files },
    latencyMs: { main: 5, agent: 100 },
    runs,
    ...(agents && { agents }),
  };
  await runScenario(scenario, (outcome) => {
    expect(outcome.recording.refusals()).toEqual([]);
    expect(outcome.runs.flatMap(({ permissionDenials }) => permissionDenials)).toEqual([]);
    check(outcome);
  });
}

/** The files of the specification's folder, by name. */
function folderOf({ project }: Outcome): string[] {
  return existsSync(join(project, DIR)) ? readdirSync(join(project, DIR)).sort() : [];
}

const textIn = ({ project }: Outcome, path: string) => readFileSync(join(project, path), "utf8");

/** Agents that only look, and say what they were asked. */
const looks = (conversation: Conversation): Turn =>
  says(`Looked. ${textOf(conversation.blocks).length} characters of brief.`);

describe.skipIf(!existsSync(REAL))("/ideate", () => {
  it("/ideate explores and researches in one message, writes one document, and says what comes next", async () => {
    const started = new Set<string | undefined>();
    // Neither ends before both are at work.
    const looksWithTheOther = (conversation: Conversation): Turn => {
      started.add(conversation.agentId);
      return { ...looks(conversation), when: () => started.size === 2 };
    };
    const brief = `Read notes/toggles.md in full`;
    const run: PrintRun = {
      prompt: "/ideate notes/toggles.md",
      orchestrator: follows(
        loadsItsSkill,
        () =>
          launches([
            { type: "Explore", prompt: `${brief}. Change nothing.` },
            { type: "general-purpose", prompt: `${brief}. Compare approaches.` },
          ]),
        writesFile(IDEATION, real("01-ideation.md")),
        () => says(`Wrote ${IDEATION}. Next: /spec:create ${SLUG}`),
      ),
    };
    await play(
      "ideates",
      { "notes/toggles.md": real("01-ideation.md") },
      [run],
      (outcome) => {
        const heard = heardIn(outcome, 1);
        expect(heard).toContain("Ideate: notes/toggles.md");
        expect(heard).toContain("implement nothing, however small it seems");
        expect(heard).toContain("## 2. Explore and research, both in one message");
        expect(heard).toContain("One question at a time with AskUserQuestion");
        expect(outcome.recording.launchMessages()).toEqual([["Explore looks", "general-purpose looks"]]);
        expect(outcome.recording.mostAgentsAtOnce()).toBe(2);
        expect(textIn(outcome, IDEATION)).toBe(real("01-ideation.md"));
        expect(outcome.gitStatus).toEqual(["?? specs/"]);
        expect(existsSync(outcome.database)).toBe(false);
      },
      looksWithTheOther,
    );
  });

  it("/ideate without an idea asks for one, and with a path that leads nowhere says so; neither loads anything", async () => {
    const asks: PrintRun = { prompt: "/ideate", orchestrator: () => says("What is the idea?") };
    const says404: PrintRun = { prompt: "/ideate notes/gone.md", orchestrator: () => says("No such file.") };
    await play("ideates nothing", { "notes/toggles.md": "# Toggles\n" }, [asks, says404], (outcome) => {
      expect(heardIn(outcome, 1)).toContain("Nothing is named above: ask in one sentence for the idea");
      expect(heardIn(outcome, 2)).toContain("Ideate: notes/gone.md");
      expect(heardIn(outcome, 2)).toContain("name the nearest path that does, and stop");
      expect([...calledIn(outcome, 1), ...calledIn(outcome, 2)]).toEqual([]);
      expect(outcome.gitStatus).toEqual([]);
    });
  });
});

describe.skipIf(!existsSync(REAL))("/spec:create", () => {
  it("/spec:create reads the ideation, traces with agents that only look, and writes the specification", async () => {
    const run: PrintRun = {
      prompt: `/spec:create ${SLUG}`,
      orchestrator: follows(
        loadsItsSkill,
        (conversation) => calls("Read", { file_path: `${workingDirectory(conversation)}/${IDEATION}` }),
        () =>
          launches([
            { type: "Explore", prompt: "Trace the client." },
            { type: "Explore", prompt: "Trace the server." },
          ]),
        writesFile(SPECIFICATION, real("02-specification.md")),
      ),
    };
    await play(
      "specifies",
      { [IDEATION]: real("01-ideation.md") },
      [run],
      (outcome) => {
        const heard = heardIn(outcome, 1);
        expect(heard).toContain(`Write a specification for: ${SLUG}`);
        expect(heard).toContain("One word: a slug. The source is `specs/<slug>/01-ideation.md`");
        expect(heard).toContain("**Not twice.**");
        expect(heard).toContain("no dates and no estimates");
        expect(folderOf(outcome)).toEqual(["01-ideation.md", "02-specification.md"]);
        expect(textIn(outcome, SPECIFICATION)).toBe(real("02-specification.md"));
      },
      looks,
    );
  });

  it("/spec:create of an unknown slug names what there is; of a specification that exists adds what changed", async () => {
    const unknown: PrintRun = {
      prompt: "/spec:create data-path-toggles",
      orchestrator: () => says(`There is ${SLUG}; /ideate <idea> begins one.`),
    };
    const revises: PrintRun = {
      prompt: `/spec:create ${SLUG}`,
      orchestrator: follows(loadsItsSkill, (conversation) => {
        const file_path = `${workingDirectory(conversation)}/${SPECIFICATION}`;
        const added = { old_string: "## Status", new_string: "## Changelog\n\n- Revised.\n\n## Status" };
        return callsTogether([
          { tool: "Read", input: { file_path } },
          { tool: "Edit", input: { file_path, ...added } },
        ]);
      }),
    };
    const files = { [SPECIFICATION]: "# Toggles\n\n## Status\n\nDraft\n" };
    await play("specifies again", files, [unknown, revises], (outcome) => {
      expect(heardIn(outcome, 1)).toContain(
        "change nothing and stop with one line that names the folders in `specs/`",
      );
      expect(calledIn(outcome, 1)).toEqual([]);
      expect(heardIn(outcome, 2)).toContain("revise it: keep what stands, and add a Changelog line");
      expect(textIn(outcome, SPECIFICATION)).toBe(
        "# Toggles\n\n## Changelog\n\n- Revised.\n\n## Status\n\nDraft\n",
      );
    });
  });
});

/** The agent that writes the breakdown: it reads the page that its prompt names, then works on the draft. */
function writesBreakdown(...steps: ((draft: string) => Turn)[]): NonNullable<Scenario["agents"]> {
  return (conversation) => {
    const prompt = textOf(conversation.blocks);
    const page = /First read (\S+\/breakdown\.md) in full/.exec(prompt)?.[1];
    const draft = `${workingDirectory(conversation)}/${/ as (\S+\.draft\.json);/.exec(prompt)?.[1]}`;
    if (page === undefined) throw new Error("the prompt names no page");
    const reads = callsTogether(
      [page, `${workingDirectory(conversation)}/${SPECIFICATION}`].map((path) => ({
        tool: "Read",
        input: { file_path: path },
      })),
    );
    const turn = turnsTaken(conversation);
    return turn === 0 ? reads : (steps[turn - 1]?.(draft) ?? says("6 tasks in 3 phases, no doubts."));
  };
}

const writesAll =
  (text: string) =>
  (file_path: string): Turn =>
    calls("Write", { file_path, content: text });
const checksIt = (): Turn => calls(taskTool("plan_create"), { plan: SLUG, from: DRAFT, dryRun: true });

const VALUES = { SPEC: SPECIFICATION, DIR, SLUG, MODE: "full" };
const isDryRun = (input: string) => input.includes("dryRun");
const dryRun = callsAsWritten("plan_create", VALUES, isDryRun);
const place = callsAsWritten("plan_create", VALUES, (input) => !isDryRun(input));
const exports = callsAsWritten("plan_update", VALUES);
const analyzes = callsAsWritten("plan_analyze", VALUES);
const prompt = `/spec:decompose ${SLUG}`;

describe.skipIf(!existsSync(REAL))("/spec:decompose", () => {
  it("/spec:decompose has an agent write the draft phase by phase and check it, puts it in place, and reports", async () => {
    const { tasks, ...head } = JSON.parse(real("03-tasks.json")) as { tasks: { phase: number }[] };
    const upTo = (phase: number) =>
      `${JSON.stringify({ ...head, tasks: tasks.filter((task) => task.phase <= phase) }, null, 2)}\n`;
    const agents = writesBreakdown(
      writesAll(upTo(1)),
      (file_path) => {
        const rest = tasks.filter((task) => task.phase > 1).map((task) => JSON.stringify(task));
        return calls("Edit", {
          file_path,
          old_string: "\n  ]\n}\n",
          new_string: `,\n    ${rest.join(",\n    ")}\n  ]\n}\n`,
        });
      },
      checksIt,
    );
    const run: PrintRun = {
      prompt,
      orchestrator: follows(loadsItsSkill, launchesAsQuoted(VALUES), dryRun, place, exports, analyzes, () =>
        says(`Next: /spec:execute ${SLUG}`),
      ),
    };
    await play(
      "decomposes",
      { [SPECIFICATION]: real("02-specification.md") },
      [run],
      (outcome) => {
        const heard = heardIn(outcome, 1);
        expect(heard).toContain(`Decompose this specification: ${SLUG}`);
        expect(heard).toContain("do not read it whole, and do not write it yourself");
        expect(calledIn(outcome, 1)).toEqual([
          "Skill",
          "Agent",
          "plan_create",
          "plan_create",
          "plan_update",
          "plan_analyze",
        ]);
        const agent = outcome.recording.requests.findLast(
          ({ conversation }) => conversation.agentId !== undefined,
        );
        const told = agent?.conversation.blocks
          .flatMap((block) => (block.kind === "result" ? [block.text] : []))
          .join("\n");
        expect(told).toContain("A dependency only where a task needs another's result");
        expect(told).toContain('"created":["1.1","1.2","1.3","2.1","3.1","3.2"]');
        expect(folderOf(outcome)).toEqual([
          "02-specification.md",
          "03-tasks.json",
          "03-tasks.md",
          "04-implementation.md",
        ]);
        expect(JSON.parse(textIn(outcome, TASKS))).toEqual(JSON.parse(real("03-tasks.json")));
        expect(Object.values(readGraph(outcome.database, SLUG).tasks)).toEqual(Array(6).fill("pending"));
      },
      agents,
    );
  });

  it("/spec:decompose leaves a refused draft where it is, goes on with it, and says of a current breakdown that it is", async () => {
    const whole = real("03-tasks.json");
    const cyclic = whole.replace(/"dependencies": \[\]/, '"dependencies": ["3.2"]');
    const agents: NonNullable<Scenario["agents"]> = (conversation) => {
      const told = textOf(conversation.blocks);
      const isThere = told.includes("A draft is there; go on with it");
      const text = told.includes("cycle") ? whole : isThere ? cyclic : whole.slice(0, 4_000);
      return writesBreakdown((file_path) =>
        callsTogether([
          ...(isThere ? [{ tool: "Read", input: { file_path } }] : []),
          { tool: "Write", input: { file_path, content: text } },
        ]),
      )(conversation);
    };
    const interrupted: PrintRun = {
      prompt,
      orchestrator: follows(loadsItsSkill, launchesAsQuoted(VALUES), dryRun, (conversation) =>
        says(`Stopped. ${resultOf(conversation)}`),
      ),
    };
    const goesOn = " A draft is there; go on with it if it fits the specification.";
    const fixed: PrintRun = {
      prompt,
      orchestrator: follows(
        loadsItsSkill,
        launchesAsQuoted(VALUES, goesOn),
        dryRun,
        (conversation) => launchesAsQuoted(VALUES, `${goesOn} ${resultOf(conversation)}`)(conversation),
        dryRun,
        place,
      ),
    };
    const current: PrintRun = {
      prompt,
      orchestrator: follows(loadsItsSkill, readsHead(TASKS), (conversation) =>
        says(`Current: ${/"generatedAt": "(.*?)"/.exec(resultOf(conversation))?.[1]}`),
      ),
    };
    const files = { [SPECIFICATION]: real("02-specification.md") };
    await play(
      "decomposes in two goes",
      files,
      [interrupted, fixed, current],
      (outcome) => {
        expect(runNumber(outcome, 1).texts.join()).toMatch(/Stopped\. .*03-tasks\.draft\.json/);
        expect(heardIn(outcome, 1)).toContain("A refused draft changes nothing.");
        expect(runNumber(outcome, 3).texts.join()).toContain("Current: 2026-03-17T22:00:00.000Z");
        expect(heardIn(outcome, 3)).toContain("Say that the breakdown is current and of when");
        expect(calledIn(outcome, 3)).toEqual(["Skill", "Read"]);
        expect(folderOf(outcome)).toEqual(["02-specification.md", "03-tasks.json"]);
        expect(textIn(outcome, TASKS)).toBe(whole);
      },
      agents,
    );
  });

  it("/spec:decompose after a change keeps what is completed, cancels what is gone, and loses no edit by hand", async () => {
    type Breakdown = { tasks: { id: string; description: string }[] };
    const old = JSON.parse(real("03-tasks.json")) as Breakdown;
    const added = { ...old.tasks[3], id: "2.2", subject: "New", dependencies: ["1.1"] };
    const kept = old.tasks.filter(({ id }) => id !== "2.1");
    const next = `${JSON.stringify({ ...old, mode: "incremental", tasks: [...kept, added] }, null, 2)}\n`;
    const edited = real("03-tasks.json").replace('"size": ', '"owner": "me", "size": ');
    const executesOne: PrintRun = {
      prompt: `/spec:execute ${SLUG}`,
      orchestrator: follows(
        loadsItsSkill,
        callsAsWritten("plan_create", { SLUG, FROM: TASKS }),
        () => calls(taskTool("task_claim"), { plan: SLUG, worker: "main" }),
        (conversation) => {
          const token = /\d+-[a-z2-7]{26}/.exec(resultOf(conversation))?.[0];
          const evidence = [{ inspected: "The file." }];
          const done = { task: `${SLUG}/1.1`, token, outcome: "completed", summary: "Done.", evidence };
          return calls(taskTool("task_report"), done);
        },
      ),
    };
    const values = { ...VALUES, MODE: "incremental", "IDS OF COMPLETED TASKS": "1.1" };
    const decomposesAgain: PrintRun = {
      prompt,
      meanwhile: async (_pid, _recording, { project }) => writeFileSync(join(project, TASKS), edited),
      orchestrator: follows(
        loadsItsSkill,
        readsHead(TASKS),
        callsAsWritten("task_list", VALUES),
        launchesAsQuoted({ ...values, "CHANGELOG LINES": "2.1 became 2.2." }),
        dryRun,
        (conversation) => {
          expect(resultOf(conversation)).toContain("was changed by hand after it was imported");
          return place(conversation);
        },
        (conversation) => says(resultOf(conversation)),
      ),
    };
    await play(
      "decomposes a changed specification",
      { [SPECIFICATION]: real("02-specification.md"), [TASKS]: real("03-tasks.json") },
      [executesOne, decomposesAgain],
      (outcome) => {
        expect(heardIn(outcome, 2)).toContain(
          "In doubt between skip and incremental: incremental, which changes only what differs",
        );
        const aside = "03-tasks.replaced-1.json";
        expect(runNumber(outcome, 2).texts.join()).toContain(`is kept in ${DIR}/${aside}`);
        expect(folderOf(outcome)).toEqual(["02-specification.md", "03-tasks.json", aside]);
        expect(textIn(outcome, `${DIR}/${aside}`)).toBe(edited);
        expect(JSON.parse(textIn(outcome, TASKS))).toEqual(JSON.parse(next));
        const { tasks } = readGraph(outcome.database, SLUG);
        expect(tasks).toMatchObject({ "1.1": "completed", "2.1": "cancelled", "2.2": "pending" });
      },
      writesBreakdown(writesAll(next)),
    );
  });
});

/** Reads the first lines of a file. */
const readsHead = (path: string) => (conversation: Conversation) =>
  calls("Read", { file_path: `${workingDirectory(conversation)}/${path}`, limit: 10 });

/** What the last tool answered. */
function resultOf(conversation: Conversation): string {
  const result = arrivals(conversation).find((block) => block.kind === "result");
  return result?.kind === "result" ? result.text : "";
}
