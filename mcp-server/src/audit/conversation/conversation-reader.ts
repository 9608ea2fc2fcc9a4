import { taskNotificationsIn } from "../../host/task-notification.ts";
import {
  type CallBlock,
  objectOf,
  type ResultBlock,
  type ShownAgent,
  stringOf,
  type TranscriptRecord,
} from "../../host/transcripts/transcript-record.ts";
import { UsageCounter } from "../../host/transcripts/usage-counter.ts";
import { ConversationActivity } from "./activity.ts";
import { agentMessagesIn, withoutFrame } from "./agent-message.ts";
import { type CommandCheck, commandCheck, isWritingCommand, toolCheck } from "./check-command.ts";
import type {
  AgentLaunch,
  CheckRun,
  Collect,
  Conversation,
  LaunchAnswer,
  Statement,
  Step,
  TranscriptPlace,
} from "./conversation.ts";
import { LAUNCH_TEXT_LIMIT, launchAnswer } from "./launch-answer.ts";
import { TouchedFiles } from "./touched-files.ts";
import { transcriptPath } from "./transcript-path.ts";
import { admitsFailure, countsFailures, hasNotRun } from "./wording.ts";

/** What is kept of one conversation, so that its size does not decide how much memory it takes. */
export const MAX_STEPS = 20_000;
/** Steps that launch agents or tell of them are kept beyond that. */
const MAX_AGENT_STEPS = 100_000;
export const MAX_LAUNCHES = 20_000;
/** So many launches are kept with their whole prompts and reports. */
const MAX_WHOLE_LAUNCHES = 2_000;
const MAX_OPEN_CALLS = 20_000;
const PROMPT_LIMIT = 6_000;
const REPORT_LIMIT = 6_000;
const CLOSING_LIMIT = 4_000;
const OTHER_TEXT_LIMIT = 200;
const COMMAND_LIMIT = 8_000;
const NAME_LIMIT = 200;

const LAUNCHES = new Set(["Agent", "Task"]);
const COLLECTS = new Set(["TaskOutput", "AgentOutputTool", "AgentOutput"]);
const STOPS = new Set(["TaskStop", "KillShell", "KillBash"]);
const WRITES = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);
/** What comes after these is the user's decision. */
const ASKS_USER = new Set(["AskUserQuestion", "ExitPlanMode"]);
/** Looking after the work and not doing any: lists of tasks, tools to be loaded, this project's own server. */
const BOOKKEEPING =
  /^(?:BashOutput|Todo(?:Write|Read)|Task(?:Create|Get|List|Update)|Team(?:Create|Delete)|ToolSearch|ListAgents|Skill|mcp__plugin_parallel_tasks__.*)$/;
