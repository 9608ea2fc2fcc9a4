import type { Attempt, EndedAttempt, Report } from "../../graph/attempt.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Scope } from "../../graph/scope/scope.ts";
import type { PlanSlug, Task, TaskId } from "../../graph/task.ts";
import { MESSAGE_DONE, MESSAGE_FAILED } from "../../policy/failure/message-outcome.ts";
import { mayJudge } from "../../policy/review.ts";
import type { TaskFiles } from "../../report/files/files-of-tasks.ts";
import { shownPath } from "../../text/display-path.ts";
import { exactLine, foreignLine, ownWords, quotation } from "../../text/untrusted-text.ts";
import { filesLine } from "../plan/files-of-tasks.ts";
import { PORT_VARIABLE } from "../worktrees/setup/port.ts";

/** What other tasks handed over may take this many characters of a brief. */
const MAX_INPUT_CHARACTERS = 6_000;
/** What the orchestrator added to the prompt is kept up to this length. */
const MAX_ADDED_CHARACTERS = 500;
/** As long as a note may be where it is put on a task. */
const MAX_NOTE = 4_000;
/** A criterion is never cut in the middle of what it asks for. */
const MAX_CRITERION = 4_000;

export interface BriefFacts {
  readonly plan: PlanSlug;
  readonly task: Task;
  readonly description: string;
  readonly token: string;
  readonly scope: Scope;
  /** Dependencies in order, with the report of their last attempt. */
  readonly inputs: readonly Input[];
  /** Of a review: what earlier ones found that is not accepted as fixed, a quoted text for each. */
  readonly found?: readonly string[];
  /** Earlier attempts at this task. */
  readonly earlier: readonly Attempt[];
  /** The checkout's top level, where the session works in a folder below it: paths do not lead from there. */
  readonly topLevel?: string;
  /** Absent: it works in the shared checkout. */
  readonly worktree?: WorktreeFacts;
  /** What the orchestrator wrote beside the launch line. */
  readonly added?: string;
  /** Whether the agent has the tool to report with; else its last message is its report. */
  readonly canReport: boolean;
  /** Absent: an agent that Claude Code launched with the brief. */
  readonly reader?: BriefReader;
  /** Top level of the checkout, for a reader who has to be told. */
  readonly checkout?: string;
}

/** Who asks for its brief itself, instead of being launched with it. */
export interface BriefReader {
  /** It claimed the task, and goes on with another one after it. */
  readonly pulls: boolean;
  /** In other clients nothing else says in which checkout the server works, nor how its tools are called. */
  readonly isClaudeCode: boolean;
}

/** What a task before this one handed over. */
export interface Input {
  readonly task: Task;
  /** Of its last attempt that reported. */
  readonly report?: Report;
  /** What its agent said last, where that was taken as the report. */
  readonly lastMessage?: string;
  /** What is known of the files that it wrote; absent: only what it reports. */
  readonly files?: TaskFiles;
}

/** What an agent has to know of its worktree. */
export interface WorktreeFacts {
  /** Absent: the host has put the agent into it. */
  readonly path?: string;
  /** Loopback port that it has for itself; absent: the agent is told when it starts, or never. */
  readonly port?: number;
  readonly branch: string;
  /** Commits of earlier attempts at the task, which are not merged. */
  readonly kept: readonly { readonly number: number; readonly commit: string }[];
  /** Dependencies whose files lie in the shared checkout only. */
  readonly elsewhere: readonly TaskId[];
}

