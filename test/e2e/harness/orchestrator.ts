import { z } from "zod";
import { arrivals, type Block, type CallBlock, type Conversation, textOf } from "./conversation.ts";
import { type Answer, answers, findTask, taskTool } from "./task-tools.ts";
import { callsTogether, calls as callsTool, type Output, says, type Turn } from "./turn.ts";
import { workingDirectory, worksByTheBrief } from "./worker.ts";

/**
 * The scripted main conversation. It decides anew at every turn from what stands in the conversation, like a model,
 * so it also goes on correctly after a crash, a notification or a hook's word.
 */
export type Orchestrator = (conversation: Conversation) => Turn;

const launchItem = z.looseObject({
  task: z.string(),
  subagent_type: z.string(),
  description: z.string(),
  prompt: z.string(),
  model: z.string().optional(),
  effort: z.string().optional(),
  isolation: z.string().optional(),
});
type LaunchItem = z.infer<typeof launchItem>;

const stopItem = z.looseObject({ task: z.string(), agentId: z.string() });
type StopItem = z.infer<typeof stopItem>;

const batchAnswer = z.looseObject({
  launch: z.array(launchItem),
  stop: z.array(stopItem).default([]),
  counts: z.looseObject({ running: z.number().default(0) }),
  done: z.boolean().default(false),
});

const collectAnswer = z.looseObject({
  launch: z.array(launchItem).optional(),
  stop: z.array(stopItem).default([]),
  decision: z.string().default("proceed"),
  reason: z.string().default(""),
  counts: z.looseObject({ running: z.number().default(0) }).default({ running: 0 }),
  done: z.boolean().default(false),
});

const claimAnswer = z.looseObject({
  claim: z.looseObject({ task: z.string(), token: z.string(), brief: z.string() }).nullable(),
});

/**
 * Does what `/spec:execute` and its skill ask for. Where the user can be asked it asks once and is woken by the
 * host's notifications; otherwise it waits in the server.
 */
export const executesThePlan: Orchestrator = (conversation) => {
  const turn = decide(conversation);
  return conversation.tools.includes("AskUserQuestion") ? insteadOfWaiting(turn) : turn;
};

function decide(conversation: Conversation): Turn {
  const { plan, start } = command(conversation);
  const given = answers(conversation, start);
  const last = given.at(-1);
  if (last === undefined) {
    const skill = wantedSkill(conversation, start);
    const imports = {
      tool: taskTool("plan_create"),
      input: { plan, from: `specs/${plan}/03-tasks.json` },
    };
    return callsTogether([...(skill === undefined ? [] : [{ tool: "Skill", input: { skill } }]), imports]);
  }
  if (!wasAnswered(conversation)) return afterWaking(plan, given, conversation);
  if (last.isError) return says(`Stopped. ${last.tool} answered: ${last.text}`);
  switch (last.tool) {
    case "plan_create":
      return callsTool(taskTool("plan_analyze"), { plan });
    case "plan_analyze":
      return afterAnalysing(plan, last, conversation);
    case "task_claim":
    case "task_report":
      return afterClaiming(plan, conversation);
    case "batch_next":
      return afterBatch(plan, last, conversation);
    case "batch_collect":
      return afterCollecting(plan, last, conversation);
    default:
      return says(reportIn(given));
  }
}

/** Woken, sent back or asked by the user: what a line about the plan names is done, and nothing is called to look. */
function afterWaking(plan: string, given: Answer[], conversation: Conversation): Turn {
  if (isReported(given)) return says("Finished.");
  const { launch, stop, text } = lines(conversation, plan);
  if (stop.length > 0 || launch.length > 0)
    return callsTogether([...stop.map((agentId) => stopCall({ agentId })), ...launchCalls(launch)]);
  if (text.includes("plan_report")) return callsTool(taskTool("plan_report"), { plan, export: true });
  const waits = /batch_collect \{plan: "[^"]+", launch: true\}/.test(text);
  if (waits) return callsTool(taskTool("batch_collect"), { plan, launch: true });
  const isQuiet = text === "" ? isWoken(conversation) : text.includes("end your turn");
  return isQuiet ? says("Still at work.") : callsTool(taskTool("batch_next"), { plan });
}

