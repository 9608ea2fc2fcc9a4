import * as z from "zod";
import { isLive } from "../graph/attempt.ts";
import { hasEnded } from "../graph/readiness.ts";
import { taskName } from "../graph/task.ts";
import { findToken } from "../graph/token.ts";
import { claimOfToken, isRefusal } from "../run/attempts/claim-by-token.ts";
import { renew } from "../run/attempts/start-attempt.ts";
import { addedToLaunchLine, launchLine } from "../run/briefs/brief.ts";
import { briefOf } from "../run/briefs/brief-of-claim.ts";
import type { WriteAnswer } from "../run/guard/changes.ts";
import { guardCommand } from "../run/guard/command.ts";
import { guardWrite } from "../run/guard/write.ts";
import { loadPlan, taskOf } from "../run/plan/load-plan.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { begunPlans, isOwnRun } from "../run/session/own-run.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { workRecord } from "../run/worktrees/work-record.ts";
import { bindByTranscript } from "./bind-by-transcript.ts";
import { allow, deny, type HookAnswer, type HookEvent, json, NOTHING, tell } from "./hook-event.ts";
import { onWorkflowAgentEnd } from "./workflow-agent.ts";
import { onWorkflowCall } from "./workflow-call.ts";
import { placeAgent } from "./worktree-agent.ts";

const OWN_TOOL = /^mcp__plugin_parallel_tasks__(\w+)$/;
/** What an agent needs for its task; the rest is the orchestrator's. */
const AGENT_TOOLS = new Set([
  "task_get",
  "task_list",
  "task_report",
  "task_update",
  "task_claim",
  "task_create",
]);
/** Names of tasks, possibly with the full stop that ends a sentence. */
const TASK_NAME = /[a-z0-9][a-z0-9-]*\/[A-Za-z0-9][\w.+-]*/g;
const WRITING_TOOLS = new Set(["Write", "Edit", "NotebookEdit"]);

const agentInput = z.looseObject({ prompt: z.string(), description: z.string().optional() });
const readInput = z.looseObject({ file_path: z.string() });
const shellInput = z.looseObject({ command: z.string() });
const trialInput = z.looseObject({ dryRun: z.literal(true) });
const writeInput = z.looseObject({ file_path: z.string().optional(), notebook_path: z.string().optional() });

/** Before any tool that the run has to do with: who calls, may it, and is it still allowed to write. */
export async function onPreToolUse(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
): Promise<HookAnswer> {
  const agentId = event.agent === "" ? undefined : event.agent;
  if (event.use !== "") session.noteCall(event.use, { agentId });
  if (agentId !== undefined) await signOfLife(run, session, agentId, event.transcript);
  if (event.tool === "Workflow") return onWorkflowCall(run, session, event);
  if (event.tool === "StructuredOutput") return onWorkflowAgentEnd(run, session, event);
  if (event.tool === "Agent" || event.tool === "Task") return launch(run, session, event, agentId);
  const own = OWN_TOOL.exec(event.tool)?.[1];
  if (own !== undefined) return permitOwnTool(run, session, own, agentId, event.input);
  if (event.tool === "Read") return permitOwnText(run, event);
  if (agentId !== undefined && WRITING_TOOLS.has(event.tool)) {
    const input = json(writeInput, event.input);
    const path = input?.file_path ?? input?.notebook_path;
    if (path !== undefined) return writeAnswer(await guardWrite(run, agentId, path, event.cwd));
  }
  if (agentId !== undefined && event.tool === "Bash") {
    const command = json(shellInput, event.input)?.command;
    if (command !== undefined) return writeAnswer(await guardCommand(run, agentId, command, event.cwd));
  }
  return NOTHING;
}

/** Any tool call of an agent renews its lease, and the first one may tell which attempt it works on. */
async function signOfLife(
  run: RunContext,
  session: SessionMemory,
  agentId: string,
  transcript: string,
): Promise<void> {
  const store = await run.graph();
  if (!store) return;
  const held =
    (await store.read((reader) => reader.claimOfAgent(agentId))) ??
    (await bindByTranscript(run, session, agentId, transcript));
  if (held?.claim.state !== "running") return;
  await placeAgent(run, session, held, { agent: agentId, transcript });
  const { claim } = held;
  const loaded = await store.read((reader) => loadPlan(run, reader, held.plan));
  if (run.now() - claim.lastSeenMs < loaded.policy.leaseMs / 3) return;
  await store.write(run.now, `agent ${agentId}`, (tx) =>
    renew(tx, loaded.policy, taskOf(loaded, claim.task), claim),
  );
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
  agentId: string | undefined,
  input: string,
): Promise<HookAnswer> {
  const own = await isOwnRun(run, session);
  if (!own) return NOTHING;
  // When nothing can start, an agent of the script waits for whoever else works on the plan.
  const waits = tool === "batch_collect" && session.workflows.ids.length > 0;
  // Whoever writes a breakdown has it checked until it is right.
  const isTrial = tool === "plan_create" && json(trialInput, input) !== undefined;
  if (agentId !== undefined && !AGENT_TOOLS.has(tool) && !isTrial && !waits) {
    return deny(
      "Only the main conversation plans and launches. Finish your own task and report it with task_report.",
    );
  }
  return allow("part of this session's own run");
}

/** The host asks before it reads outside the project, and a skill's references lie there. */
async function permitOwnText(run: RunContext, event: HookEvent): Promise<HookAnswer> {
  const path = json(readInput, event.input)?.file_path;
  return path !== undefined && (await run.ownTexts.include(path))
    ? allow("a text of this plugin's own skills")
    : NOTHING;
}

/** Puts the brief in the place of the launch line, and refuses a launch that nobody offered. */
async function launch(
  run: RunContext,
  session: SessionMemory,
  event: HookEvent,
  agentId: string | undefined,
): Promise<HookAnswer> {
  const store = await run.graph();
  if (!store) return NOTHING;
  if (agentId !== undefined) {
    const held = await store.read((reader) => reader.claimOfAgent(agentId));
    return held && isLive(held.claim)
      ? deny(
          "An agent that executes a task launches no agents. Do the work yourself, or report blocked with task_report.",
        )
      : NOTHING;
  }
  const input = json(agentInput, event.input);
  if (!input) return NOTHING;
  const token = findToken(`${input.prompt}\n${input.description ?? ""}`);
  if (token === undefined) return withoutToken(run, input.prompt);

  const found = await store.read((reader) => claimOfToken(run, reader, token));
  if (isRefusal(found)) {
    return deny(
      `The token is not valid: ${found.why}. Call batch_next and launch what it returns, copied as it is.`,
    );
  }
  const { claim } = found.held;
  if (claim.state === "running" || session.wasLaunched(claim.id)) {
    return deny(`${found.held.plan}/${found.task.id} was launched already. Launch each item once.`);
  }
  session.noteLaunch(event.use, { token, attempt: claim.id });
  const { isolation: _isolation, ...rest } = input;
  const isolated =
    claim.isolation === "worktree"
      ? { record: await store.read((reader) => workRecord(reader, found.held.planId)) }
      : undefined;
  const added = addedToLaunchLine(input.prompt, launchLine(found.loaded.stored.slug, found.task.id, token));
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      updatedInput: {
        ...rest,
        prompt: briefOf(
          { ...found, claim },
          token,
          { added, canReport: run.roles.canReport(claim.agentType) },
          isolated,
        ),
        subagent_type: claim.agentType,
        ...(isolated && { isolation: "worktree" }),
      },
    },
  };
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
