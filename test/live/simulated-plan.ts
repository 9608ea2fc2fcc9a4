import type { TaskStatus } from "../../mcp-server/src/graph/task.ts";
import type {
  AttemptRow,
  HistoryTask,
  Incident,
  Need,
  PlanHistory,
  PlanSnapshot,
  RowGroup,
  SnapshotCounts,
  TaskRow,
  WaitKind,
} from "../../mcp-server/src/live/snapshot.ts";

/** A plan that was never carried out, as a run of agents would have left it. Equal input gives an equal plan. */
export interface SimulatedPlan {
  readonly startMs: number;
  readonly endMs: number;
  readonly history: PlanHistory;
  /** As it was at that moment, with what was to be expected then. */
  snapshotAt(atMs: number): PlanSnapshot;
}

export interface Simulation {
  readonly tasks: number;
  readonly cap?: number;
  readonly seed?: number;
  readonly plan?: string;
  readonly startMs?: number;
  /** Some tasks fail, some are lost, some ask a question: this share of what usually happens. */
  readonly trouble?: number;
}

/** `2026-11-29T16:00:00Z` */
const START_MS = 1_795_968_000_000;
const MINUTE_MS = 60_000;
const ROLES = ["feature-implementer", "test-writer", "documentation-writer", "code-reviewer"];
const MACHINES = ["ada", "grace"];
const VERBS = ["Write", "Check", "Read", "Show", "Keep", "Send", "Verify", "Move", "Count", "Draw"];
const THINGS = [
  "the orders of a day",
  "the bank's signature",
  "postcodes of islands",
  "the stock value",
  "a calendar for the phone",
  "history of an order",
  "reports for the archive",
  "the guide for shops",
  "payments that came back",
  "addresses in two scripts (東京, Zürich)",
];
const PHASES = ["Ground", "Orders", "Payments", "Stock", "Reports", "Guides", "Checks", "Release"];

interface Made {
  readonly id: string;
  readonly position: number;
  readonly phase: string;
  readonly subject: string;
  readonly role: string;
  readonly needs: readonly string[];
  readonly durationMs: number;
  readonly file: number;
  /** What its attempts come to, one after another; the last is what counts. */
  readonly outcomes: readonly ("completed" | "failed" | "lost" | "question")[];
}

interface Ran extends AttemptRow {
  readonly endMs: number;
}

interface Run {
  readonly task: Made;
  readonly attempts: Ran[];
  readonly statuses: [number, TaskStatus][];
}

export function simulatedPlan({
  tasks,
  cap = Math.min(60, Math.max(4, Math.round(tasks / 8))),
  seed = 1,
  plan = "orders",
  startMs = START_MS,
  trouble = 1,
}: Simulation): SimulatedPlan {
  const random = randomFrom(seed);
  const made = madeTasks(tasks, random, trouble);
  const runs = carriedOut(made, cap, random, startMs);
  const endMs = Math.max(...runs.flatMap(({ attempts }) => attempts.map((attempt) => attempt.endMs)));
  const at = (atMs: number) => snapshot({ runs, cap, plan, startMs, endMs }, atMs);
  const history: PlanHistory = {
    v: 1,
    plan,
    title: titleOf(plan),
    repository: "shop",
    seq: seqAt(runs, endMs),
    startMs,
    endMs,
    statuses: [[startMs, "open"]],
    cap,
    tasks: runs.map(({ task, attempts, statuses }): HistoryTask => {
      const { id, subject, position, phase, role, needs, durationMs } = task;
      return { id, subject, position, phase, role, needs, durationMs, attempts, statuses };
    }),
    trouble: troubleUntil(runs, endMs).reverse(),
  };
  return { startMs, endMs, history, snapshotAt: at };
}