/** What hooks said of the plan since the model last spoke. */
function lines(conversation: Conversation, plan: string) {
  const text = textOf(arrivals(conversation))
    .split("\n")
    .filter((line) => new RegExp(`(?:plan )?${plan}: `).test(line))
    .join("\n");
  const launch = [...text.matchAll(/launch with Agent, [^:]*: (\[\{.*?\}\])/g)].flatMap(([, items = "[]"]) =>
    z.array(launchItem).parse(JSON.parse(items)),
  );
  const stop = [...text.matchAll(/stop with TaskStop: ([\w, -]+)/g)].flatMap(([, ids = ""]) =>
    ids.split(", "),
  );
  return { text, launch, stop };
}

function isWoken(conversation: Conversation): boolean {
  return notifications(textOf(arrivals(conversation))) > 0;
}

function afterAnalysing(plan: string, analysis: Answer, conversation: Conversation): Turn {
  if (analysis.value.strategy === "direct")
    return callsTool(taskTool("task_claim"), { plan, worker: "main" });
  // Of the engines this one is the conversation itself.
  const run =
    /Word the choice to run it "([^"]+)": chosen, its first/.exec(String(analysis.value.next))?.[1] ??
    "Run it";
  const answered = conversation.blocks
    .slice(analysis.at)
    .find((block) => block.kind === "result" && block.tool === "AskUserQuestion");
  if (answered?.kind === "result" && !answered.text.includes(`="${run}"`)) return says("Then not now.");
  const { launch } = lines(conversation, plan);
  if (answered !== undefined && launch.length > 0) return callsTogether(launchCalls(launch));
  if (launchesSince(conversation, analysis.at).length > 0)
    return callsTool(taskTool("batch_collect"), { plan, launch: true });
  if (answered !== undefined || !conversation.tools.includes("AskUserQuestion")) {
    return callsTool(taskTool("batch_next"), { plan });
  }
  const options = [run, "Not now"].map((label) => ({ label, description: label }));
  return callsTool("AskUserQuestion", {
    questions: [{ question: "Shall I run this plan?", header: "Plan", multiSelect: false, options }],
  });
}

/**
 * As if no words had been given by which the plan begins with the user's choice: not with a burst, because the user
 * wants another engine, or with none, because he wants something before.
 */
export function inOtherWords(conversation: Conversation, engines: "burst" | "all" = "burst"): Conversation {
  const begins = engines === "burst" ? "its first" : "";
  const given = new RegExp(`Word the choice to run it \\\\"[^"]+\\\\": chosen, ${begins}[^.]*\\. Else: `);
  const blocks = conversation.blocks.map((block) =>
    block.kind === "result" ? { ...block, text: block.text.replace(given, "") } : block,
  );
  return { ...conversation, blocks };
}

/** A plan that needs no agents is worked off here, one claim after the other. */
function afterClaiming(plan: string, conversation: Conversation): Turn {
  const claims = answers(conversation).filter((answer) => answer.tool === "task_claim");
  const claimed = claims.at(-1);
  const { claim } = claimAnswer.parse(claimed?.value);
  if (claimed === undefined || claim === null)
    return callsTool(taskTool("plan_report"), { plan, export: true });
  const spoken = new Set(
    conversation.blocks
      .slice(claimed.at)
      .filter((block) => block.role === "assistant")
      .map((block) => block.message),
  );
  const step = worksByTheBrief[spoken.size];
  if (step === undefined) return callsTool(taskTool("task_claim"), { plan, worker: "main" });
  const task = claim.task.includes("/") ? claim.task : `${plan}/${claim.task}`;
  const directory = workingDirectory(conversation);
  return step({ task, token: claim.token, brief: claim.brief, directory, conversation });
}

function afterBatch(plan: string, answer: Answer, conversation: Conversation): Turn {
  const batch = batchAnswer.parse(answer.value);
  const toStop = batch.stop.filter((item) => !wasStopped(conversation, item, answer.at));
  if (toStop.length > 0) return callsTogether(toStop.map(stopCall));
  const launched = launchesSince(conversation, answer.at);
  if (batch.launch.length > 0 && launched.length === 0) return launches(batch.launch);
  if (launched.length > 0 && launched.every((call) => wasRefused(conversation, call))) {
    return isHopeless(conversation)
      ? callsTool(taskTool("plan_report"), { plan, export: true })
      : callsTool(taskTool("batch_next"), { plan });
  }
  if (batch.done) return callsTool(taskTool("plan_report"), { plan, export: true });
  return callsTool(taskTool("batch_collect"), { plan, launch: true });
}

