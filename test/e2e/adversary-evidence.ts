import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Replay, readLog } from "./graph-log.ts";
import { eventsOf, type GraphState, outcomesOf, readGraph } from "./graph-state.ts";
import type { Outcome } from "./harness/run-scenario.ts";
import { agentsAt, wholeReport } from "./small-plan.ts";

/** What became of a worker's misbehaviour, told from the recording, the file system and the event log. */

/** How the report marks tasks by their status. */
const MARKS: Readonly<Record<string, string>> = { completed: "✓", failed: "✗", pending: "○", cancelled: "⊘" };

/** One call of a worker: the tool, and a part of its input that no other call of that worker has. */
export interface Attempted {
  task: string;
  tool: string;
  input: string;
}

/** A call that would have changed a file. */
export interface AttemptedWrite extends Attempted {
  /** The file that it was about, relative to the project. */
  file: string;
  /** What the file has to hold afterwards; absent: it must not exist. */
  before?: string;
}

/** Says of a write that it was refused, what the worker was told, and whether file and log agree. */
export function refusedWrite(outcome: Outcome, write: AttemptedWrite): string {
  const isAsBefore = contentOf(outcome, write.file) === write.before;
  const agents = agentsAt(outcome, write.task).map(({ agentId }) => `agent ${agentId}`);
  const denials = readLog(outcome.database).filter(
    ({ type, actor, task, data }) =>
      type === "write.denied" &&
      task === write.task &&
      agents.includes(actor) &&
      // What concerns no single path is logged as the whole checkout.
      [write.file, "."].includes(String(data.path)),
  );
  return [
    refusal(outcome, write),
    isAsBefore ? "the file is as it was" : "THE FILE WAS CHANGED",
    denials.length > 0 ? "logged with the agent" : "NOT LOGGED",
  ].join("; ");
}

/** Says of a call that it was refused, with the first sentence of what the worker was told. */
export function refusal(outcome: Outcome, attempted: Attempted): string {
  const answer = answerTo(outcome, attempted);
  if (!answer.isError) return `NOT PREVENTED: “${firstSentence(answer.text)}”`;
  return `prevented: “${firstSentence(answer.text)}”`;
}

/** Says what the report at the end tells of a file that somebody changed without being stopped. */
export function detection(outcome: Outcome, file: string, content: string): string {
  if (contentOf(outcome, file) !== content) return "IT WAS NOT WRITTEN";
  const lines = reportLines(outcome).filter((line) => line.startsWith("- ") && line.includes(file));
  const logged = eventsOf(readGraph(outcome.database), "files.changed").some(({ data }) =>
    (data.files as { path: string }[]).some(({ path }) => path === file),
  );
  if (lines.length === 0 || !logged) return "NOT DETECTED";
  return `detected: “${lines.map((line) => line.slice(2).replaceAll("**", "")).join(" ")}”`;
}

/** Says how the attempts at a task ended, and the task. */
export function fateOf(graph: GraphState, task: string): string {
  const attempts = graph.attempts
    .filter((attempt) => attempt.task === task)
    .map(({ outcome = "running", cause }) => (cause === undefined ? outcome : `${outcome} (${cause})`));
  return `attempts: ${attempts.join(", ")}; the task: ${graph.tasks[task]}`;
}

/** What a file of the project holds; undefined if it does not exist. */
export function contentOf({ project }: Outcome, file: string): string | undefined {
  const path = join(project, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The lines of all that the main conversation said in the last run, with its report. */
export function reportLines(outcome: Outcome): string[] {
  const texts = outcome.runs.at(-1)?.texts ?? [];
  return [...texts, wholeReport(outcome)].join("\n").split("\n");
}

/**
 * Expects that the log breaks no invariant, that nobody works any more, that nothing was done twice, and that the
 * report says of every task what the graph says.
 * @param cap the most agents at once.
 */
export function expectTruthfulEnd(outcome: Outcome, cap = 5): GraphState {
  const graph = readGraph(outcome.database);
  const replay = new Replay(readLog(outcome.database), cap);
  expect(replay.violations).toEqual([]);
  expect([...replay.claims.values()].filter(({ endedMs }) => endedMs === undefined)).toEqual([]);
  const tasks = Object.keys(graph.tasks);
  for (const task of tasks) {
    expect({ task, status: replay.tasks.get(`demo/${task}`)?.status }).toEqual({
      task,
      status: graph.tasks[task],
    });
    expect(reportLines(outcome).join("\n")).toContain(`- ${MARKS[graph.tasks[task] ?? ""]} **${task}** `);
    const completed = outcomesOf(graph, task).filter((ending) => ending === "completed");
    expect({ task, completed }).toEqual({
      task,
      completed: graph.tasks[task] === "completed" ? ["completed"] : [],
    });
  }
  const completed = tasks.filter((task) => graph.tasks[task] === "completed").length;
  expect(reportLines(outcome).join("\n")).toContain(`${completed} of ${tasks.length} tasks completed`);
  for (const { exit, survivors } of outcome.runs) {
    expect(exit.timedOut).toBe(false);
    expect(survivors).toEqual([]);
  }
  return graph;
}

function answerTo(outcome: Outcome, { task, tool, input }: Attempted): { isError: boolean; text: string } {
  const blocks = agentsAt(outcome, task).flatMap(({ agentId }) => {
    const last = outcome.recording.requests.findLast(({ conversation }) => conversation.agentId === agentId);
    return last?.conversation.blocks ?? [];
  });
  const call = blocks.find(
    (block) => block.kind === "call" && block.tool === tool && JSON.stringify(block.input).includes(input),
  );
  const answer = blocks.find(
    (block) => block.kind === "result" && call?.kind === "call" && block.callId === call.id,
  );
  if (answer?.kind !== "result") throw new Error(`${task} never got an answer to ${tool} with ${input}`);
  return answer;
}

/** Without what the host puts around a hook's or a tool's words. */
function firstSentence(text: string): string {
  const words = text.replace(
    /^(PreToolUse:\w+ hook error: |<tool_use_error>(Error: )?)|<\/tool_use_error>$/g,
    "",
  );
  return words.match(/^.*?\.(?=\s|$)/)?.[0] ?? words;
}