/** An agent hands its evidence to this project's server, which is what validates it. */
const REPORT = /^mcp__.*__task_report$/;
/** The host stands in for the user with these. */
const HOST_TEXT =
  /^\s*(?:<(?:system-reminder|local-command|bash-std|ide_|(?:cross-session|channel)-message)|Caveat: |Another Claude session sent|\[SYSTEM NOTIFICATION)/;
/** Where the host keeps what a background agent does: reading it is a way to collect. */
const OUTPUT_FILE = /\btasks[/\\]([\w-]+)\.output\b/;

const MISSING = /does not exist|no such file|not found/i;

type OnResult = (result: ResultBlock, record: TranscriptRecord, place: TranscriptPlace) => void;

/** Reads the records of one transcript, in order, into a conversation. */
export class ConversationReader {
  readonly #file: string;
  readonly #agentId: string | undefined;
  readonly #isCopy: (record: TranscriptRecord) => boolean;
  readonly #usage = new UsageCounter();
  readonly #activity = new ConversationActivity();
  readonly #steps: Step[] = [];
  readonly #files = new TouchedFiles();
  readonly #open = new Map<string, OnResult>();
  /** Calls during which an agent of its own worked, and not this one. */
  readonly #waits = new Set<string>();
  /** Of agents whose steps stand in this transcript, by the call that launched them. */
  readonly #shown = new Map<string, ConversationReader>();
  #directory = "";
  #startMs = 0;
  #endMs = 0;
  #nowMs = 0;
  #closing: Statement | undefined;
  #lastStatement: Statement | undefined;
  #hasUsage = false;
  #copied = 0;
  #broken = 0;
  #long = 0;
  #launches = 0;
  #droppedLaunches = 0;
  #dropped = 0;

  /** @param isCopy whether a record was read before, in this transcript or another one */
  constructor(file: string, agentId?: string, isCopy: (record: TranscriptRecord) => boolean = () => false) {
    this.#file = file;
    this.#agentId = agentId;
    this.#isCopy = isCopy;
  }

  noteBrokenLine(): void {
    this.#broken++;
  }

  noteLongLine(): void {
    this.#long++;
  }

  add(record: TranscriptRecord, line: number): void {
    // Hosts of long ago wrote what agents said between the lines of the main conversation.
    if (record.isSidechain && record.agent === undefined && this.#agentId === undefined) return;
    if (record.atMs !== undefined) this.#nowMs = record.atMs;
    const place: TranscriptPlace = { line, atMs: this.#nowMs };
    if (this.#directory === "") this.#directory = transcriptPath(record.directory, "") ?? "";
    if (this.#isCopy(record)) {
      this.#copied++;
      return;
    }
    if (record.agent !== undefined) {
      this.#addShown(record.agent, { ...record, agent: undefined }, line);
      return;
    }
    if (record.role !== "notification" && record.atMs !== undefined) {
      if (this.#startMs === 0) this.#startMs = record.atMs;
      this.#endMs = Math.max(this.#endMs, record.atMs);
      this.#activity.note(record.atMs, this.#endsWait(record));
    }
    if (record.role === "assistant") this.#addAssistant(record, place);
    else this.#addUser(record, place);
  }

  finish(): Conversation {
    for (const step of this.#steps) {
      const shown = step.kind === "launch" ? this.#shown.get(step.callId) : undefined;
      if (step.kind === "launch" && shown !== undefined) step.shown = shown.finish();
    }
    return {
      file: this.#file,
      agentId: this.#agentId,
      directory: this.#directory,
      startMs: this.#startMs,
      endMs: this.#endMs,
      activity: this.#activity.spans,
      usage: this.#hasUsage ? this.#usage.total : undefined,
      copiedRecords: this.#copied,
      continuations: [],
      steps: this.#steps,
      writes: this.#files.writes,
      reads: this.#files.reads,
      closing: this.#closing,
      skipped: {
        brokenLines: this.#broken,
        longLines: this.#long,
        steps: this.#dropped,
        launches: this.#droppedLaunches,
      },
    };
  }

  #addShown({ id, launchedBy }: ShownAgent, record: TranscriptRecord, line: number): void {
    if (!this.#waits.has(launchedBy) || !this.#open.has(launchedBy)) return;
    const reader = this.#shown.get(launchedBy) ?? new ConversationReader(this.#file, id || launchedBy);
    this.#shown.set(launchedBy, reader);
    reader.add(record, line);
  }

  /** The agent's last words are not among the steps that the host shows, but in its answer. */
  #endShown(launchedBy: string, { isError, isBackground, atMs }: LaunchAnswer, isWhole: boolean): void {
    const shown = this.#shown.get(launchedBy);
    // What an agent does after it was put into the background is not shown.
    if (isBackground || !isWhole) this.#shown.delete(launchedBy);
    else if (shown !== undefined && !isError) {
      shown.#endMs = Math.max(shown.#endMs, atMs);
      shown.#activity.note(atMs, false);
    }
  }

  #endsWait({ role, blocks }: TranscriptRecord): boolean {
    if (role !== "user") return false;
    const results = blocks.filter((block) => block.kind === "result");
    return results.length === 0 || results.some(({ callId }) => this.#waits.has(callId));
  }

  #addAssistant(record: TranscriptRecord, place: TranscriptPlace): void {
    this.#usage.add(record.messageId, record.usage, record.model);
    this.#hasUsage ||= Object.values(record.usage).some((tokens) => tokens > 0);
    for (const block of record.blocks) {
      if (block.kind === "call") {
        this.#closing = undefined;
        this.#call(block, record, place);
      } else if (block.kind === "text" && block.text.trim() !== "") {
        const kept = block.text.slice(0, CLOSING_LIMIT);
        const { isApiError } = record;
        const statement: Statement = {
          ...{ kind: "statement", ...place, text: kept, isApiError },
          admitsFailure: isApiError || admitsFailure(kept),
        };
        this.#step(statement);
        this.#closing = statement;
      }
    }
  }

  #addUser(record: TranscriptRecord, place: TranscriptPlace): void {
    for (const block of record.blocks) {
      if (block.kind === "result") {
        this.#open.get(block.callId)?.(block, record, place);
        this.#open.delete(block.callId);
      } else if (block.kind === "text") {
        this.#addText(block.text, record, place);
      }
    }
  }

  #addText(said: string, record: TranscriptRecord, place: TranscriptPlace): void {
    const { isDelivered, handBackFrom } = record;
    const notifications = taskNotificationsIn(said);
    for (const { summary, result, ...told } of notifications) {
      // Without a status it tells how something goes on.
      if (told.status === "") continue;
      const report = withoutFrame(result ?? summary).slice(0, REPORT_LIMIT);
      this.#step({ kind: "notice", ...place, ...told, summary, report, isDelivered });
    }
    const messages = agentMessagesIn(said);
    if (messages.length === 0 && handBackFrom !== "") {
      messages.push({ from: handBackFrom, text: withoutFrame(said), isHandBack: true });
    }
    for (const { from, text, isHandBack } of messages) {
      this.#step({
        ...{ kind: "notice", ...place, agentId: from, callId: "", isDelivered, summary: "" },
        ...{ status: isHandBack ? "completed" : "message", report: text.slice(0, REPORT_LIMIT) },
        ...{ durationMs: 0, tokens: 0 },
      });
    }
    const isUsers = record.role === "user" || isDelivered;
    const isHosts =
      notifications.length > 0 || messages.length > 0 || record.isFromHost || HOST_TEXT.test(said);
    if (!isUsers || isHosts || said.trim() === "") return;
    this.#step({ kind: "prompt", ...place, text: said.slice(0, PROMPT_LIMIT) });
  }

  #call(block: CallBlock, record: TranscriptRecord, place: TranscriptPlace): void {
    const { tool, input } = block;
    if (LAUNCHES.has(tool)) this.#launch(block, record.messageId, place);
    else if (COLLECTS.has(tool)) this.#collect(block, place);
    else if (STOPS.has(tool) || tool === "SendMessage") {
      const agentId = stringOf(input.task_id) || stringOf(input.shell_id) || stringOf(input.to);
      this.#step({ kind: "message", ...place, agentId, isStop: STOPS.has(tool) });
    } else if (ASKS_USER.has(tool)) this.#step({ kind: "prompt", ...place, text: "" });
    else if (REPORT.test(tool))
      this.#check(block, "task_report", { kind: "verify", hasOwnExitCode: true }, place);
    else if (tool === "Skill" && toolCheck(stringOf(input.skill)) !== undefined) {
      this.#check(block, stringOf(input.skill), { kind: "verify", hasOwnExitCode: true }, place);
    } else if (!BOOKKEEPING.test(tool)) this.#act(block, place);
  }

  #act(block: CallBlock, place: TranscriptPlace): void {
    const { tool } = block;
    if (WRITES.has(tool)) this.#write(block, place);
    if (tool === "Read") this.#read(block, place);
    if (WRITES.has(tool) || tool === "Read") this.#work(WRITES.has(tool), place);
    else this.#run(block, place);
  }

  /** A shell by whatever name, Bash, PowerShell or one of a server, or any other tool. */
  #run(block: CallBlock, place: TranscriptPlace): void {
    const { tool, input } = block;
    const command = stringOf(input.command).slice(0, COMMAND_LIMIT);
    const agentId = OUTPUT_FILE.exec(command)?.[1];
    const kind = command === "" ? toolCheck(tool) : undefined;
    const check = kind === undefined ? commandCheck(command) : { kind, hasOwnExitCode: true };
    if (agentId !== undefined) this.#readOutput(agentId, place);
    else if (check === undefined) this.#work(isWritingCommand(command), place);
    else this.#check(block, command || tool, check, place);
  }

  #launch({ id, input }: CallBlock, messageId: string, place: TranscriptPlace): void {
    if (++this.#launches > MAX_LAUNCHES) {
      this.#droppedLaunches++;
      return;
    }
    const limit = this.#launches > MAX_WHOLE_LAUNCHES ? OTHER_TEXT_LIMIT : PROMPT_LIMIT;
    const launch: AgentLaunch = {
      kind: "launch",
      ...place,
      callId: id,
      messageId,
      description: stringOf(input.description).slice(0, NAME_LIMIT),
      prompt: stringOf(input.prompt).slice(0, limit),
      agentType: stringOf(input.subagent_type).slice(0, NAME_LIMIT),
      teammate: stringOf(input.name).slice(0, NAME_LIMIT),
    };
    this.#step(launch);
    this.#waits.add(id);
    const broken = this.#broken;
    this.#await(id, (result, record, at) => {
      launch.answer = launchAnswer(result, record, at, Math.min(limit, LAUNCH_TEXT_LIMIT));
      this.#endShown(id, launch.answer, this.#broken === broken);
    });
  }

  #collect({ id, input }: CallBlock, place: TranscriptPlace): void {
    const agentId = stringOf(input.task_id) || stringOf(input.agentId);
    const collect: Collect = { kind: "collect", ...place, agentId };
    this.#step(collect);
    this.#waits.add(id);
    this.#await(id, (result, record, at) => {
      const task = objectOf(record.toolResult.task);
      const report = stringOf(task.result) || stringOf(task.output) || result.text;
      const status = stringOf(task.status) || (/<status>(\w+)<\/status>/.exec(result.text)?.[1] ?? "");
      collect.answer = { ...at, isError: result.isError, status, text: report.slice(0, REPORT_LIMIT) };
    });
  }

  #check({ id }: CallBlock, command: string, found: CommandCheck, place: TranscriptPlace): void {
    const check: CheckRun = {
      kind: "check",
      ...place,
      command: command.slice(0, NAME_LIMIT),
      of: found.kind,
    };
    this.#step(check);
    this.#await(id, (result, { toolResult }) => {
      const isUnknown =
        toolResult.interrupted === true ||
        toolResult.backgroundTaskId !== undefined ||
        hasNotRun(result.text, result.isError);
      if (isUnknown) return;
      if (found.hasOwnExitCode) check.failed = result.isError;
      else if (found.kind === "test" && countsFailures(result.text.slice(-REPORT_LIMIT))) check.failed = true;
      else if (!result.isError) check.failed = false;
    });
  }

  #write({ id, tool, input }: CallBlock, place: TranscriptPlace): void {
    const path = this.#pathOf(stringOf(input.file_path) || stringOf(input.notebook_path));
    if (path === undefined) return;
    this.#await(id, (result) => {
      if (!result.isError) this.#files.noteWrite(path, place, tool === "Write");
    });
  }

  #read({ id, input }: CallBlock, place: TranscriptPlace): void {
    const file = stringOf(input.file_path);
    const agentId = OUTPUT_FILE.exec(file)?.[1];
    if (agentId !== undefined) this.#readOutput(agentId, place);
    const path = this.#pathOf(file);
    if (path === undefined) return;
    this.#await(id, ({ isError, text }) => {
      const isMissing = isError && MISSING.test(text.slice(0, NAME_LIMIT));
      this.#files.noteRead(path, place, isMissing);
    });
  }

  #readOutput(agentId: string, place: TranscriptPlace): void {
    const answer = { ...place, isError: false, status: "read", text: "" };
    this.#step({ kind: "collect", ...place, agentId, answer });
  }

  #work(isWrite: boolean, place: TranscriptPlace): void {
    this.#endStatement();
    const last = this.#steps.at(-1);
    if (last?.kind !== "work") this.#step({ kind: "work", ...place, writes: isWrite ? 1 : 0 });
    else if (isWrite) last.writes++;
  }

  #step(step: Step): void {
    if (step.kind !== "prompt" && step.kind !== "notice") this.#endStatement();
    if (step.kind !== "notice") this.#lastStatement = step.kind === "statement" ? step : undefined;
    const isOfAgents = step.kind === "launch" || step.kind === "notice" || step.kind === "collect";
    if (this.#steps.length < (isOfAgents ? MAX_AGENT_STEPS : MAX_STEPS)) this.#steps.push(step);
    else this.#dropped++;
  }

  /**
   * More follows on what was said, so that it did not end a turn: only its beginning is kept, and nothing of it
   * when it says no more than what was said before the same work. Long sessions are mostly that.
   */
  #endStatement(): void {
    const statement = this.#lastStatement;
    if (statement === undefined) return;
    statement.text = statement.text.slice(0, OTHER_TEXT_LIMIT);
    const [before, work, last] = this.#steps.slice(-3);
    const isMoreOfTheSame =
      last === statement &&
      work?.kind === "work" &&
      before?.kind === "statement" &&
      (before.admitsFailure || !statement.admitsFailure);
    if (isMoreOfTheSame) this.#steps.pop();
    this.#lastStatement = undefined;
  }

  #await(callId: string, onResult: OnResult) {
    this.#open.set(callId, onResult);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN_CALLS && oldest !== undefined) this.#open.delete(oldest);
  }

  #pathOf(file: string): string | undefined {
    return transcriptPath(file, this.#directory);
  }
}
