import * as z from "zod";
import { hasEnded } from "../graph/readiness.ts";
import { type PlanSlug, taskName } from "../graph/task.ts";
import { findToken, hashToken } from "../graph/token.ts";
import { launchesAgent } from "../host/launching-tools.ts";
import { isReached, raiseLimit, type SpentLimit, spentText } from "../policy/spending/limits.ts";
import { claimOfToken, isRefusal } from "../run/attempts/claim-by-token.ts";
import { addedToLaunchLine, launchLine } from "../run/briefs/brief.ts";
import { briefOf, readForBrief } from "../run/briefs/brief-of-claim.ts";
import type { AgentCall } from "../run/guard/agent-call.ts";
import { isApprovedCommand } from "../run/guard/approved-command.ts";
import type { WriteAnswer } from "../run/guard/changes.ts";
import { guardCommand, guardPowerShell } from "../run/guard/command.ts";
import { guardWrite } from "../run/guard/file-tool.ts";
import { type GraphView, readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { begunPlans, isOwnRun } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { refusalForAgent } from "../tools/own-agent.ts";
import { agentCall } from "./agent-call.ts";
import {
  allow,
  deny,
  type HookAnswer,
  type HookEvent,
  isDenied,
  isMainCall,
  isNothing,
  json,
  NOTHING,
  tell,
} from "./hook-event.ts";
import { watchBegin, withNotes } from "./watched-call.ts";
import { onWorkflowAgentEnd } from "./workflow-agent.ts";
import { onWorkflowCall } from "./workflow-call.ts";

const OWN_TOOL = /^mcp__plugin_parallel_tasks__(\w+)$/;
/** What an agent that is at a limit of its task may still call. */
const ENDING_TOOLS = /^(?:mcp__plugin_parallel_tasks__task_(?:report|get)|StructuredOutput|ToolSearch)$/;
/** Names of tasks, possibly with the full stop that ends a sentence. */
const TASK_NAME = /[a-z0-9][a-z0-9-]*\/[A-Za-z0-9][\w.+-]*/g;
const WRITING_TOOLS = new Set(["Write", "Edit", "NotebookEdit"]);
const SHELLS = new Set(["Bash", "PowerShell"]);

const agentInput = z.looseObject({ prompt: z.string(), description: z.string().optional() });
const readInput = z.looseObject({ file_path: z.string() });
const shellInput = z.looseObject({ command: z.string() });
/** Nothing that changes how the command runs: not in the background, and not outside of the sandbox. */
const plainShellInput = z.strictObject({
  command: z.string(),
  description: z.string().optional(),
  timeout: z.number().optional(),
});
const anyInput = z.looseObject({});
const writeInput = z.looseObject({ file_path: z.string().optional(), notebook_path: z.string().optional() });

/** Before any tool that the run has to do with: who calls, may it, and is it still allowed to write. */
export async function onPreToolUse(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  if (isMainCall(event) && event.mode !== "") session.permissionMode = event.mode;
  if (event.use !== "") session.noteCall(event.use, { agentId: agentOf(event) });
  try {
    return await answerByGraph(run, session, event);
  } catch (error) {
    return answerWithoutGraph(run, session, event, error);
  }
}

async function answerByGraph(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  const agentId = agentOf(event);
  const call = agentId === undefined ? undefined : await agentCall(run, session, agentId, event);
  // A report may end its attempt: what was known before it says nothing about later calls.
  if (agentId !== undefined && OWN_TOOL.test(event.tool)) session.noteStanding(agentId, undefined);
  const answer = await answerTool(run, session, event, call);
  // Any tool call of an agent renews its lease, and goes on doing so until it ends; that it cannot be renewed now
  // changes nothing of the answer.
  await call?.renewLease().catch(() => undefined);
  if (session.answeredLate.has(event)) return NOTHING;
  if (!isDenied(answer)) noteCommand(run, session, event);
  noteInCall(run, session, call);
  const hasNews = !isDenied(answer) && (await watchBegin(run, session, event, call));
  if (!call) return answer;
  const now = hasNews ? await call.readAgain() : call;
  return withNotes(session, event, now, answer);
}

/**
 * The answer while the graph does not: an agent's writes are judged by the claims last known, and refused where nothing
 * is. The host lets a call through whose hook fails or comes late.
 * @param error why the graph does not answer.
 */
export async function answerWithoutGraph(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  error: unknown,
): Promise<HookAnswer> {
  const known = session.lastStanding(event.agent)?.withoutGraph(error);
  const answer = await judgeWithoutGraph(run, session, event, known, error);
  noteInCall(run, session, known);
  if (isDenied(answer)) return answer;
  noteCommand(run, session, event);
  await watchBegin(run, session, event, known, true);
  return answer;
}

async function judgeWithoutGraph(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  known: AgentCall | undefined,
  error: unknown,
): Promise<HookAnswer> {
  const canWrite = WRITING_TOOLS.has(event.tool) || SHELLS.has(event.tool);
  if (event.agent === "" || run.settings.guard === "off" || !canWrite) return NOTHING;
  if (known) return answerTool(run, session, event, known);
  return deny(
    `The task graph cannot be read now, so nobody knows whose files this would change. ${error instanceof Error ? error.message : ""} Try again in a moment.`,
  );
}

function agentOf({ agent }: HookEvent): string | undefined {
  return agent === "" ? undefined : agent;
}

function noteInCall(run: RunContext, session: SessionMemory, call: AgentCall | undefined): void {
  if (call?.isAtWork) session.inCall.begins(call.agentId, call.standing.plan.policy.leaseMs, run.now());
}

async function answerTool(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  call: AgentCall | undefined,
): Promise<HookAnswer> {
  const isAgent = event.agent !== "";
  const asked = call?.isAtWork ? session.limits.askedOf(call.standing.own.claim.id) : undefined;
  if (asked !== undefined && !ENDING_TOOLS.test(event.tool)) return deny(asked);
  if (event.tool === "Workflow") return onWorkflowCall(run, session, event);
  if (event.tool === "StructuredOutput") return onWorkflowAgentEnd(run, session, event);
  if (launchesAgent(event.tool)) {
    return isAgent ? refuseLaunch(call) : launch(run, session, event);
  }
  const own = OWN_TOOL.exec(event.tool)?.[1];
  if (own !== undefined) return permitOwnTool(run, session, own, isAgent, event.input);
  if (event.tool === "Read") return permitOwnText(run, event);
  if (call && WRITING_TOOLS.has(event.tool)) {
    const input = json(writeInput, event.input);
    const path = input?.file_path ?? input?.notebook_path;
    if (path !== undefined) return writeAnswer(await guardWrite(call, path, event.cwd));
  }
  if (call && SHELLS.has(event.tool)) {
    const command = json(shellInput, event.input)?.command;
    if (command !== undefined) {
      const guard = event.tool === "PowerShell" ? guardPowerShell : guardCommand;
      const answer = writeAnswer(await guard(call, command, event.cwd));
      const isPlain = event.tool === "Bash" && json(plainShellInput, event.input) !== undefined;
      return isPlain && isNothing(answer) && (await isApprovedCommand(call, command, event.cwd))
        ? allow("an acceptance command of the agent's task that the user has approved")
        : answer;
    }
  }
  return NOTHING;
}

/** It is about to run, as far as this plugin has a say in it. */
function noteCommand(run: RunContext, session: SessionMemory, event: HookEvent): void {
  const command = event.tool === "Bash" ? json(shellInput, event.input)?.command : undefined;
  // What a module runs is evidence of nobody's work.
  if (command === undefined || (event.agent === "" && !isMainCall(event))) return;
  session.commands.began(agentOf(event), { use: event.use, command, atMs: run.now() });
}

function writeAnswer(answer: WriteAnswer): HookAnswer {
  if (answer.kind === "deny") return deny(answer.reason);
  if (answer.kind === "warn") return tell("PreToolUse", answer.reason);
  return answer.kind === "allow" ? allow("inside the files of the agent's task") : NOTHING;
}

/** Our own tools need no prompt inside a run that the user let begin. */
async function permitOwnTool(
  run: RunContext,
  session: SessionMemory,
  tool: string,
  isAgent: boolean,
  input: string,
): Promise<HookAnswer> {
  const own = await isOwnRun(run, session);
  if (!own) return NOTHING;
  // When nothing can start, an agent of the script waits for whoever else works on the plan.
  const waits = tool === "batch_collect" && session.workflows.ids.length > 0;
  const refusal = isAgent && !waits ? refusalForAgent(tool, json(anyInput, input)) : undefined;
  if (refusal) return deny(`${refusal.message} ${refusal.remedy}`);
  return allow("part of this session's own run");
}

/** The host asks before it reads outside the project, and a skill's references lie there. */
async function permitOwnText(run: RunContext, event: HookEvent): Promise<HookAnswer> {
  const path = json(readInput, event.input)?.file_path;
  return path !== undefined && (await run.pluginTexts.include(path))
    ? allow("a text of this plugin's own")
    : NOTHING;
}

/** An agent that holds a claim may not launch others. */
function refuseLaunch(call: AgentCall | undefined): HookAnswer {
  return call?.takesPlace
    ? deny(
        "An agent that executes a task launches no agents. Do the work yourself, or report blocked with task_report.",
      )
    : NOTHING;
}

/** Puts the brief in the place of the launch line, and refuses a launch that nobody offered. */
async function launch(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  const store = await run.graph();
  if (!store) return NOTHING;
  const input = json(agentInput, event.input);
  if (!input) return NOTHING;
  const token = findToken(`${input.prompt}\n${input.description ?? ""}`);
  if (token === undefined) return withoutToken(run, input.prompt);

  const read = async (view: GraphView) => {
    const found = await claimOfToken(view, token);
    if (isRefusal(found)) return found;
    const { task, loaded, held } = found;
    return { task, held, loaded, forBrief: await readForBrief(loaded, { task, claim: held.claim }) };
  };
  const ahead = { claim: { tokenHash: hashToken(token) } };
  const found = await readGraph(run, store, read, ahead);
  if (isRefusal(found)) {
    return deny(
      `The token is not valid: ${found.why}. Call batch_next and launch what it returns, copied as it is.`,
    );
  }
  const { claim } = found.held;
  if (claim.state === "running" || session.wasLaunched(claim.id)) {
    return deny(`${found.held.plan}/${found.task.id} was launched already. Launch each item once.`);
  }
  const { spent } = found.loaded;
  if (claim.state === "offered" && spent && isReached(spent)) return deny(atLimit(found.held.plan, spent));
  session.noteLaunch(event.use, { token, attempt: claim.id });
  session.goesOn();
  // The claim says on what the agent works: it was shown to the user, and is what the attempt is remembered with.
  const { isolation: _isolation, model: _model, effort: _effort, ...rest } = input;
  const added = addedToLaunchLine(input.prompt, launchLine(found.loaded.stored.slug, found.task.id, token));
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      // Auto mode checks what its model wrote. It cannot judge a launch that a module makes, or whose prompt is another
      // one now, and would ask about each.
      permissionDecision: "allow",
      permissionDecisionReason: "a task of the plan that the user let begin",
      updatedInput: {
        ...rest,
        prompt: briefOf(
          run,
          { ...found, claim },
          token,
          { added, canReport: run.roles.canReport(claim.agentType) },
          found.forBrief,
        ),
        subagent_type: claim.agentType,
        ...claim.chosenModel,
        ...(found.forBrief.record && { isolation: "worktree" }),
      },
    },
  };
}

function atLimit(plan: PlanSlug, spent: SpentLimit): string {
  return `${spentText(spent)} ${raiseLimit(plan, spent)}`;
}

/** Whoever were launched without a token for a task that is still to be done would work without a claim. */
async function withoutToken(run: RunContext, prompt: string): Promise<HookAnswer> {
  const named = new Set(prompt.match(TASK_NAME)?.map((name) => name.replace(/[.+-]+$/, "")));
  if (named.size === 0) return NOTHING;
  for (const { loaded } of await begunPlans(run)) {
    const { slug } = loaded.stored;
    const meant = [...loaded.graph.tasks.values()].find(
      (task) => !hasEnded(task.status) && named.has(taskName(slug, task.id)),
    );
    if (meant) {
      return deny(
        `The prompt for ${taskName(slug, meant.id)} holds no token. Launch what batch_next {plan: "${slug}"} returns, with its prompt copied as it is.`,
      );
    }
  }
  return NOTHING;
}