/** What an agent is told: its task, its limits, what came before, and how to report. */
export function writeBrief(facts: BriefFacts): string {
  const { plan, task, description, token } = facts;
  const sections = [
    `You execute one task of the plan "${plan}". ${facts.worktree ? "You have a git worktree of your own." : "Other agents may be working in the same checkout at the same time."}`,
    `Task: ${plan}/${task.id}\nToken: ${token}`,
    `# ${foreignLine(task.subject)}\n\n${ownWords(description)}`,
    acceptance(task),
    place(facts),
    files(facts.scope, facts.worktree || facts.checkout !== undefined ? undefined : facts.topLevel),
    inputs(facts),
    foundBefore(facts.found),
    earlierAttempts(facts.earlier),
    task.notes.length > 0
      ? `# Notes on this task\n${task.notes.map((note) => quotation(note.slice(0, MAX_NOTE))).join("\n")}`
      : "",
    added(facts.added),
    facts.canReport ? endWithReport(facts) : END_WITH_MESSAGE,
    "Do not stage, commit, stash, switch branches, or launch agents; do not format the whole project, nor test it unless the task says so.",
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** A reviewer hands in one thing more than others. */
function verdict(task: Task): string {
  if (!mayJudge(task)) return "";
  if (purposeOf(task)?.kind !== "review") {
    return " If you judged work, add verdict: accepted, or rejected with findings that say what is to be fixed.";
  }
  return ` And verdict: accepted, or rejected with findings that say what is to be fixed; outcome is completed when you have judged, whatever the verdict, and failed only if you could not.`;
}

function endWithReport({ plan, task, reader }: BriefFacts): string {
  const isClaudeCode = reader?.isClaudeCode ?? true;
  const tool = !isClaudeCode
    ? "task_report of this server"
    : "task_report of this plugin's server (mcp__plugin_parallel_tasks__task_report)";
  const then = reader?.pulls
    ? "Then go on as its answer says."
    : "Reply with the line that it returns and nothing else.";
  return `# How to end
1. Call the tool ${tool} once: task "${plan}/${task.id}", the token above, outcome (completed, failed or blocked), a summary of at most three sentences, filesChanged, and evidence: ${evidence(task)}.${isClaudeCode ? SEEN_COMMANDS : ""}${verdict(task)} A task that must come first, or what only a person can decide or permit: outcome blocked with blockedOn {tasks: [ids]} or {question}. What you found wrong: findings, each {severity, file: "path:line", text}. What tasks after this one should know: notes.
2. ${then}`;
}

/** Where the host tells what it ran, a report is compared with that. */
const SEEN_COMMANDS =
  " A command is compared with what was run: run it once more after your last change, by itself (no pipe, ; or ||), and report the same text.";

/** What an agent proves: each criterion, or where there is none that the work is right. */
function evidence({ acceptance }: Task): string {
  return acceptance.length > 0
    ? 'one entry per acceptance criterion, as {criterion: "1", command, exitCode, result}, {criterion, inspected} or {criterion, notVerified: why}'
    : "what shows that it is right, as {command, exitCode, result}, {inspected} or {notVerified: why}";
}

/** For agents whose own tools leave no other way. */
const END_WITH_MESSAGE = `# How to end
Your last message is your report, taken as it is. It begins with the word ${MESSAGE_DONE} or ${MESSAGE_FAILED}; then what you did or what stopped you, the files that you changed, how each acceptance criterion was verified (the command and its result) or that it was not, and what tasks after this one should know.`;

function acceptance(task: Task): string {
  if (task.acceptance.length === 0) return "";
  const lines = task.acceptance.map(
    ({ criterion, command }, i) =>
      `${i + 1}. ${shownCriterion(criterion)}${command === undefined ? "" : ` (verify by: \`${exactLine(command)}\`)`}`,
  );
  return `# Acceptance\n${lines.join("\n")}`;
}

/** A criterion as the brief names it: agents repeat it in their evidence. */
export function shownCriterion(criterion: string): string {
  return foreignLine(criterion, MAX_CRITERION);
}

function place({ worktree, checkout }: BriefFacts): string {
  if (!worktree && checkout !== undefined) {
    return `# Where you work\nIn the checkout \`${shownPath(checkout)}\`: every path of this brief is relative to it. If that is not the project that you were asked to work on, change nothing and say so.`;
  }
  if (!worktree) return "";
  const { path, port, branch, kept, elsewhere } = worktree;
  const where =
    path === undefined
      ? "Your working directory is a worktree of your own: do not leave it."
      : `Work in \`${shownPath(path)}\` and nowhere else: every path of this brief is meant relative to it, and every command runs in it (\`cd\` there first).`;
  return [
    "# Where you work",
    `${where} It was cut from the branch ${branch}, which holds the merged work of the tasks before yours; what lies uncommitted in the main checkout is not in it. Leave your changes uncommitted: they are committed and merged when you report.`,
    ...(port === undefined
      ? []
      : [`Its own port is ${port}: what listens there is started with ${PORT_VARIABLE}=${port}.`]),
    ...kept.map(
      ({ number, commit }) =>
        `The work of attempt ${number} is not in it: \`git show ${commit}\` tells what it did.`,
    ),
    ...elsewhere.map((id) => `The files of ${id} are not in it: they lie uncommitted in the main checkout.`),
  ].join("\n");
}

function files(scope: Scope, topLevel: string | undefined): string {
  const list = (globs: readonly string[]) => globs.map((glob) => `\`${shownPath(glob)}\``).join(", ");
  const resources =
    scope.resources.length > 0
      ? ` You alone hold: ${scope.resources.map((name) => foreignLine(name)).join(", ")}.`
      : "";
  const from =
    topLevel === undefined
      ? ""
      : ` Paths lead from the repository's top level, \`${shownPath(topLevel)}\`, here and in your report.`;
  if (scope.basis === "declared") {
    const may = scope.writes.length > 0 ? `You may write ${list(scope.writes)}.` : "You write no files.";
    return `# Files\n${may} Anything else may belong to another task: if you need it, report blocked with blockedOn {writes: [...]}.${from}${resources}`;
  }
  const kept =
    scope.writes.length > 0
      ? ` ${list(scope.writes)} ${scope.writes.length === 1 ? "is" : "are"} kept free for you.`
      : "";
  return `# Files\nNobody declared what this task writes: write only what the task needs.${kept} If a write is refused because another task holds the file, report blocked with blockedOn {writes: [...]}.${from}${resources}`;
}

function inputs(facts: BriefFacts): string {
  if (facts.inputs.length === 0) return "";
  let left = MAX_INPUT_CHARACTERS;
  const lines = facts.inputs.map(({ task, ...handed }) => {
    const name = `${facts.plan}/${task.id} ${foreignLine(task.subject)}`;
    if (task.status !== "completed")
      return `- ${name}: missing (${task.status}). Work without it or report blocked.`;
    const text = handedOver(handed) || "completed, nothing handed over";
    const kept = text.slice(0, Math.max(0, left));
    left -= kept.length;
    return `- ${name}:\n${quotation(kept === text ? kept : `${kept} … (cut; task_get tells the rest)`)}`;
  });
  return `# What the tasks before this one handed over\n${lines.join("\n")}`;
}

function handedOver({ report, lastMessage, files: wrote }: Omit<Input, "task">): string {
  return [
    report?.summary ?? lastMessage ?? "",
    filesLine(wrote, report),
    ...(report?.notes ?? []).map((note) => `Note: ${note}`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function foundBefore(found: readonly string[] = []): string {
  if (found.length === 0) return "";
  return `# What earlier reviews found\nLook first whether it is fixed, and whether the fix broke anything. Report again what is not fixed: of what was rejected, all that you do not name counts as fixed when you accept.\n${found.join("\n")}`;
}

function earlierAttempts(earlier: readonly Attempt[]): string {
  const ended = earlier.filter((attempt): attempt is EndedAttempt => attempt.state === "ended");
  if (ended.length === 0) return "";
  const lines = ended.slice(-3).map((attempt) => {
    const { report, lastMessage, cause } = attempt;
    // With a report there is a cause only where the report was not believed.
    const what = report
      ? [cause, report.summary].filter(Boolean).join("\n")
      : (lastMessage ?? cause ?? "no report");
    return `- Attempt ${attempt.number}, ${attempt.outcome}:\n${quotation(what.slice(0, 1_000))}`;
  });
  return `# Earlier attempts at this task\nTheir files may still be there. Do not repeat what failed.\n${lines.join("\n")}`;
}

function added(text: string | undefined): string {
  if (text === undefined || text.trim() === "") return "";
  return `# The orchestrator added\n${quotation(text.trim().slice(0, MAX_ADDED_CHARACTERS))}`;
}

/**
 * The one line with which the orchestrator launches the task. It costs the main conversation almost nothing;
 * a hook replaces it with the brief, and without hooks it says where the brief is.
 */
export function launchLine(plan: PlanSlug, task: TaskId, token: string): string {
  return `Task ${plan}/${task}, token ${token}. No brief? task_get.`;
}

/** What a prompt says beside the launch line. */
export function addedToLaunchLine(prompt: string, line: string): string {
  return prompt.replace(line, "").trim();
}
