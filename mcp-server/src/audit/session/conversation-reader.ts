import { normalize, resolve } from "node:path";
import { taskNotificationsIn } from "../../host/task-notification.ts";
import {
  type CallBlock,
  countOf,
  objectOf,
  type ResultBlock,
  stringOf,
  type TranscriptRecord,
} from "../../host/transcripts/transcript-record.ts";
import { UsageCounter } from "../../host/transcripts/usage-counter.ts";
import { checkKind } from "./check-command.ts";
import type {
  AgentLaunch,
  CheckRun,
  Collect,
  Conversation,
  FileReads,
  FileWrites,
  Statement,
  Step,
  TranscriptPlace,
} from "./conversation.ts";
import { admitsFailure, countsFailures } from "./wording.ts";

/** What is kept of one conversation, so that its size does not decide how much memory it takes. */
export const MAX_STEPS = 20_000;
const MAX_LAUNCHES = 2_000;
const MAX_FILES = 2_000;
const MAX_OPEN_CALLS = 1_000;
const PROMPT_LIMIT = 6_000;
const REPORT_LIMIT = 6_000;
const CLOSING_LIMIT = 4_000;
const OTHER_TEXT_LIMIT = 200;
const COMMAND_LIMIT = 1_000;
const NAME_LIMIT = 200;

const LAUNCHES = new Set(["Agent", "Task"]);
const COLLECTS = new Set(["TaskOutput", "AgentOutputTool", "AgentOutput"]);
const STOPS = new Set(["TaskStop", "KillShell", "KillBash"]);
const WRITES = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);
/** What comes after these is the user's decision. */
const ASKS_USER = new Set(["AskUserQuestion", "ExitPlanMode"]);
/** Looking after the work and not doing any: lists of tasks, tools to be loaded, this project's own server. */
const BOOKKEEPING =
  /^(?:BashOutput|Todo(?:Write|Read)|Task(?:Create|Get|List|Update)|ToolSearch|ListAgents|Skill|mcp__plugin_parallel_tasks__.*)$/;
