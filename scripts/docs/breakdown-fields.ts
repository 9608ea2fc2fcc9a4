import { type FieldName, fieldRules } from "../../mcp-server/src/breakdown/task-fields.ts";
import { markdownTable } from "./markdown-table.ts";

/** What a field is for. Its keys, values and defaults come from the code that reads it. */
const MEANINGS: Readonly<Record<FieldName, string>> = {
  id: "Names the task inside the plan; the order of the file is kept.",
  subject: "The task in one line.",
  description: "What the agent is told. It sees neither the specification nor your conversation.",
  activeForm: "The task as something going on, for displays.",
  phase: "Groups tasks for people; only dependencies order them.",
  phaseName: "The name of that group.",
  size: "Used for the estimate where there is no `estimateMinutes`.",
  priority: "For people: what starts first follows from the dependencies and the estimates.",
  dependencies:
    "Tasks whose result this one needs. A shared file is no dependency: scopes keep such tasks apart.",
  needs: "How many of the dependencies must have completed; `settled`: all have ended, however.",
  writes:
    "Files that the task may write. Tasks whose `writes` could meet never run at once. `[]`: it writes nothing. Absent: the paths that the description names keep tasks apart, and a task of which nothing is known runs alone.",
  reads: "Files that no other task may write while this one runs.",
  resources: "Things that only one task may use at a time, such as a port or a test database.",
  agent: "Who does it: an agent of this plugin or one of yours; `feature-implementer` if nothing is said.",
  model:
    "On which model its agent works. `inherit`: as the conversation has it, whatever the policy says of its role, size or plan. See [models and money](concepts/models-and-money.md).",
  effort: "The same for the effort.",
  escalate: 'On what it is tried again, one step for each failed attempt: `["sonnet high", "opus"]`.',
  isolation: "`worktree`: the task, and all that depends on it, works in a git worktree.",
  alternatives: "Tasks of one group are several approaches to one thing; the first to complete is taken.",
  estimateMs: "How long it is expected to take.",
  timeoutMs: "After this long the attempt counts as lost.",
  maxTokens:
    "What all attempts at it together may use, without what is read from the cache. At the limit its agent is asked to report what it has, and it is not tried again.",
  maxCost: "The same in money, by the [price table](concepts/models-and-money.md).",
  maxTurns: "The same in answers of the model.",
  maxMs: "The same in minutes.",
  retries: "Further attempts after the first; the plan's policy decides if nothing is said.",
  acceptance: "What must hold when it is done. A command is one that the agent runs as evidence.",
  review: "`true`: dependents wait for a review of the task, too.",
};

/** The table of all fields of a task, in the order in which they are written. */
export function breakdownFields(): string {
  const rows = fieldRules().map(({ name, keys, expects, essential, standard }) => [
    keys.map((key) => `\`${key}\``).join(", "),
    expects,
    standard === undefined ? "" : `\`${JSON.stringify(standard)}\``,
    essential ? "refused" : "left out",
    MEANINGS[name],
  ]);
  return markdownTable(["field", "must be", "default", "a wrong value is", "meaning"], rows);
}