function titleOf(plan: string): string {
  return `Shop: ${plan}`;
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function madeTasks(count: number, random: () => number, trouble: number): Made[] {
  const perPhase = Math.max(4, Math.round(Math.sqrt(count) * 1.6));
  const made: Made[] = [];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let i = 0; i < count; i += 1) {
    const phase = Math.floor(i / perPhase);
    const before = made.filter(({ position }) => Math.floor(position / perPhase) === phase - 1);
    const beside = made.slice(Math.max(phase * perPhase, i - 3), i);
    const needs = new Set<string>();
    for (let n = 0; n < 1 + Math.floor(random() * 2.4) && before.length > 0; n += 1)
      needs.add(pick(before).id);
    if (beside.length > 0 && random() < 0.25) needs.add(pick(beside).id);
    const name = PHASES[phase % PHASES.length] as string;
    const round = Math.floor(phase / PHASES.length);
    made.push({
      id: `${phase + 1}.${(i % perPhase) + 1}`,
      position: i,
      phase: round === 0 ? name : `${name} ${round + 1}`,
      subject: `${pick(VERBS)} ${pick(THINGS)}`,
      role: pick(ROLES),
      needs: [...needs],
      durationMs: Math.round((3 + random() * 9) * MINUTE_MS),
      file: Math.floor(random() * count * 1.5),
      outcomes: outcomesOf(random() / Math.max(trouble, 1e-9)),
    });
  }
  return made;
}

function outcomesOf(chance: number): Made["outcomes"] {
  if (chance < 0.02) return ["question"];
  if (chance < 0.04) return ["failed", "failed"];
  if (chance < 0.1) return ["failed", "completed"];
  if (chance < 0.12) return ["lost", "completed"];
  return ["completed"];
}

/** Whatever fits starts, in order of position. */
function carriedOut(made: readonly Made[], cap: number, random: () => number, startMs: number): Run[] {
  const runs = made.map((task): Run => ({ task, attempts: [], statuses: [[startMs, "pending"]] }));
  const byId = new Map(runs.map((run) => [run.task.id, run]));
  const isCompleted = (id: string) => byId.get(id)?.statuses.at(-1)?.[1] === "completed";
  const waiting = new Set(runs);
  const running = new Map<Run, Ran>();
  let nowMs = startMs;
  for (;;) {
    for (const run of waiting) {
      if (running.size >= cap) break;
      if (!run.task.needs.every(isCompleted)) continue;
      if ([...running.keys()].some(({ task }) => task.file === run.task.file)) continue;
      const number = run.attempts.length + 1;
      const outcome = run.task.outcomes[number - 1] ?? "completed";
      const share = outcome === "completed" ? 0.7 + random() * 0.7 : 0.3 + random() * 0.8;
      const attempt: Ran = {
        number,
        state: outcome === "question" ? "blocked" : outcome,
        startMs: nowMs,
        endMs: Math.round(nowMs + run.task.durationMs * share),
        machine: MACHINES[Math.floor(random() * MACHINES.length)] as string,
        tokens: Math.round(run.task.durationMs * (0.05 + random() * 0.1)),
      };
      running.set(run, attempt);
      run.statuses.push([nowMs, "in_progress"]);
      waiting.delete(run);
    }
    const [next] = [...running].sort(([, a], [, b]) => a.endMs - b.endMs);
    if (!next) return runs;
    const [run, attempt] = next;
    nowMs = attempt.endMs;
    running.delete(run);
    run.attempts.push(attempt);
    const isLast = attempt.number >= run.task.outcomes.length;
    const after =
      attempt.state === "completed"
        ? "completed"
        : !isLast
          ? "pending"
          : attempt.state === "lost"
            ? "pending"
            : "failed";
    run.statuses.push([nowMs, after]);
    if (after === "pending") waiting.add(run);
  }
}

interface Whole {
  readonly runs: readonly Run[];
  readonly cap: number;
  readonly plan: string;
  readonly startMs: number;
  readonly endMs: number;
}

function statusAt({ statuses }: Run, atMs: number): TaskStatus {
  return statuses.findLast(([fromMs]) => fromMs <= atMs)?.[1] ?? "pending";
}

function attemptsAt({ attempts }: Run, atMs: number): AttemptRow[] {
  return attempts
    .filter((attempt) => attempt.startMs <= atMs)
    .map((attempt) => {
      if (attempt.endMs <= atMs) return attempt;
      const { endMs, tokens, ...rest } = attempt;
      const share = (atMs - attempt.startMs) / (endMs - attempt.startMs);
      return { ...rest, state: "running" as const, tokens: Math.round((tokens ?? 0) * share) };
    });
}

