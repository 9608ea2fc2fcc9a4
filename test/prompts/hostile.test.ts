import { describe, expect, it } from "vitest";
import { CallerError } from "../../mcp-server/src/errors/caller-error.ts";
import type { EndedAttempt, Report } from "../../mcp-server/src/graph/attempt.ts";
import type { PlanSlug } from "../../mcp-server/src/graph/task.ts";
import { type BriefFacts, writeBrief } from "../../mcp-server/src/run/briefs/brief.ts";
import { shownPath } from "../../mcp-server/src/text/display-path.ts";
import { cleanAnswer } from "../../mcp-server/src/tools/answer/clean-answer.ts";
import { failure } from "../../mcp-server/src/tools/answer/failure.ts";
import { HOSTILE_TEXTS, MARK, UNSEEN } from "../support/hostile-texts.ts";
import { report, task } from "../support/plan-fixture.ts";

const TOKEN = "17-abcdefghijklmnopqrstuvwxyz";

function brief(facts: Partial<BriefFacts>): string {
  return writeBrief({
    plan: "p" as PlanSlug,
    task: task("1"),
    description: "",
    token: TOKEN,
    scope: { basis: "declared", writes: ["src/a.ts"], reads: [], resources: [] },
    inputs: [],
    earlier: [],
    canReport: true,
    ...facts,
  });
}

const ended = (given: Partial<EndedAttempt>) =>
  ({ state: "ended", number: 1, outcome: "failed", widened: [], ...given }) as EndedAttempt;
const reported = (given: Partial<Report>) => [
  { task: task("0", { status: "completed" }), report: report(given) },
];

/** Every place of a brief that holds somebody's text. */
const IN_A_BRIEF: Readonly<Record<string, (text: string) => Partial<BriefFacts>>> = {
  "the subject": (text) => ({ task: task("1", { subject: text }) }),
  "the description": (text) => ({ description: text }),
  "an acceptance criterion": (text) => ({ task: task("1", { acceptance: [{ criterion: text }] }) }),
  "an acceptance command": (text) => ({
    task: task("1", { acceptance: [{ criterion: "It works", command: text }] }),
  }),
  "a note on the task": (text) => ({ task: task("1", { notes: [text] }) }),
  "a glob of the scope": (text) => ({
    scope: { basis: "declared", writes: [text], reads: [], resources: [] },
  }),
  "a resource": (text) => ({ scope: { basis: "declared", writes: [], reads: [], resources: [text] } }),
  "the subject of a dependency": (text) => ({
    inputs: [{ task: task("0", { subject: text, status: "failed" }) }],
  }),
  "the summary that a dependency handed over": (text) => ({ inputs: reported({ summary: text }) }),
  "a note that a dependency handed over": (text) => ({ inputs: reported({ notes: [text] }) }),
  "a file that a dependency changed": (text) => ({ inputs: reported({ filesChanged: [text] }) }),
  "the last message that a dependency handed over": (text) => ({
    inputs: [{ task: task("0", { status: "completed" }), lastMessage: text }],
  }),
  "the summary of an earlier attempt": (text) => ({
    earlier: [ended({ report: report({ outcome: "failed", summary: text }) })],
  }),
  "the last message of an earlier attempt": (text) => ({ earlier: [ended({ lastMessage: text })] }),
  "the cause of an earlier attempt's end": (text) => ({ earlier: [ended({ cause: text })] }),
  "what the orchestrator added": (text) => ({ added: text }),
  "the path of a worktree": (text) => ({
    worktree: { path: text, branch: "parallel/p", kept: [], elsewhere: [] },
  }),
};

/** The frame of a brief: headings of the first rank and the lines that name task and token. */
function frameOf(text: string): string[] {
  return text.split("\n").filter((line) => /^\s{0,3}(# |(Task|Token):)/i.test(line));
}

describe.each(Object.entries(IN_A_BRIEF))("%s in a brief", (_place, facts) => {
  it.each(Object.entries(HOSTILE_TEXTS))(
    "foreign text in a brief is text, whatever it holds: %s",
    (_name, text) => {
      const hostile = brief(facts(text));
      const harmless = brief(facts(MARK));
      expect(hostile).toContain(MARK);
      expect(hostile).not.toMatch(UNSEEN);
      expect(hostile).not.toMatch(/<\/?(system-reminder|task-notification)/);
      expect(hostile.length).toBeLessThan(harmless.length + 62_000);
      // The subject is a heading itself.
      const withoutSubject = (lines: string[]) => lines.filter((line) => !line.includes(MARK));
      expect(withoutSubject(frameOf(hostile))).toEqual(withoutSubject(frameOf(harmless)));
    },
  );
});

describe("an acceptance command", () => {
  it("an acceptance command stands in the brief exactly as it has to be run", () => {
    const shown = (command: string) =>
      brief({ task: task("1", { acceptance: [{ criterion: "It works", command }] }) }).match(
        /verify by: `(.*)`/,
      )?.[1];
    const plain = `grep -c "a  b" src/*.ts | sort`;
    expect(shown(plain)).toBe(plain);
    expect(shown("sed 's/<b>//'")).not.toContain("<b>");
    expect(JSON.parse(shown("sed 's/<b>//'") ?? "")).toBe("sed 's/<b>//'");
    expect(JSON.parse(shown("cat <<E\nx\nE") ?? "")).toBe("cat <<E\nx\nE");
    expect(JSON.parse(shown("echo \u202ea") ?? "")).toBe("echo \u202ea");
  });
});

describe.each(Object.entries(HOSTILE_TEXTS))("an answer of a tool with %s", (_name, text) => {
  it("an answer of a tool holds nothing that nobody sees, wherever the hostile text stands", () => {
    const answer = JSON.stringify(cleanAnswer({ rows: [{ subject: text, [text]: [text] }], line: text }));
    expect(answer).toContain(MARK);
    expect(JSON.parse(answer).line).not.toMatch(UNSEEN);
    expect(answer).not.toMatch(UNSEEN);
  });

  it("an error of a tool holds no hostile text that nobody sees, in neither place", () => {
    const answer = failure(new CallerError("bad_input", `subject: ${text}`, `Not ${text}.`, "subject"));
    expect(JSON.stringify(answer)).toContain(MARK);
    expect(answer.content[0]?.text).not.toMatch(UNSEEN);
  });

  it("an answer of a tool names a path exactly, in characters that are all seen", () => {
    const shown = shownPath(text);
    expect(shown).not.toMatch(UNSEEN);
    const meant: string = shown.startsWith('"') ? JSON.parse(shown) : shown;
    expect(meant.replace(/…$/, "")).toBe(text.slice(0, 4_096));
  });
});
