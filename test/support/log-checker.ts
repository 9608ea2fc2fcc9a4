import type { LogLine } from "./graph-file.ts";

/** What the checker knows of a task, told by the test and not read from the code under test. */
export interface KnownTask {
  readonly id: string;
  readonly dependencies: readonly string[];
  /** Plain paths: no globs, so that a clash is an equal path. */
  readonly writes: readonly string[];
  /** It has to be accepted by a review before anything that depends on it may be claimed. */
  readonly review?: boolean;
}

/** What the log says that a task of the server's own is for. */
interface Step {
  readonly kind: string;
  readonly of?: string;
  readonly round?: number;
}

const MAX_REVIEWS = 3;

/** Tasks that the server made while the plan ran: the test cannot know them beforehand, but by whom they were made. */
class ServerTasks {
  readonly tasks = new Map<string, KnownTask>();
  readonly steps = new Map<string, Step>();
  readonly accepted = new Set<string>();
  readonly violations: string[] = [];

  add({ seq, task, type, data }: LogLine): void {
    if (task === null || (type !== "task.created" && type !== "task.defined")) return;
    const definition = data.definition as KnownTask & { origin: string; extra: { purpose?: Step } };
    if (definition.origin !== "server") return;
    this.tasks.set(task, {
      id: task,
      dependencies: definition.dependencies,
      writes: definition.writes ?? [],
    });
    const step = definition.extra.purpose;
    if (!step) return;
    this.steps.set(task, step);
    if (step.kind === "review" && Number(step.round) > MAX_REVIEWS)
      this.violations.push(`${seq}: ${step.of} is reviewed for the ${step.round}th time`);
  }

  judge({ seq, task, type, data }: LogLine): void {
    const step = task === null ? undefined : this.steps.get(task);
    if (type !== "attempt.ended" || step?.kind !== "review") return;
    const { verdict } = (data.report ?? {}) as { verdict?: string };
    if (data.outcome === "completed" && verdict === undefined)
      this.violations.push(`${seq}: ${task} is completed without a verdict`);
    if (data.outcome !== "completed" && verdict !== undefined)
      this.violations.push(`${seq}: ${task} has a verdict and is ${data.outcome}`);
    if (verdict === "accepted" && step.of !== undefined) this.accepted.add(step.of);
  }

  /** What belongs to a work waits for its review no more than the review itself does. */
  isAbout(task: string, work: string): boolean {
    const step = this.steps.get(task);
    return step?.of !== undefined && (step.of === work || this.isAbout(step.of, work));
  }
}

/**
 * Replays an event log and says where it breaks an invariant: a task with two live claims, two claimed or
 * draining tasks of one checkout that write the same path, more claims than the cap, a claim before its dependencies completed,
 * a completed task that is claimed or revived again, an attempt that ends without having been live, a dependent of a reviewed
 * task that is claimed before a review accepted it, a review that ends without a verdict, a fourth review.
 */
export function violationsOf(log: readonly LogLine[], tasks: readonly KnownTask[], cap: number): string[] {
  const told = new Map(tasks.map((task) => [task.id, task]));
  const own = new ServerTasks();
  const known = { get: (id: string) => told.get(id) ?? own.tasks.get(id) };
  const live = new Map<number, { task: string; checkout: unknown }>();
  const draining = new Map<number, { task: string; checkout: unknown; untilMs: number }>();
  const checkouts = new Map<number, unknown>();
  const isLive = (task: string) => [...live.values()].some((held) => held.task === task);
  const completed = new Set<string>();
  const violations: string[] = [];
  for (const line of log) {
    const { seq, atMs, type, task, attempt, data } = line;
    own.add(line);
    own.judge(line);
    if (task === null || attempt === null) {
      if (task !== null && type === "task.status") {
        if (data.status === "completed") completed.add(task);
        else if (completed.has(task)) violations.push(`${seq}: ${task} was completed and is ${data.status}`);
      }
      continue;
    }
    const self = known.get(task);
    if (!self) violations.push(`${seq}: ${task} is unknown`);
    else if (type === "claim.offered") {
      const { checkout } = data;
      checkouts.set(attempt, checkout);
      const holders = [...live.values(), ...[...draining.values()].filter(({ untilMs }) => untilMs > atMs)];
      for (const { task: other } of holders.filter((held) => held.checkout === checkout)) {
        if (known.get(other)?.writes.some((path) => self.writes.includes(path))) {
          violations.push(`${seq}: ${task} clashes with ${other}`);
        }
      }
      if (isLive(task)) violations.push(`${seq}: ${task} is claimed twice`);
      if (live.size >= cap) violations.push(`${seq}: ${task} is claimed above the cap of ${cap}`);
      if (completed.has(task)) violations.push(`${seq}: ${task} is claimed again after it completed`);
      const early = self.dependencies.filter((id) => !completed.has(id));
      if (early.length > 0) violations.push(`${seq}: ${task} is claimed before ${early.join(", ")}`);
      const unaccepted = self.dependencies.filter(
        (id) => told.get(id)?.review && !own.accepted.has(id) && !own.isAbout(task, id),
      );
      if (unaccepted.length > 0)
        violations.push(`${seq}: ${task} is claimed before ${unaccepted.join(", ")} is accepted`);
      live.set(attempt, { task, checkout });
    } else if (type === "claim.returned" || type === "attempt.ended") {
      if (!live.delete(attempt)) violations.push(`${seq}: attempt ${attempt} ends without being live`);
      if (data.drainsUntilMs !== undefined) {
        const checkout = checkouts.get(attempt);
        draining.set(attempt, { task, checkout, untilMs: Number(data.drainsUntilMs) });
      }
    } else if (type === "attempt.started" && !live.has(attempt)) {
      violations.push(`${seq}: attempt ${attempt} starts without an offer`);
    } else if (type === "attempt.revived") {
      const checkout = checkouts.get(attempt);
      if (isLive(task)) violations.push(`${seq}: ${task} is revived and claimed`);
      if (completed.has(task)) violations.push(`${seq}: ${task} is revived after it completed`);
      for (const { task: other } of [...live.values()].filter((held) => held.checkout === checkout)) {
        if (known.get(other)?.writes.some((path) => self.writes.includes(path)))
          violations.push(`${seq}: ${task} is revived and clashes with ${other}`);
      }
      draining.delete(attempt);
      live.set(attempt, { task, checkout });
    } else if (type === "attempt.drained") draining.delete(attempt);
  }
  return [...violations, ...own.violations];
}

/** The largest number of claims that were live at once. */
export function mostLiveAtOnce(log: readonly LogLine[]): number {
  const live = new Set<number | null>();
  let most = 0;
  for (const { type, attempt } of log) {
    if (type === "claim.offered" || type === "attempt.revived") live.add(attempt);
    if (type === "claim.returned" || type === "attempt.ended") live.delete(attempt);
    most = Math.max(most, live.size);
  }
  return most;
}