function snapshot(whole: Whole, atMs: number): PlanSnapshot {
  const { runs, cap, plan, startMs, endMs } = whole;
  const statuses = new Map(runs.map((run) => [run.task.id, statusAt(run, atMs)]));
  const runningFiles = new Map(
    runs.flatMap((run) =>
      statuses.get(run.task.id) === "in_progress" ? [[run.task.file, run.task.id]] : [],
    ),
  );
  const behind = brokenBy(runs, statuses);
  const critical = longestChain(runs, statuses);
  const rows = runs.map((run) =>
    rowAt(run, atMs, { statuses, runningFiles, behind, critical, isFull: runningFiles.size >= cap }),
  );
  const counts = countsOf(rows);
  const isDone = atMs >= endMs;
  const leftMs = Math.max(...rows.map(({ expected }) => expected?.endMs ?? 0), atMs) - atMs;
  const needs = needsAt(runs, statuses, behind);
  const tokens = rows.reduce((sum, row) => sum + (row.tokens ?? 0), 0);
  return {
    v: 1,
    plan,
    title: titleOf(plan),
    repository: "shop",
    seq: seqAt(runs, atMs),
    atMs,
    status: "open",
    done: isDone,
    runBy: isDone ? { kind: "done", words: "done" } : { kind: "session", words: "run by a conversation" },
    machines: [],
    ...(runs.some((run) => attemptsAt(run, atMs).length > 0) && { startedAtMs: startMs }),
    ...(isDone && { endedAtMs: endMs }),
    cap: { running: counts.running, now: cap, allowed: cap },
    counts,
    ...(!isDone && { forecast: { leftMs, lowerBoundMs: Math.round(leftMs * 0.8) } }),
    cost: {
      tokens,
      tokensPerMinute: isDone ? 0 : Math.round(tokens / Math.max(1, (atMs - startMs) / MINUTE_MS)),
      money: { amount: tokens * 5e-6, currency: "USD" },
      limits: [{ name: "maxCost", used: tokens * 5e-6, max: 15, currency: "USD" }],
    },
    needs,
    trouble: troubleUntil(runs, atMs).slice(0, 50),
    tasks: rows,
  };
}

interface Around {
  readonly statuses: ReadonlyMap<string, TaskStatus>;
  readonly runningFiles: ReadonlyMap<number, string>;
  /** For each task that cannot run, the one that it is behind. */
  readonly behind: ReadonlyMap<string, string>;
  readonly critical: ReadonlySet<string>;
  readonly isFull: boolean;
}

function rowAt(run: Run, atMs: number, around: Around): TaskRow {
  const { task } = run;
  const status = around.statuses.get(task.id) ?? "pending";
  const attempts = attemptsAt(run, atMs);
  const tokens = attempts.reduce((sum, attempt) => sum + (attempt.tokens ?? 0), 0);
  const next = run.attempts.find((attempt) => attempt.endMs > atMs);
  const startMs = next && Math.max(next.startMs, status === "in_progress" ? 0 : atMs);
  const model = task.position % 3 === 0 ? "opus" : "sonnet";
  const isSilent = status === "in_progress" && task.position % 7 === 0;
  return {
    id: task.id,
    subject: task.subject,
    position: task.position,
    phase: task.phase,
    role: task.role,
    ...(attempts.length > 0 && { model }),
    status,
    ...whyAt(run, status, around),
    needs: task.needs,
    critical: around.critical.has(task.id),
    attempts,
    ...(startMs !== undefined && {
      expected: { startMs, endMs: startMs + task.durationMs, durationMs: task.durationMs },
    }),
    ...(attempts.length > 0 && { tokens }),
    ...(status === "in_progress" && {
      lastSeenMs: Math.max(next?.startMs ?? atMs, atMs - (isSilent ? 5 : 0.2) * MINUTE_MS),
      silentAtMs: atMs + (isSilent ? -1 : 3) * MINUTE_MS,
    }),
  };
}

function whyAt(
  { task, attempts }: Run,
  status: TaskStatus,
  { statuses, runningFiles, behind, isFull }: Around,
): { group: RowGroup; why?: WaitKind; reason?: string; waitsFor: readonly string[] } {
  if (status === "in_progress") return { group: "running", waitsFor: [] };
  if (status === "completed") return { group: "done", waitsFor: [] };
  if (status === "failed") {
    if (task.outcomes.includes("question"))
      return { group: "cannotRun", why: "question", reason: "asks a question", waitsFor: [] };
    return {
      group: "cannotRun",
      why: "failed",
      reason: `failed after ${attempts.length} attempts`,
      waitsFor: [],
    };
  }
  const broken = behind.get(task.id);
  if (broken !== undefined)
    return { group: "cannotRun", why: "behind", reason: `needs ${broken}, which failed`, waitsFor: [broken] };
  const open = task.needs.filter((id) => statuses.get(id) !== "completed");
  if (open.length > 0)
    return { group: "waits", why: "tasks", reason: `waits for ${open.join(", ")}`, waitsFor: open };
  if (isFull)
    return {
      group: "couldStart",
      why: "cap",
      reason: `${runningFiles.size} agents are at work`,
      waitsFor: [],
    };
  const holder = runningFiles.get(task.file);
  if (holder !== undefined)
    return {
      group: "couldStart",
      why: "files",
      reason: `its files are held by ${holder}`,
      waitsFor: [holder],
    };
  return { group: "couldStart", why: "next", reason: "is launched next", waitsFor: [] };
}