function afterCollecting(plan: string, answer: Answer, conversation: Conversation): Turn {
  const collected = collectAnswer.parse(answer.value);
  const toStop = collected.stop.filter((item) => !wasStopped(conversation, item, answer.at));
  if (toStop.length > 0) return callsTogether(toStop.map(stopCall));
  if (collected.launch && collected.launch.length > 0) return afterBatch(plan, answer, conversation);
  const isOver = collected.done || collected.decision === "stop" || collected.decision === "escalate";
  if (isOver) return callsTool(taskTool("plan_report"), { plan, export: true });
  const input = callOf(conversation, answer)?.input;
  const waitedForAll = input?.until === "all" || input?.launch === true;
  if (collected.decision === "wait" && waitedForAll && collected.counts.running === 0) {
    return says(`Nothing can go on. ${collected.reason}`);
  }
  if (collected.decision === "wait" && input?.launch === true)
    return callsTool(taskTool("batch_collect"), { plan, launch: true });
  return callsTool(taskTool("batch_next"), { plan });
}

/** Changes an orchestrator into a less obedient one. */
export type Habit = (orchestrator: Orchestrator) => Orchestrator;

/** The orchestrator with all these habits, the first one outermost. */
export function withHabits(orchestrator: Orchestrator, ...habits: Habit[]): Orchestrator {
  return habits.reduceRight((inner, habit) => habit(inner), orchestrator);
}

/** Ends its turn while agents run, and lets the host wake it, also where nobody told it to. */
export const waitsForNotifications: Habit = (inner) => (conversation) =>
  insteadOfWaiting(inner(conversation));

function insteadOfWaiting(turn: Turn): Turn {
  const waits = turn.outputs.some(
    (output) => "tool" in output && output.tool === taskTool("batch_collect") && output.input.launch === true,
  );
  return waits ? says("The agents are at work; I will go on when one of them ends.") : turn;
}

/** Puts every launch into a message of its own. */
export const launchesOneByOne: Habit = (inner) => (conversation) => {
  const next = unlaunched(conversation)[0];
  return next === undefined ? inner(conversation) : launches([next]);
};

/** Waits for every agent of a batch before it launches the next one. */
export const waitsForWholeBatches: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const outputs = turn.outputs.map((output) =>
    "tool" in output && output.tool === taskTool("batch_collect")
      ? { tool: output.tool, input: { plan: output.input.plan, until: "all" } }
      : output,
  );
  return { ...turn, outputs };
};

/** Launches agents also where the plan is not worth them: tasks of a few seconds stand for longer ones. */
export const usesAgents: Habit = (inner) => (conversation) => {
  const turn = inner(conversation);
  const outputs = turn.outputs.map((output) =>
    "tool" in output && output.tool === taskTool("task_claim")
      ? { tool: taskTool("batch_next"), input: { plan: command(conversation).plan } }
      : output,
  );
  return { ...turn, outputs };
};

/** Makes its plan with this policy. */
export function createsWithPolicy(policy: Readonly<Record<string, unknown>>): Habit {
  return (inner) => (conversation) => {
    const turn = inner(conversation);
    const outputs = turn.outputs.map((output) =>
      "tool" in output && output.tool === taskTool("plan_create")
        ? { tool: output.tool, input: { ...output.input, policy } }
        : output,
    );
    return { ...turn, outputs };
  };
}

/** After each launch waits for that task before it launches the next one. */
export const waitsAfterEachLaunch: Habit = (inner) => (conversation) => {
  const { plan } = command(conversation);
  const launched = lastCall(conversation);
  const next = unlaunched(conversation)[0];
  if (next === undefined && launched?.tool !== "Agent") return inner(conversation);
  if (launched?.tool === "Agent") {
    const task = String(launched.input.description).split(" ")[0] ?? "";
    return callsTool(taskTool("batch_collect"), { plan, until: "all", tasks: [task] });
  }
  return next === undefined ? inner(conversation) : launches([next]);
};

