import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { arrivals, type Conversation, textOf, turnsTaken } from "./conversation.ts";
import { scriptAgent } from "./script-agent.ts";
import { answers, findTask, findToken, taskTool } from "./task-tools.ts";
import { callsTogether, calls as callsTool, says, type Turn } from "./turn.ts";

/** The scripted subagent: it reads its brief, takes one step a turn, and knows nothing but its conversation. */

export interface Assignment {
  /** `plan/id`. */
  task: string;
  token: string | undefined;
  brief: string;
  /** The directory in which the agent works. */
  directory: string;
  conversation: Conversation;
}

export type Step = (assignment: Assignment) => Turn;

/**
 * The steps of a worker, one a turn. Past its last step a worker repeats that it is done, so a step that stands
 * after `stopsSilently` is what the worker does when it is reminded, and the lack of one is how it ignores that.
 */
export type Work = Step[];

/** Writes files in one message; a file that is there already has to be read first, in the same message. */
export function writes(files: Record<string, string>): Step {
  return ({ directory }) =>
    callsTogether(
      Object.entries(files).flatMap(([file, content]) => {
        const path = isAbsolute(file) ? file : join(directory, file);
        const write = { tool: "Write", input: { file_path: path, content } };
        return existsSync(path) ? [{ tool: "Read", input: { file_path: path } }, write] : [write];
      }),
    );
}

/** Reads a file and replaces a text in it. */
export function edits(file: string, before: string, after: string): Step {
  return ({ directory }) => {
    const path = join(directory, file);
    return callsTogether([
      { tool: "Read", input: { file_path: path } },
      { tool: "Edit", input: { file_path: path, old_string: before, new_string: after } },
    ]);
  };
}

/** Runs a shell command. */
export function runs(command: string): Step {
  return ({ directory, conversation }) => {
    const there = directory === workingDirectory(conversation) ? "" : `cd ${directory} && `;
    return callsTool("Bash", { command: `${there}${command}`, description: "Run a command" });
  };
}

/** Calls any other tool. */
export function uses(tool: string, input: Record<string, unknown>): Step {
  return () => callsTool(tool, input);
}

export interface ReportFields {
  outcome?: "completed" | "failed" | "blocked";
  verdict?: "accepted" | "rejected";
  summary?: string;
  evidence?: Record<string, unknown>[];
  filesChanged?: string[];
  findings?: Record<string, unknown>[];
  notes?: string[];
  blockedOn?: Record<string, unknown>;
}

/** Reports the task, as completed with evidence where nothing else is said. */
export function reports(fields: ReportFields = {}): Step {
  return ({ task, token }) =>
    callsTool(taskTool("task_report"), {
      task,
      token: token ?? "",
      outcome: "completed",
      summary: `Did ${task}.`,
      evidence: [{ inspected: "Read the changed files again; they hold what the task asks for." }],
      filesChanged: [],
      findings: [],
      notes: [],
      ...fields,
    });
}

/** Reports a failure. */
export function fails(summary: string, fields: ReportFields = {}): Step {
  return reports({
    outcome: "failed",
    summary,
    evidence: [{ command: "npm test", exitCode: 1, result: summary }],
    ...fields,
  });
}

/** Reports that it cannot go on without something. */
export function isBlockedOn(blockedOn: Record<string, unknown>): Step {
  return reports({ outcome: "blocked", summary: "Cannot go on.", evidence: [], blockedOn });
}

/** Claims completion without any evidence. */
export function reportsWithoutEvidence(): Step {
  return reports({ evidence: [] });
}

/** Ends without a report. */
export function stopsSilently(text = "I am done."): Step {
  return () => says(text);
}

/** Its model is not served any more: too many requests, or the user's limit is reached. */
export function isRefused(message = "This request would exceed your account's rate limit."): Step {
  return () => ({ outputs: [], refusal: { status: 429, type: "rate_limit_error", message } });
}

/** Never finishes its turn. */
export function hangs(): Step {
  return () => ({ outputs: [{ text: "never said" }], latencyMs: Number.POSITIVE_INFINITY });
}

/** The same step by a model that takes its time. */
export function after(latencyMs: number, step: Step): Step {
  return (assignment) => ({ ...step(assignment), latencyMs });
}

/** Writes the first plausible file of the brief, then reports by the brief's acceptance, or that it is blocked. */
export const worksByTheBrief: Work = [
  (assignment) => {
    const file = plausibleFile(assignment);
    return file === undefined
      ? reportsByTheBrief(assignment)
      : writes({ [file]: `${assignment.task}\n` })(assignment);
  },
  (assignment) => {
    const write = arrivals(assignment.conversation).find(
      (block) => block.kind === "result" && block.tool === "Write",
    );
    const file = plausibleFile(assignment);
    if (write?.kind === "result" && write.isError && file !== undefined) {
      return isBlockedOn({ writes: [file] })(assignment);
    }
    return file === undefined ? says(lastLine(assignment.conversation)) : reportsByTheBrief(assignment);
  },
];