function brokenBy(runs: readonly Run[], statuses: ReadonlyMap<string, TaskStatus>): Map<string, string> {
  const behind = new Map<string, string>();
  for (const { task } of runs) {
    const broken = task.needs.find((id) => statuses.get(id) === "failed" || behind.has(id));
    if (broken !== undefined) behind.set(task.id, behind.get(broken) ?? broken);
  }
  return behind;
}

function longestChain(runs: readonly Run[], statuses: ReadonlyMap<string, TaskStatus>): Set<string> {
  const isOpen = (id: string) => ["pending", "in_progress"].includes(statuses.get(id) ?? "pending");
  const lengths = new Map<string, { ms: number; from?: string }>();
  let longest: string | undefined;
  for (const { task } of runs) {
    if (!isOpen(task.id)) continue;
    const [from] = task.needs
      .filter(isOpen)
      .sort((a, b) => (lengths.get(b)?.ms ?? 0) - (lengths.get(a)?.ms ?? 0));
    const ms = task.durationMs + (from === undefined ? 0 : (lengths.get(from)?.ms ?? 0));
    lengths.set(task.id, { ms, ...(from !== undefined && { from }) });
    if (longest === undefined || ms > (lengths.get(longest)?.ms ?? 0)) longest = task.id;
  }
  const chain = new Set<string>();
  for (let id = longest; id !== undefined; id = lengths.get(id)?.from) chain.add(id);
  return chain;
}

function countsOf(rows: readonly TaskRow[]): SnapshotCounts {
  const of = (status: TaskStatus) => rows.filter((row) => row.status === status).length;
  return {
    total: rows.length,
    completed: of("completed"),
    running: of("in_progress"),
    delivering: 0,
    failed: of("failed"),
    cancelled: 0,
    waiting: of("pending"),
  };
}

function needsAt(
  runs: readonly Run[],
  statuses: ReadonlyMap<string, TaskStatus>,
  behind: ReadonlyMap<string, string>,
): Need[] {
  return runs
    .filter(({ task }) => statuses.get(task.id) === "failed")
    .map(({ task, attempts, statuses: own }): Need => {
      const holdsUp = [...behind].flatMap(([id, root]) => (root === task.id ? [id] : []));
      const sinceMs = own.at(-1)?.[0] ?? 0;
      if (task.outcomes.includes("question"))
        return {
          task: task.id,
          kind: "question",
          text: "Postcodes of islands: refuse, or ship with a surcharge?",
          sinceMs,
          holdsUp,
          actions: ["answer", "cancel"],
        };
      return {
        task: task.id,
        kind: "failed",
        text: `the key is not in the sandbox (attempt ${attempts.length})`,
        sinceMs,
        holdsUp,
        actions: ["retry", "cancel"],
      };
    })
    .sort((a, b) => b.holdsUp.length - a.holdsUp.length);
}

/** Newest first. */
function troubleUntil(runs: readonly Run[], atMs: number): Incident[] {
  return runs
    .flatMap(({ task, attempts }) =>
      attempts.flatMap(({ state, endMs, number }): Incident[] =>
        endMs <= atMs && (state === "failed" || state === "lost")
          ? [
              {
                atMs: endMs,
                kind: state,
                task: task.id,
                text: `attempt ${number} ${state === "lost" ? "was lost: its agent is gone" : "failed: a test is red"}`,
              },
            ]
          : [],
      ),
    )
    .sort((a, b) => b.atMs - a.atMs);
}

/** One event for each task that came in, and one for each change of a status since. */
function seqAt(runs: readonly Run[], atMs: number): number {
  return runs.reduce((sum, { statuses }) => sum + statuses.filter(([ms]) => ms <= atMs).length, 0);
}
