import { describe, expect, it } from "vitest";
import { commitMessage, planCommitMessage } from "../../mcp-server/src/git/commit-message.ts";
import type { AttemptId, Report } from "../../mcp-server/src/graph/attempt.ts";
import type { GraphEvent } from "../../mcp-server/src/graph/event.ts";
import type { PlanSlug } from "../../mcp-server/src/graph/task.ts";
import { aggregate } from "../../mcp-server/src/report/aggregate.ts";
import { renderLedger } from "../../mcp-server/src/report/render/ledger.ts";
import { renderMarkdown } from "../../mcp-server/src/report/render/markdown/report.ts";
import { renderTasks } from "../../mcp-server/src/report/render/tasks-markdown.ts";
import { renderGantt } from "../../mcp-server/src/report/timeline/gantt.ts";
import { renderTimeline } from "../../mcp-server/src/report/timeline/timeline.ts";
import { cleanLines, cleanText } from "../../mcp-server/src/text/sanitize.ts";
import { visibleJson } from "../../mcp-server/src/text/visible-json.ts";
import { HOSTILE_TEXTS, MARK, UNSEEN } from "../support/hostile-texts.ts";
import { planState, report, START_MS, task } from "../support/plan-fixture.ts";

/**
 * Files and terminals. What the report and the ledger do with every single field, and the audit with transcripts,
 * stands in their own tests (report/markdown, report/tasks-markdown, audit/render).
 */

const SLUG = "p" as PlanSlug;

function runWith(text: string) {
  const tasks = [
    task("1", {
      subject: `${MARK} ${text}`,
      status: "failed",
      acceptance: [{ criterion: text, command: text }],
    }),
  ];
  const given: Partial<Report> = { outcome: "failed", summary: text, notes: [text], filesChanged: [text] };
  const state = planState(tasks, [{ task: "1", from: 0, to: 5, outcome: "failed", report: report(given) }], {
    title: text,
  });
  const events: GraphEvent[] = [];
  const told = aggregate(state, events, START_MS + 60_000);
  return { tasks, told };
}

/** Every place where texts are written as Markdown; the report and the ledger are files as well as answers. */
const AS_MARKDOWN: Readonly<Record<string, (text: string) => string>> = {
  "the report": (text) => renderMarkdown(runWith(text).told),
  "the ledger": (text) => renderLedger(runWith(text).told),
  "03-tasks.md": (text) => {
    const { tasks, told } = runWith(text);
    return renderTasks({
      report: told,
      document: { [text]: text },
      tasks: tasks.map((one) => ({ ...one, description: text })),
      added: tasks.map(({ id }) => id),
      caseInsensitive: false,
    });
  },
  "the chart": (text) => renderGantt(runWith(text).told.timeline),
};

/** Headings, rules, HTML, and the lines that open or close code, outside of quotations. */
function formOf(markdown: string): string[] {
  return markdown
    .split("\n")
    .filter((line) => /^ {0,3}(#{1,6} |```|~~~|---|===|<)|^(section|click) /.test(line))
    .map((line) => line.replace(/^(#+ )(Parallel|Task Break|Implementation S|Task 1).*/, "$1$2"));
}

describe.each(Object.entries(AS_MARKDOWN))("%s", (_place, render) => {
  it.each(Object.entries(HOSTILE_TEXTS))(
    "hostile text in Markdown keeps its form, whatever a task or a report holds: %s",
    (_name, text) => {
      const page = render(text);
      expect(page).toContain(MARK);
      expect(page).not.toMatch(UNSEEN);
      expect(formOf(page)).toEqual(formOf(render("plain")));
      const outside = page.split("\n").filter((line) => !line.startsWith(">"));
      expect(Math.max(...outside.map((line) => line.length))).toBeLessThan(9_000);
    },
  );
});

describe.each(Object.entries(HOSTILE_TEXTS))("in a terminal, %s", (_name, text) => {
  it("hostile text in a terminal is one line of visible characters where a line is meant", () => {
    const line = cleanText(`${MARK} ${text}`, 200);
    expect(line).toContain(MARK);
    expect(line).not.toMatch(UNSEEN);
    expect(line).not.toContain("\n");
    expect([...line].length).toBeLessThanOrEqual(200);
  });

  it("hostile text in a terminal keeps its lines and loses what nobody sees where lines are meant", () => {
    const lines = cleanLines(text);
    expect(lines).toContain(MARK);
    expect(lines).not.toMatch(UNSEEN);
  });

  it("hostile text in a terminal draws nothing into a timeline", () => {
    const drawn = renderTimeline(runWith(text).told.timeline, { width: 80, colour: false });
    expect(drawn).toContain(MARK);
    expect(drawn).not.toMatch(UNSEEN);
    expect(drawn.split("\n")).toHaveLength(
      renderTimeline(runWith("plain").told.timeline, { width: 80, colour: false }).split("\n").length,
    );
  });

  it("hostile text is the same data in JSON, in characters that are all seen", () => {
    const json = visibleJson({ [text]: [text] });
    expect(json).not.toMatch(UNSEEN);
    expect(json).not.toContain("\n");
    expect(JSON.parse(json)).toEqual({ [text]: [text] });
  });
});

describe.each(Object.entries(HOSTILE_TEXTS))("a commit message with %s", (_name, text) => {
  const message = commitMessage(
    SLUG,
    task("1", { subject: `${MARK} ${text}` }),
    { id: 2 as AttemptId, number: 2 },
    report({ summary: text }),
  );

  it("a commit message with hostile text has one short first line, and ends with what the server says", () => {
    const [first = "", blank] = message.split("\n");
    expect(first).toContain(MARK);
    expect([...first].length).toBeLessThanOrEqual(72);
    expect(blank).toBe("");
    // Git reads trailers in the last paragraph only.
    expect(message.split("\n\n").slice(-2)).toEqual(["Attempt 2", `Parallel-Attempt: ${SLUG}/1#2\n`]);
    expect(message).not.toMatch(UNSEEN);
  });

  it("a commit message with hostile text names each task of a plan on one line", () => {
    const lines = planCommitMessage(SLUG, text, [task("1", { subject: text }), task("2")]).split("\n");
    expect(lines.slice(1, 2)).toEqual([""]);
    expect(lines.slice(2).filter(Boolean)).toHaveLength(2);
    expect(lines.join("\n")).not.toMatch(UNSEEN);
  });
});