/** Leaves out so many launches of every batch that has more of them. */
export function dropsLaunches(count: number): Habit {
  return (inner) => (conversation) => {
    const turn = inner(conversation);
    const launched = turn.outputs.filter(isLaunch);
    if (launched.length <= count) return turn;
    const dropped = new Set<Output>(launched.slice(-count));
    return { ...turn, outputs: turn.outputs.filter((output) => !dropped.has(output)) };
  };
}

/** Buries the prompt that it was given in a long one of its own. */
export const rewritesPrompts: Habit = rewritesLaunches((input) => ({
  ...input,
  prompt: [
    "You are a careful engineer. Read the code around your task before you change anything, keep the style of the",
    `project, and write tests. For your reference, the planner noted: "${String(input.prompt)}".`,
    "When you are finished, answer with a short summary of what you changed and why.",
  ].join(" "),
}));

/** Writes a prompt of its own that has lost the token; told off for a task, it takes the prompt it was given. */
export const losesTokens: Habit = rewritesLaunches((input, conversation) => {
  const isRelaunch = conversation.blocks.some(
    (block) =>
      block.kind === "call" && block.tool === "Agent" && block.input.description === input.description,
  );
  if (isRelaunch) return input;
  return {
    ...input,
    prompt: `Please do ${findTask(String(input.prompt))} and tell me when you are finished.`,
  };
});

/** Names agents without their plugin. */
export const usesBareAgentTypes: Habit = rewritesLaunches((input) => ({
  ...input,
  subagent_type: String(input.subagent_type).replace(/^.*:/, ""),
}));

/** Launches in the foreground. */
export const launchesInForeground: Habit = rewritesLaunches((input) => ({
  ...input,
  run_in_background: false,
}));

/** After its first launch says that everything is done, once, and obeys whoever sends it back. */
export const claimsSuccessEarly: Habit = (inner) => (conversation) => {
  const hasLaunched = conversation.blocks.some((block) => block.kind === "call" && block.tool === "Agent");
  const hasClaimed = conversation.blocks.some((block) => block.kind === "text" && block.text === CLAIM);
  return hasLaunched && !hasClaimed ? says(CLAIM) : inner(conversation);
};
const CLAIM = "All tasks are completed.";

/** Once it has launched something it never calls a tool again. */
export const neverComesBack: Habit = (inner) => (conversation) =>
  conversation.blocks.some((block) => block.kind === "call" && block.tool === "Agent")
    ? says("The agents are at work.")
    : inner(conversation);

/** Ends its turn at the notification with this number (from 1) as if it had not come. */
export function overlooksNotification(number: number): Habit {
  return (inner) => (conversation) => {
    const isWoken = notifications(textOf(arrivals(conversation))) > 0 && !wasAnswered(conversation);
    const seen = notifications(textOf(conversation.blocks));
    const before = seen - notifications(textOf(arrivals(conversation)));
    return isWoken && before < number && number <= seen ? says("Still at work.") : inner(conversation);
  };
}

/** Changes the input of every launch. */
export function rewritesLaunches(
  change: (input: Record<string, unknown>, conversation: Conversation) => Record<string, unknown>,
): Habit {
  return (inner) => (conversation) => {
    const turn = inner(conversation);
    const outputs = turn.outputs.map((output) =>
      isLaunch(output) ? { tool: output.tool, input: change(output.input, conversation) } : output,
    );
    return { ...turn, outputs };
  };
}

function isLaunch(
  output: Turn["outputs"][number],
): output is { tool: string; input: Record<string, unknown> } {
  return "tool" in output && output.tool === "Agent";
}

function notifications(text: string): number {
  return text.match(/<task-notification>/g)?.length ?? 0;
}

/**
 * The plan that the last command is about, by the slug or path that it names or by what was created for it, and where
 * in the conversation the user typed the command or the model invoked it.
 */
