import type { AttemptId } from "../../graph/attempt.ts";
import type { PlanSlug } from "../../graph/task.ts";
import { hashToken } from "../../graph/token.ts";
import { keepNewest } from "../../host/keep-newest.ts";
import type { HeldClaim } from "../../store/tables/held-claim.ts";
import { CallWatch } from "../effects/call-watch.ts";
import { ModuleRuns } from "../engine/module-runs.ts";
import type { AgentCall } from "../guard/agent-call.ts";
import type { RunContext } from "../project/run-context.ts";
import { AgentClaims } from "./agent-claims.ts";
import { AgentsInCall } from "./agents-in-call.ts";
import { CommandLog } from "./command-log.ts";
import { LimitWatch } from "./limit-watch.ts";
import { RunnerTasks } from "./runner-tasks.ts";
import { WorkflowRuns } from "./workflow-runs.ts";

/** Tool calls are remembered until so many newer ones came; a call is answered long before. */
const MAX_CALLS = 2_000;
/** Ends that come right after one another are of one turn for certain: nobody sees and interrupts one in that time. */
const MAX_NOTICE_GAP_MS = 250;

/** Who makes a tool call, as the host's hooks tell it. */
export interface Caller {
  /** Undefined: the main conversation. */
  readonly agentId: string | undefined;
}

/**
 * What this server process knows of the one session that it serves. Nothing of it needs to survive the
 * process: whatever matters is in the graph.
 */
export class SessionMemory {
  readonly #calls = new Map<string, Caller>();
  readonly #claimless = new Map<string, string>();
  readonly #standings = new Map<string, AgentCall>();
  readonly #launches = new Map<string, { readonly token: string; readonly attempt: AttemptId }>();
  readonly #pulled = new Map<string, true>();
  /** Plans that this session made or works on; its calls of our own tools need no permission prompt. */
  readonly plans = new Set<string>();
  /** Plans that the main conversation works at by itself, one task after the other, with the name it does so under. */
  readonly pulls = new Map<string, string>();
  /** Plans whose tasks agents of this session claim by themselves, one after the other. */
  readonly pools = new Set<string>();
  /** Scripts of the host that run a plan. */
  readonly workflows = new WorkflowRuns();
  /** The plugin's module in the host, and the plans that it runs. */
  readonly module = new ModuleRuns();
  /** Runners that this session has started in the background. */
  readonly runners = new RunnerTasks();
  /** The plan that the user is asked about, and that begins by this engine if the answer is the choice. */
  offered: { readonly plan: PlanSlug; readonly choice: string; readonly engine: "mod" | "burst" } | undefined;
  /** The host's permission mode, as it was at the last prompt or call. */
  permissionMode: string | undefined;
  /** What was run with Bash, by the main conversation and by agents. */
  readonly commands = new CommandLog();
  readonly agentClaims = new AgentClaims();
  /** Attempts whose agents have their worktree, or are about to get it, with what the agent is then told. */
  readonly placed = new Map<AttemptId, Promise<string>>();
  /** Version of each plan that the main conversation has heard of. */
  readonly told = new Map<string, number>();
  /** Version of each plan at which the session was sent back to work. */
  readonly sentBack = new Map<string, number>();
  /** Waits beside the conversation that have not ended, by plan. */
  readonly waitsBeside = new Map<string, string>();
  /** Questions that were put to the user, and that nobody answered. */
  readonly unanswered = new Set<string>();
  /** Agents that the main conversation was told to stop. */
  readonly toldToStop = new Set<string>();
  /** A report that the user is to be shown at the end of the turn, because no model repeats it. */
  toShow: string | undefined;
  /** Whether the session was told with a launch how it is to wait: every further one would pay for it again. */
  wasToldHowToWait = false;
  readonly inCall = new AgentsInCall();
  readonly limits = new LimitWatch();
  /** Events of other agents' writes that the agents concerned were told. */
  readonly toldNotes = new Set<number>();
  /** Events of hooks that were answered without the graph, because it took too long: what it says now reaches nobody. */
  readonly answeredLate = new WeakSet<object>();
  /** Events of hooks whose answer waits for a worktree to be set up, as the host does. */
  readonly answersMayTakeLong = new WeakSet<object>();
  /** The last prompt of the turn that has not ended; an interruption ends a turn without telling any hook. */
  #openTurn: string | undefined;
  #interrupted = false;
  #noticeAnsweredMs = Number.NEGATIVE_INFINITY;
  #callWatch: CallWatch | undefined;
  readonly #closing: (() => Promise<void>)[] = [];
  /** @param interactive whether somebody sits before the session; headless ones must wait in a tool. */
  constructor(readonly interactive: boolean) {}

  /** Whether the user interrupted the main conversation, which has not gone on with the run since. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** @param isInterrupted whether the user has interrupted the turn before. */
  turnBegins(promptId: string, isInterrupted: boolean): void {
    if (isInterrupted) {
      this.#interrupted = true;
      this.inCall.forget();
    }
    this.#openTurn = promptId;
  }

