import { createHash } from "node:crypto";
import { check } from "./check.ts";
import type { LoggedEvent, Row } from "./evidence.ts";
import type { Entry, Journal } from "./journal.ts";
import type { GitEvidence } from "./machines/git-evidence.ts";
import type { KnownScope } from "./paths.ts";
import { JSON_COLUMNS, rebuilt } from "./rebuild.ts";
import type { KnownTask, Needs } from "./workload.ts";

export const LEASE_MS = 2_000;

interface TaskFacts {
  readonly dependencies?: readonly string[];
  readonly needs?: Needs;
  readonly scope?: Partial<KnownScope>;
  readonly role?: string;
}

/**
 * A run told event by event: the plan `p` with a cap of 3 and one `code-reviewer` at a time. Everything that is not
 * said otherwise is in order, so that a test names only what is wrong.
 */
export class Story {
  readonly events: LoggedEvent[] = [];
  /** Client 1, then its next life. */
  readonly lives: { readonly pid: number; readonly entries: Entry[] }[] = [{ pid: 100, entries: [] }];
  integrity = "ok";
  /** Changes the database's rows behind the log's back. */
  tamper: (table: "plans" | "tasks" | "claims", row: Record<string, unknown>) => void = () => undefined;
  atMs = 0;
  /** What git tells, where work goes through it. */
  git: GitEvidence | undefined;
  /** Processes that were killed, where somebody knows. */
  endedOwners: Set<number> | undefined;
  /** The report that was accepted last. */
  reported: Row = {};
  readonly #tasks: KnownTask[] = [];
  #nonces = 0;

  constructor(tasks: Readonly<Record<string, TaskFacts>>) {
    const plan = { repository: ".", slug: "p", title: "P", source: {}, policy: {}, document: {} };
    this.log("plan.created", null, null, plan);
    for (const [id, facts] of Object.entries(tasks)) this.#create(id, facts);
  }

  #create(id: string, { dependencies = [], needs, scope, role = "feature-implementer" }: TaskFacts): void {
    const known: KnownScope = {
      basis: "declared",
      writes: [`src/m${this.#tasks.length + 1}/f1.ts`],
      reads: [],
      resources: [],
      ...scope,
    };
    const file = { id, subject: id, description: "", dependencies, ...(needs && { needs }) };
    this.#tasks.push({ file, scope: known, role });
    const definition = { id, dependencies, needs: needs ?? "all" };
    this.log("task.created", id, null, { definition, position: this.#tasks.length });
  }

  log(type: string, task: string | null, attempt: number | null, data: Row = {}): this {
    this.atMs += 10;
    this.events.push({ seq: this.events.length + 1, atMs: this.atMs, planId: 1, task, attempt, type, data });
    return this;
  }

  write(entry: Entry): this {
    this.lives.at(-1)?.entries.push(entry);
    return this;
  }

  /** The client is killed and starts again. */
  nextLife(): this {
    this.lives.push({ pid: 100 + this.lives.length, entries: [] });
    return this;
  }

  offer(id: string, attempt: number, data: Row = {}): this {
    const known = this.#tasks.find(({ file }) => file.id === id);
    this.log("claim.offered", id, attempt, {
      tokenHash: createHash("sha256").update(token(attempt)).digest("hex"),
      ...(known && {
        role: known.role,
        scope: known.scope.basis === "unscoped" ? { ...known.scope, writes: ["**"] } : known.scope,
      }),
      owner: { host: "h", pid: this.lives.at(-1)?.pid, startedAt: "1" },
      expiresAtMs: this.atMs + 120_000,
      ...data,
    });
    return this.write({ kind: "given", task: `p/${id}`, token: token(attempt) });
  }

  start(id: string, attempt: number, number = 1): this {
    this.log("attempt.started", id, attempt, { number, leaseUntilMs: this.atMs + LEASE_MS });
    return this.log("task.status", id, null, { status: "in_progress" });
  }

  claim(id: string, attempt: number): this {
    return this.offer(id, attempt).start(id, attempt);
  }

  /** The client sends a report or a note and is answered; what the log has of it is for the story to say. */
  send(
    call: "report" | "note" | "brief",
    id: string,
    attempt: number,
    { accepted = true, outcome = "completed", nonce = this.nonce() }: Partial<Sending> = {},
  ): this {
    const said = call === "report" ? { outcome } : {};
    this.write({ kind: "sent", call, nonce, task: `p/${id}`, token: token(attempt), ...said });
    return this.write({ kind: "answered", nonce, accepted });
  }

  end(id: string, attempt: number, outcome: string, data: Row = {}, status = "pending"): this {
    this.log("attempt.ended", id, attempt, { outcome, ...data });
    return this.log("task.status", id, null, { status });
  }

  /** Reports a commit that is not where it belongs yet. */
  accept(id: string, attempt: number, commit = "c"): this {
    const report = this.send("report", id, attempt).reportOf("completed");
    this.reported = report;
    return this.log("delivery.accepted", id, attempt, {
      ...{
        commit,
        base: "b",
        targets: ["plan"],
        clone: "h:/r",
        by: { host: "h", pid: 1, startedAt: "1" },
      },
      report,
    });
  }

  /** Reports the outcome, and the log has it. */
  report(id: string, attempt: number, outcome = "completed", status: string = outcome, more: Row = {}): this {
    this.send("report", id, attempt, { outcome });
    return this.end(id, attempt, outcome, { report: this.reportOf(outcome, more) }, status);
  }

  /** The report that was sent last, as the log has it. */
  reportOf(outcome: string, more: Row = {}): Row {
    return { outcome, summary: `nonce n${this.#nonces}`, evidence: [{ inspected: "it" }], ...more };
  }

  complete(id: string, attempt: number): this {
    return this.claim(id, attempt).report(id, attempt);
  }

  nonce(): string {
    this.#nonces += 1;
    return `n${this.#nonces}`;
  }

  get violations(): string[] {
    const journals: Journal[] = this.lives.map((life, i) => ({ client: 1, life: i + 1, ...life }));
    const plan = { slug: "p", cap: 3, capacity: { "code-reviewer": 1 }, tasks: this.#tasks };
    const tables = rebuilt(this.events);
    const rows = (table: "plans" | "tasks" | "claims") =>
      [...tables[table].values()].map((row) => {
        this.tamper(table, row);
        return Object.fromEntries(
          Object.entries(row).map(([column, value]) =>
            JSON_COLUMNS.has(column) && value !== null ? [column, JSON.stringify(value)] : [column, value],
          ),
        );
      });
    const database = {
      events: this.events,
      plans: rows("plans"),
      tasks: rows("tasks"),
      claims: rows("claims"),
      integrity: this.integrity,
    };
    const git = this.git && { git: this.git };
    const ended = this.endedOwners && { endedOwners: this.endedOwners };
    return check({ plans: [plan], leaseMs: LEASE_MS, journals, database, ...git, ...ended }).violations;
  }
}

interface Sending {
  readonly accepted: boolean;
  readonly outcome: string;
  readonly nonce: string;
}

export function token(attempt: number): string {
  return `${attempt}-${"a".repeat(26)}`;
}