export function command(conversation: Conversation): { plan: string; start: number } {
  const start = conversation.blocks.findLastIndex((block) => argumentOf(block) !== undefined);
  const created = conversation.blocks
    .slice(start)
    .findLast((block): block is CallBlock => block.kind === "call" && block.tool === taskTool("plan_create"));
  const argument = argumentOf(conversation.blocks[start])?.split(/[\s,]/)[0];
  const named = argument?.replace(/^specs\//, "").replace(/\/.*$/, "");
  const plan = created === undefined ? named : String(created.input.plan);
  if (plan === undefined || plan === "") throw new Error("the conversation names no plan to execute");
  return { plan, start };
}
const COMMAND = /<command-args>\s*([^<]*[^\s<])/;

function argumentOf(block: Block | undefined): string | undefined {
  if (block?.kind === "call" && block.tool === "Skill" && typeof block.input.args === "string") {
    return block.input.args;
  }
  return block?.kind === "text" && block.role === "user" ? block.text.match(COMMAND)?.[1] : undefined;
}

/** What the last answer with launches offered and no Agent call has taken up since. */
function unlaunched(conversation: Conversation): LaunchItem[] {
  const { start } = command(conversation);
  const batch = answers(conversation, start).findLast(
    (answer) => Array.isArray(answer.value.launch) && !answer.isError,
  );
  if (batch === undefined) return [];
  const launched = launchesSince(conversation, batch.at).map((call) => call.input.description);
  return batchAnswer.parse(batch.value).launch.filter((item) => !launched.includes(item.description));
}

function launchesSince(conversation: Conversation, at: number): CallBlock[] {
  return conversation.blocks
    .slice(at)
    .filter((block): block is CallBlock => block.kind === "call" && block.tool === "Agent");
}

function launches(items: LaunchItem[]): Turn {
  return callsTogether(launchCalls(items));
}

function launchCalls(items: LaunchItem[]): { tool: string; input: Record<string, unknown> }[] {
  return items.map(({ description, subagent_type, prompt, model, effort, isolation }) => ({
    tool: "Agent",
    input: {
      description,
      subagent_type,
      prompt,
      ...(model === undefined ? {} : { model }),
      ...(effort === undefined ? {} : { effort }),
      ...(isolation === undefined ? {} : { isolation }),
    },
  }));
}

function stopCall({ agentId }: Pick<StopItem, "agentId">): { tool: string; input: Record<string, unknown> } {
  return { tool: "TaskStop", input: { task_id: agentId } };
}

function wasStopped(conversation: Conversation, { agentId }: StopItem, at: number): boolean {
  return conversation.blocks
    .slice(at)
    .some((block) => block.kind === "call" && block.tool === "TaskStop" && block.input.task_id === agentId);
}

/** Whether this turn follows a tool result, and not a notification, a hook or the user. */
function wasAnswered(conversation: Conversation): boolean {
  return arrivals(conversation).some((block) => block.kind === "result");
}

/** Whether every launch of the last three messages that launched anything was refused. */
function isHopeless(conversation: Conversation): boolean {
  const calls = launchesSince(conversation, command(conversation).start);
  const last = [...new Set(calls.map((call) => call.message))].slice(-3);
  return (
    last.length === 3 && calls.every((call) => !last.includes(call.message) || wasRefused(conversation, call))
  );
}

/** Whether the host or a hook refused a call. */
export function wasRefused(conversation: Conversation, call: CallBlock): boolean {
  return conversation.blocks.some(
    (block) => block.kind === "result" && block.callId === call.id && block.isError,
  );
}

/** The skill that the command tells to load, if it has not been loaded yet. */
function wantedSkill(conversation: Conversation, start: number): string | undefined {
  const since = conversation.blocks.slice(start);
  if (since.some((block) => block.kind === "call" && block.tool === "Skill")) return undefined;
  return textOf(since).match(/Load the skill `([^`]+)`/)?.[1];
}

function callOf(conversation: Conversation, answer: Answer): CallBlock | undefined {
  return conversation.blocks.find(
    (block): block is CallBlock => block.kind === "call" && block.id === answer.callId,
  );
}

function isReported(given: Answer[]): boolean {
  return given.slice(-2).some((answer) => answer.tool === "plan_report");
}

function reportIn(given: Answer[]): string {
  const report = given.findLast((answer) => answer.tool === "plan_report");
  return typeof report?.value.report === "string"
    ? report.value.report
    : (report?.text ?? "There is no report.");
}

function lastCall(conversation: Conversation): CallBlock | undefined {
  return conversation.blocks.findLast((block): block is CallBlock => block.kind === "call");
}