  /** Whether a prompt finds the turn before it unended. */
  findsOpenTurn(promptId: string): boolean {
    return this.#openTurn !== undefined && this.#openTurn !== promptId;
  }

  /** Whether a notification that comes at this time came with the one before. */
  isWithLastNotice(atMs: number): boolean {
    return atMs - this.#noticeAnsweredMs <= MAX_NOTICE_GAP_MS;
  }

  noticeAnswered(atMs: number): void {
    this.#noticeAnsweredMs = atMs;
  }

  isOpenTurn(promptId: string): boolean {
    return this.#openTurn === promptId;
  }

  turnEnds(nowMs: number): void {
    this.#openTurn = undefined;
    this.module.turnEnds(nowMs);
  }

  /** Whether the conversation has a turn, as far as hooks tell. */
  get hasTurn(): boolean {
    return this.#openTurn !== undefined;
  }

  /** The main conversation goes on with the run. */
  goesOn(): void {
    this.#interrupted = false;
  }

  /** Something was logged that tells the main conversation nothing: whoever knew all before still does. */
  overlook(plan: string, before: number, after: number): void {
    for (const versions of [this.told, this.sentBack]) {
      if (versions.get(plan) === before) versions.set(plan, after);
    }
  }

  /** Whether something launches the plan's agents instead of the conversation, and goes on by itself. */
  runsBeside(plan: string): boolean {
    return this.workflows.idOf(plan) !== undefined || this.isToldEndOf(plan);
  }

  /** Whether what launches the plan's agents beside the conversation tells it the end, with the report. */
  isToldEndOf(plan: string): boolean {
    return this.module.of(plan) !== undefined || this.runners.has(plan);
  }

  noteCall(toolUseId: string, caller: Caller): void {
    remember(this.#calls, toolUseId, caller);
  }

  callerOf(toolUseId: string | undefined): Caller | undefined {
    return toolUseId === undefined ? undefined : this.#calls.get(toolUseId);
  }

  noteLaunch(toolUseId: string, launch: { token: string; attempt: AttemptId }): void {
    remember(this.#launches, toolUseId, launch);
  }

  /** The main conversation claimed this task for itself. */
  notePull(token: string): void {
    remember(this.#pulled, token, true);
  }

  /** The claim among these at which the main conversation works by itself. */
  pulledAmong(held: readonly HeldClaim[]): HeldClaim | undefined {
    const hashes = new Set([...this.#pulled.keys()].map(hashToken));
    return held.find(({ claim }) => claim.state === "running" && hashes.has(claim.tokenHash));
  }

  /** The tool calls of this session, and what they change. */
  callWatch(run: RunContext): CallWatch {
    this.#callWatch ??= new CallWatch(run);
    return this.#callWatch;
  }

  /** To be called every second while this process runs, so that a time in which it does not is noticed. */
  beat(): void {
    this.#callWatch?.beat();
  }

  /** @param close to be called when the session ends. */
  whenClosed(close: () => Promise<void>): void {
    this.#closing.push(close);
  }

  /** Lets go what is told to other servers, and what was begun for this session. */
  async close(): Promise<void> {
    await this.#callWatch?.close();
    for (const close of this.#closing) await close();
  }

  /** Whether whoever holds the token goes on with another task after it. */
  isPull(token: string): boolean {
    return this.#pulled.has(token);
  }

  get hasLaunches(): boolean {
    return this.#launches.size > 0;
  }

  /** What was read of an agent with its newest call; undefined when it may have changed since by a call of its own. */
  noteStanding(agentId: string, call: AgentCall | undefined): void {
    if (call) remember(this.#standings, agentId, call);
    else this.#standings.delete(agentId);
  }

  /** The agent's newest call of which something is known. */
  lastStanding(agentId: string): AgentCall | undefined {
    return this.#standings.get(agentId);
  }

  /** The agent holds no claim as the graph is in that state. */
  noteClaimless(agentId: string, state: string): void {
    remember(this.#claimless, agentId, `${state} ${this.#launches.size}`);
  }

  /** Whether that was seen of the agent in this very state of the graph, with the launches that there are. */
  isClaimless(agentId: string, state: string): boolean {
    return this.#claimless.get(agentId) === `${state} ${this.#launches.size}`;
  }

  launchOf(toolUseId: string): { readonly token: string; readonly attempt: AttemptId } | undefined {
    return this.#launches.get(toolUseId);
  }

  /** The launch came to nothing, for instance because the user refused it: it may be tried again. */
  forgetLaunch(attempt: AttemptId): void {
    for (const [toolUseId, launch] of this.#launches) {
      if (launch.attempt === attempt) this.#launches.delete(toolUseId);
    }
  }

  /** Whether hooks would have told of the launch of an offer, and have not. */
  isLeftOut(attempt: AttemptId): boolean {
    return this.#calls.size > 0 && !this.wasLaunched(attempt);
  }

  wasLaunched(attempt: AttemptId): boolean {
    return [...this.#launches.values()].some((launch) => launch.attempt === attempt);
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  keepNewest(map, MAX_CALLS);
}