/** Reports with one piece of evidence for each criterion of the brief. */
export const reportsByTheBrief: Step = (assignment) => {
  const file = plausibleFile(assignment);
  const section = assignment.brief.match(/^# Acceptance\n((?:\d+\. .*(?:\n|$))+)/m)?.[1] ?? "";
  const criteria = [...section.matchAll(/^\d+\. (.*?)(?: \(verify by: `.*`\))?$/gm)].map((match) => match[1]);
  const inspected = "Read the changed files again; they hold what the task asks for.";
  return reports({
    ...(criteria.length === 0 ? {} : { evidence: criteria.map((criterion) => ({ criterion, inspected })) }),
    filesChanged: file === undefined ? [] : [file],
  })(assignment);
};

/** Answers a subagent's requests by the work that a task's id has, or by the default. */
export class Workers {
  readonly #work: Record<string, Work | Work[]>;
  readonly #default: Work;
  readonly #attempts = new Map<string, string[]>();

  /** A list of works for one task is for its first, second, … agent; further agents do as the last one. */
  constructor(work: Record<string, Work | Work[]>, fallback: Work = worksByTheBrief) {
    this.#work = work;
    this.#default = fallback;
  }

  /** Answers one request of a subagent, and says which task it is about. */
  readonly answer = (conversation: Conversation): { turn: Turn; task?: string } => {
    const prompt = openingText(conversation);
    const script = scriptAgent(conversation, prompt);
    const task = findTask(script?.brief ?? prompt);
    if (script?.first) return { turn: script.first, ...(task !== undefined && { task }) };
    if (script && script.brief === undefined) return { turn: script.end };
    if (task === undefined) return { turn: says("Nothing to do.") };
    const brief = fetchedBrief(conversation, prompt, script?.brief);
    const token = findToken(brief.text);
    if (!brief.isComplete) {
      const fetch = callsTool(taskTool("task_get"), token === undefined ? { task } : { task, token });
      return { turn: fetch, task };
    }
    const next = broughtBy(conversation);
    if (next) return { turn: this.#inTurn(next, conversation), task: next.task };
    const assignment: Assignment = {
      task,
      token,
      brief: brief.text,
      directory: placeIn(brief.text) ?? workingDirectory(conversation),
      conversation,
    };
    const steps = this.#workOf(task, conversation.agentId ?? "");
    const at = turnsTaken(conversation) - brief.turnsSpent;
    const step = steps[at];
    const again = step === undefined ? reportAgain(conversation) : undefined;
    const end = script?.end ?? says(lastLine(conversation));
    const turn = again ?? step?.(assignment) ?? end;
    return { turn: script && (again || steps.length === at + 1) ? withEnd(turn, script.end) : turn, task };
  };

  /** What it does at a task that a report has brought. */
  #inTurn({ task, token, brief, turnsSpent }: Brought, conversation: Conversation): Turn {
    const directory = placeIn(brief) ?? workingDirectory(conversation);
    const step = this.#workOf(task, conversation.agentId ?? "")[turnsTaken(conversation) - turnsSpent];
    return (
      step?.({ task, token, brief, directory, conversation }) ??
      reportAgain(conversation) ??
      says(lastLine(conversation))
    );
  }

  #workOf(task: string, agentId: string): Work {
    const agents = this.#attempts.get(task) ?? [];
    if (!agents.includes(agentId)) agents.push(agentId);
    this.#attempts.set(task, agents);
    const id = task.slice(task.indexOf("/") + 1);
    const work = this.#work[task] ?? this.#work[id] ?? this.#default;
    const attempt = agents.indexOf(agentId);
    return isSequence(work) ? (work[Math.min(attempt, work.length - 1)] ?? this.#default) : work;
  }
}

interface Brought {
  readonly task: string;
  readonly token: string;
  readonly brief: string;
  /** How often the agent had spoken before. */
  readonly turnsSpent: number;
}

/** The last task that the answer to a report has brought along. */
function broughtBy(conversation: Conversation): Brought | undefined {
  const report = answers(conversation).findLast(
    (answer) => answer.tool === "task_report" && answer.value.claim !== undefined,
  );
  if (!report) return undefined;
  const before = { ...conversation, blocks: conversation.blocks.slice(0, report.at + 1) };
  const { task, token, brief } = report.value.claim as Omit<Brought, "turnsSpent">;
  return { task, token, brief, turnsSpent: turnsTaken(before) };
}

/** The same report, where a hook has held it back until its agent has read what else changed; which depends on who was faster. */
function reportAgain(conversation: Conversation): Turn | undefined {
  const held = arrivals(conversation).find(
    (block) => block.kind === "result" && block.isError && block.text.includes("then report again."),
  );
  const call = conversation.blocks.find(
    (block) => block.kind === "call" && held?.kind === "result" && block.id === held.callId,
  );
  return call?.kind === "call" ? callsTool(call.tool, call.input) : undefined;
}

/** An agent of the plugin's script reports and ends in one message, if that report is the last that it wants to do. */
function withEnd(turn: Turn, end: Turn): Turn {
  const isReport = turn.outputs.some((output) => "tool" in output && output.tool === taskTool("task_report"));
  return isReport ? { ...turn, outputs: [...turn.outputs, ...end.outputs] } : turn;
}

function isSequence(work: Work | Work[]): work is Work[] {
  return Array.isArray(work[0]);
}

/** A prompt of one line means that no brief reached the agent, and that it has to fetch it. */
function fetchedBrief(
  conversation: Conversation,
  prompt: string,
  claimed: string | undefined,
): { text: string; isComplete: boolean; turnsSpent: number } {
  if (claimed !== undefined) return { text: claimed, isComplete: true, turnsSpent: 1 };
  if (/^Task: /m.test(prompt) && /^Token: /m.test(prompt))
    return { text: prompt, isComplete: true, turnsSpent: 0 };
  const fetched = answers(conversation).find((answer) => answer.tool === "task_get");
  if (fetched !== undefined)
    return { text: `${prompt}\n${briefIn(fetched.value, fetched.text)}`, isComplete: true, turnsSpent: 1 };
  return { text: prompt, isComplete: false, turnsSpent: 0 };
}

function briefIn(value: Record<string, unknown>, text: string): string {
  return typeof value.brief === "string" ? value.brief : text;
}

/** What the agent was told before its first turn, without the host's own reminders and lists. */
function openingText(conversation: Conversation): string {
  const firstReply = conversation.blocks.findIndex((block) => block.role === "assistant");
  const opening = firstReply === -1 ? conversation.blocks : conversation.blocks.slice(0, firstReply);
  const prompts = opening.filter(
    (block) => block.kind === "text" && block.role === "user" && !block.text.startsWith("<system-reminder>"),
  );
  const hooks = opening.flatMap((block) =>
    block.kind === "text"
      ? [...block.text.matchAll(/SubagentStart hook additional context: ([\s\S]*)/g)].map((match) => match[1])
      : [],
  );
  return [textOf(prompts), ...hooks].join("\n");
}

/** The host tells every conversation where it works; in a worktree that is not the project's folder. */
export function workingDirectory(conversation: Conversation): string {
  const directory = textOf(conversation.blocks).match(/Primary working directory: (.+)/)?.[1];
  if (directory === undefined) throw new Error("the host did not say in which directory it works");
  return directory.trim();
}

/** The worktree in which a brief tells to work, where the host has not put the agent into one. */
function placeIn(brief: string): string | undefined {
  return brief.match(/^Work in `([^`]+)` and nowhere else/m)?.[1];
}

/** An agent ends with the line that `task_report` gave it. */
function lastLine(conversation: Conversation): string {
  const report = answers(conversation).findLast((answer) => answer.tool === "task_report");
  return typeof report?.value.reply === "string" ? report.value.reply : "I am done.";
}

/** The first path that the brief grants, else names; a glob becomes a file of the task's own below it. */
function plausibleFile({ task, brief }: Assignment): string | undefined {
  if (/^You write no files\./m.test(brief)) return undefined;
  const name = task.replaceAll(/[^\w.-]/g, "-");
  const granted =
    brief.match(/^You may write `([^`]+)`/m)?.[1] ?? brief.match(/ `([^`]+)`.*kept free for you/)?.[1];
  const named = brief.match(/(?<![\w/.~@$:-])(?:[\w.@()[\]-]+\/)+[\w.@()[\]-]+\.\w+/g) ?? [];
  const path = granted ?? named.find((candidate) => candidate !== task && !candidate.startsWith("specs/"));
  if (path === undefined) return `notes/${name}.md`;
  const parts = path.split("/");
  const glob = parts.findIndex((part) => part.includes("*"));
  if (glob !== -1) return [...parts.slice(0, glob), `${name}.txt`].join("/");
  return path.endsWith("/") ? `${path}${name}.txt` : path;
}
