import * as z from "zod";
import manifest from "../../.claude-plugin/plugin.json" with { type: "json" };
import { DEFAULT_POLICY } from "../../mcp-server/src/policy/policy.ts";
import {
  MAX_CHOICE,
  ONLY_TIGHTENED,
  type PolicyInput,
  policyInput,
} from "../../mcp-server/src/run/project/plan-settings.ts";
import { SETTING_VARIABLES } from "../../mcp-server/src/run/project/settings-from-environment.ts";
import { markdownTable } from "./markdown-table.ts";

type Setting = keyof PolicyInput;

/** What a setting means. Its values, its default and where it can be set come from the code. */
const MEANINGS: Readonly<Record<Setting, string>> = {
  maxParallel: "Agents at once.",
  capacity: "Agents at once of one role, by the role's name; a role that is not named has the cap.",
  leaseMinutes: "Minutes of silence after which an agent counts as lost.",
  maxLeaseHours: "Hours after which an attempt ends, however lively its agent is.",
  failure:
    "After a failed attempt. `best-effort`: what does not need the task goes on, and it is tried again beside that. `retry`: it is tried again before anything else of its part of the plan (what dependencies connect it with) starts. `fail-fast`: nothing is tried again, and the plan stops. When a task has failed for good, the first two finish what does not need it.",
  retries: "Further attempts at a failed task. A task can state its own number.",
  unscoped:
    "A task of which nobody knows what it writes. `exclusive`: it runs alone. `worktree`: in a worktree. `shared`: beside others.",
  barrier:
    "`level`: a task starts when all tasks of the levels before it have ended. `none`: only dependencies count.",
  guard:
    "What happens when an agent writes outside its scope, with a file tool or with a shell command that can be read. `enforce` refuses what another task holds and records the rest, `strict` refuses both; both put back what one call alone has overwritten of another agent's uncommitted work. `warn` records, `off` does not look.",
  approve:
    "What a run may do without a prompt. `tools`: this plugin's own tools. `scope`: also edits inside the files that the agent's task holds.",
  review:
    "`end`: a plan from a file is reviewed as a whole. `task`: each task that writes is reviewed, too. `off`: only tasks that say so.",
  commit:
    "The server commits what tasks wrote. `task`: each task when it is reported, so before its review (what a review has changed is a commit of its own, and nothing is taken back). `end`: all at once, when every review is over.",
  isolation:
    "Where tasks that write, or may write, work. `shared`: in the checkout, unless the task says `isolation: worktree`. `worktree`: in worktrees, unless the task says `isolation: shared` and nothing before it works in one. `auto`: one of the two, decided once when the plan is made and shown with its reason: worktrees where the planner would run several tasks that write at once and making a worktree, as measured in this repository, takes at most a tenth of a task. A plan keeps what it began with.",
  deliver:
    "Where the merged work of worktrees ends up. `branch`: on `parallel/PLAN`. `checkout`: when nothing is left to run, also in the checkout, as uncommitted changes: all of it, or, if one of its files was changed by somebody else, nothing, and the report names the files and the command.",
  verify:
    "What a completed report needs for an acceptance criterion with a command. `claimed`: what the agent reports is taken; only what was seen to end otherwise goes back. `seen`: Claude Code must have run that command for the agent, by itself in the foreground with its tool Bash, with success and after the task's last change; a report without goes back once, and then fails the attempt. A criterion that is reported as not verified, with the reason, is taken and listed. Where nobody sees what agents run (other clients, agents that report by their last message), as `claimed`. `run`: the server runs the command itself when the report comes in, in the task's worktree, or in the checkout if no other task is at work there, else when none is; a report whose command fails goes back once, and then fails the attempt. It only runs what you have approved (`parallel-tasks approve PLAN`) and nothing while Claude Code's sandbox is on; for what it does not run, as `seen`.",
  questions:
    "What becomes of a question to you by which an agent is blocked. `ask`: you are asked by a form of the client, also for an agent in the background, and it goes on by your answer; where there are no forms, or you close it, the task waits for an answer. `later`: it always waits. `decide`: as `ask`, and where nobody answers, as in a run with `-p`, the agent decides by itself what is easiest to change later, and says so in its notes.",
  maxTokens:
    "Tokens of a plan's agents, without what was read from the cache, after which nothing more is launched; 0: no limit.",
  maxCost:
    "What a plan may cost, its main conversation from the first claim on included, in the money of the [price table](concepts/models-and-money.md): nothing is launched beyond it; 0: no limit.",
  maxTurns: "Answers of the model to a plan's agents, after which nothing more is launched; 0: no limit.",
  maxMinutes:
    "Minutes in which at least one agent of the plan was at work, after which nothing more is launched; 0: no limit.",
  together:
    "`small`: three and more tasks in the checkout of one role and model whose work uses fewer tokens than an agent's beginning go to one agent for up to eight of them, one after another: its report brings the next one. `none`: each has an agent of its own.",
  models:
    '[On what agents work](concepts/models-and-money.md): a model, an effort, or both, by role, by size, or for `all`: `{"all": "sonnet", "small": "haiku low", "code-reviewer": "opus"}`. Model and effort are each decided by the first that names it: the task itself, its role, its size, `all`. Nobody names it: as the conversation has it. The variable holds what is for `all`.',
  escalate:
    'On what failed tasks are tried again, one step for each failed attempt, the last for all further ones: `["sonnet high", "opus"]`. Empty: on the same. A task can state its own.',
  setup:
    "A command that makes a worktree able to run the project (`npm ci`). The server runs it in every worktree before anybody works there, with `PARALLEL_PORT`, and only if you have approved it (`parallel-tasks approve PLAN`) and Claude Code's sandbox is off; else no task starts in a worktree. It has ten minutes and is tried twice. When it fails, no attempt is spent and the plan pauses. See [worktrees](concepts/worktrees.md).",
  gate: "A command that what is merged into the plan's branch must pass ([the gate](concepts/gate.md)): it runs in a worktree of its own, and the branch only moves to a commit on which it ended with 0. It only runs if you have approved it (`parallel-tasks approve PLAN`), and not while Claude Code's sandbox is on. Empty: no gate.",
  notify:
    "Who is told, once each, that the plan needs a decision, that a task has failed for good, that a limit is reached, and that the plan is done ([notifications](concepts/notifications.md)): `desktop`, a command that reads it as JSON and that you have approved (`parallel-tasks approve PLAN`), or, only in your own settings, the address of a webhook. Whom the variable names is told of every plan; whom a plan names, as well.",
};