/** An agent hands its evidence to this project's server, which is what validates it. */
const REPORT = /^mcp__.*__task_report$/;
/** The host stands in for the user with these. */
const HOST_TEXT = /^\s*(?:<(?:system-reminder|local-command|bash-std|ide_)|Caveat: |\[SYSTEM NOTIFICATION)/;
/** Where the host keeps what a background agent does: reading it is a way to collect. */
const OUTPUT_FILE = /\btasks[/\\]([\w-]+)\.output\b/;

/** Reads the records of one transcript, in order, into a conversation. */
export class ConversationReader {
  readonly #file: string;
  readonly #agentId: string | undefined;
  readonly #usage = new UsageCounter();
  readonly #steps: Step[] = [];
  readonly #writes = new Map<string, FileWrites>();
  readonly #reads = new Map<string, FileReads>();
  readonly #open = new Map<
    string,
    (result: ResultBlock, record: TranscriptRecord, place: TranscriptPlace) => void
  >();
  #directory = "";
  #startMs = 0;
  #endMs = 0;
  #nowMs = 0;
  #closing: Statement | undefined;
  #lastStatement: Statement | undefined;
  #broken = 0;
  #long = 0;
  #launches = 0;
  #dropped = 0;

  constructor(file: string, agentId?: string) {
    this.#file = file;
    this.#agentId = agentId;
  }

  noteBrokenLine(): void {
    this.#broken++;
  }

  noteLongLine(): void {
    this.#long++;
  }

  add(record: TranscriptRecord, line: number): void {
    // Hosts of long ago wrote what agents said between the lines of the main conversation.
    if (record.isSidechain && this.#agentId === undefined) return;
    if (record.atMs !== undefined) this.#nowMs = record.atMs;
    const place: TranscriptPlace = { line, atMs: this.#nowMs };
    if (this.#directory === "") this.#directory = record.directory;
    if (record.role !== "notification" && record.atMs !== undefined) {
      if (this.#startMs === 0) this.#startMs = record.atMs;
      this.#endMs = Math.max(this.#endMs, record.atMs);
    }
    if (record.role === "assistant") this.#phraseText(record, place);
    else this.#addUser(record, place);
  }

  finish(): Conversation {
    return {
      file: this.#file,
      agentId: this.#agentId,
      directory: this.#directory,
      startMs: this.#startMs,
      endMs: this.#endMs,
      usage: this.#usage.total,
      steps: this.#steps,
      writes: this.#writes,
      reads: this.#reads,
      closing: this.#closing,
      skipped: { brokenLines: this.#broken, longLines: this.#long, steps: this.#dropped },
    };
  }

  #phraseText(record: TranscriptRecord, place: TranscriptPlace): void {
    this.#usage.add(record.messageId, record.usage);
    for (const block of record.blocks) {
      if (block.kind === "call") {
        this.#closing = undefined;
        this.#call(block, record, place);
      } else if (block.kind === "text" && block.text.trim() !== "") {
        const kept = block.text.slice(0, CLOSING_LIMIT);
        const say: Statement = {
          kind: "statement",
          ...place,
          text: kept,
          admitsFailure: admitsFailure(kept),
        };
        this.#step(say);
        this.#closing = say;
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
    const notifications = taskNotificationsIn(said);
    for (const { agentId, callId, status, summary, result } of notifications) {
      const { isDelivered } = record;
      const report = (result ?? summary).slice(0, REPORT_LIMIT);
      this.#step({ kind: "notice", ...place, agentId, callId, status, report, isDelivered });
    }
    const isUsers = record.role === "user" || record.isDelivered;
    if (notifications.length > 0 || !isUsers || record.isFromHost || HOST_TEXT.test(said)) return;
    if (said.trim() !== "") this.#step({ kind: "prompt", ...place, text: said.slice(0, PROMPT_LIMIT) });
  }

  #call(block: CallBlock, record: TranscriptRecord, place: TranscriptPlace): void {
    const { tool, input } = block;
    if (LAUNCHES.has(tool)) this.#launch(block, record.messageId, place);
    else if (COLLECTS.has(tool)) this.#collect(block, place);
    else if (STOPS.has(tool) || tool === "SendMessage") {
      const agentId = stringOf(input.task_id) || stringOf(input.shell_id) || stringOf(input.to);
      this.#step({ kind: "message", ...place, agentId, isStop: STOPS.has(tool) });
    } else if (ASKS_USER.has(tool)) this.#step({ kind: "prompt", ...place, text: "" });
    else if (REPORT.test(tool)) this.#check(block, "task_report", false, place);
    else if (!BOOKKEEPING.test(tool)) this.#act(block, place);
  }

  #act(block: CallBlock, place: TranscriptPlace): void {
    const { tool } = block;
    if (WRITES.has(tool)) this.#write(block, place);
    if (tool === "Read") this.#read(block, place);
    if (tool !== "Bash" || !this.#command(block, place)) this.#work(WRITES.has(tool), place);
  }

  #launch({ id, input }: CallBlock, messageId: string, place: TranscriptPlace): void {
    if (++this.#launches > MAX_LAUNCHES) {
      this.#dropped++;
      return;
    }
    const launch: AgentLaunch = {
      kind: "launch",
      ...place,
      callId: id,
      messageId,
      description: stringOf(input.description).slice(0, NAME_LIMIT),
      prompt: stringOf(input.prompt).slice(0, PROMPT_LIMIT),
      agentType: stringOf(input.subagent_type).slice(0, NAME_LIMIT),
    };
    this.#step(launch);
    this.#await(id, (result, record, at) => {
      const kept = record.toolResult;
      launch.answer = {
        ...at,
        isError: result.isError,
        isBackground: kept.isAsync === true || kept.status === "async_launched",
        agentId: stringOf(kept.agentId) || (/\bagentId: ([\w-]+)/.exec(result.text)?.[1] ?? ""),
        status: stringOf(kept.status),
        durationMs: countOf(kept.totalDurationMs),
        text: result.text.slice(0, REPORT_LIMIT),
      };
    });
  }

  #collect({ id, input }: CallBlock, place: TranscriptPlace): void {
    const agentId = stringOf(input.task_id) || stringOf(input.agentId);
    const collect: Collect = { kind: "collect", ...place, agentId };
    this.#step(collect);
    this.#await(id, (result, record, at) => {
      const task = objectOf(record.toolResult.task);
      const report = stringOf(task.result) || stringOf(task.output) || result.text;
      const status = stringOf(task.status) || (/<status>(\w+)<\/status>/.exec(result.text)?.[1] ?? "");
      collect.answer = { ...at, isError: result.isError, status, text: report.slice(0, REPORT_LIMIT) };
    });
  }

  /** @returns whether the command is a step of its own, and no other work. */
  #command(block: CallBlock, place: TranscriptPlace): boolean {
    const command = stringOf(block.input.command).slice(0, COMMAND_LIMIT);
    const agentId = OUTPUT_FILE.exec(command)?.[1];
    if (agentId !== undefined) return this.#readOutput(agentId, place);
    const kind = checkKind(command);
    if (kind === undefined) return false;
    this.#check(block, command, kind === "test", place);
    return true;
  }

  #check({ id }: CallBlock, command: string, isTest: boolean, place: TranscriptPlace): void {
    const check: CheckRun = { kind: "check", ...place, command: command.slice(0, NAME_LIMIT), isTest };
    this.#step(check);
    this.#await(id, (result) => {
      check.failed = result.isError || (isTest && countsFailures(result.text.slice(-REPORT_LIMIT)));
    });
  }

  #write({ id, tool, input }: CallBlock, place: TranscriptPlace): void {
    const path = this.#pathOf(stringOf(input.file_path) || stringOf(input.notebook_path));
    if (path === undefined) return;
    this.#await(id, (result) => {
      if (result.isError) return;
      const known = this.#writes.get(path);
      const writes = known ?? { path, line: place.line, firstMs: place.atMs, lastMs: place.atMs };
      writes.lastMs = place.atMs;
      if (tool === "Write") writes.replacedMs = place.atMs;
      if (known !== undefined || this.#writes.size < MAX_FILES) this.#writes.set(path, writes);
    });
  }

  #read({ id, input }: CallBlock, place: TranscriptPlace): void {
    const file = stringOf(input.file_path);
    const agentId = OUTPUT_FILE.exec(file)?.[1];
    if (agentId !== undefined) this.#readOutput(agentId, place);
    const path = this.#pathOf(file);
    if (path === undefined) return;
    this.#await(id, (result) => {
      const known = this.#reads.get(path);
      const reads = known ?? { path, line: place.line, lastLine: place.line, firstMs: place.atMs };
      reads.lastLine = place.line;
      if (result.isError && /does not exist|no such file|not found/i.test(result.text.slice(0, NAME_LIMIT))) {
        reads.missingMs ??= place.atMs;
      }
      if (known !== undefined || this.#reads.size < MAX_FILES) this.#reads.set(path, reads);
    });
  }

  #readOutput(agentId: string, place: TranscriptPlace): true {
    const answer = { ...place, isError: false, status: "read", text: "" };
    this.#step({ kind: "collect", ...place, agentId, answer });
    return true;
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
    if (this.#steps.length < MAX_STEPS) this.#steps.push(step);
    else this.#dropped++;
  }

  /**
   * More follows on what was said, so that it did not end a turn: only its beginning is kept, and nothing of it
   * when it says no more than what was said before the same work. Long sessions are mostly that.
   */
  #endStatement(): void {
    const say = this.#lastStatement;
    if (say === undefined) return;
    say.text = say.text.slice(0, OTHER_TEXT_LIMIT);
    const [before, work, last] = this.#steps.slice(-3);
    const isMoreOfTheSame =
      last === say &&
      work?.kind === "work" &&
      before?.kind === "statement" &&
      (before.admitsFailure || !say.admitsFailure);
    if (isMoreOfTheSame) this.#steps.pop();
    this.#lastStatement = undefined;
  }

  #await(
    callId: string,
    onResult: (result: ResultBlock, record: TranscriptRecord, place: TranscriptPlace) => void,
  ) {
    this.#open.set(callId, onResult);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN_CALLS && oldest !== undefined) this.#open.delete(oldest);
  }

  #pathOf(file: string): string | undefined {
    if (file === "" || file.includes("\0")) return undefined;
    return this.#directory === "" ? normalize(file) : resolve(this.#directory, file);
  }
}