/** The defaults as people write them: minutes and hours instead of milliseconds. */
const DEFAULTS: Readonly<Record<Setting, unknown>> = {
  ...DEFAULT_POLICY,
  leaseMinutes: DEFAULT_POLICY.leaseMs / 60_000,
  maxLeaseHours: DEFAULT_POLICY.maxLeaseMs / 3_600_000,
  maxMinutes: DEFAULT_POLICY.maxMs / 60_000,
};

/** The table of all settings that a policy has. */
export function policySettings(): string {
  const properties = z.toJSONSchema(policyInput).properties ?? {};
  const rows = (Object.keys(properties) as Setting[]).map((setting) => [
    `\`${setting}\`${setting in manifest.userConfig ? " (option)" : ""}`,
    SETTING_VARIABLES[setting] === undefined ? "" : `\`${SETTING_VARIABLES[setting]}\``,
    valuesOf(properties[setting] as z.core.JSONSchema.JSONSchema),
    `\`${JSON.stringify(DEFAULTS[setting])}\``,
    (ONLY_TIGHTENED as readonly string[]).includes(setting) ? "tighten" : "change",
    MEANINGS[setting],
  ]);
  return markdownTable(["setting", "environment", "values", "default", "a plan may", "meaning"], rows);
}

function valuesOf(schema: z.core.JSONSchema.JSONSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (typeof schema.additionalProperties === "object")
    return `{role: ${valuesOf(schema.additionalProperties)}}`;
  if (schema.type === "array") return `a list of ${valuesOf(schema.items as z.core.JSONSchema.JSONSchema)}`;
  if (schema.type === "string") return schema.maxLength === MAX_CHOICE ? "words" : "a command";
  const { minimum, exclusiveMinimum, maximum } = schema;
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : ` to ${maximum}`;
  return exclusiveMinimum === undefined
    ? `${to === "" ? "from " : ""}${minimum}${to}`
    : `above ${exclusiveMinimum}${to}`;
}
