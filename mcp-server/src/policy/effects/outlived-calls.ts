import type { RunningProcess } from "../../host/processes.ts";
import type { CallRecord } from "./calls-in-flight.ts";

/** A process, as far as it matters whose it is. */
export interface LivingProcess extends Omit<RunningProcess, "folder"> {
  /** Whether it works in the checkout. */
  readonly isInCheckout: boolean;
}

export interface KnownProcesses {
  readonly living: readonly LivingProcess[];
  /** The hosts of the checkout's sessions, those that are gone among them. */
  readonly hosts: ReadonlySet<number>;
  /** The server that asks. */
  readonly own: number;
}

/** A process that a tool call has started and that has outlived it. */
export interface OutlivedCall {
  readonly process: LivingProcess;
  /** The calls of which one has started it; none: they are not known any more. */
  readonly calls: readonly CallRecord[];
}

/** The first process on the system; it becomes the parent of those whose own has ended. */
const INIT = 1;

/**
 * The processes that outlived the call that started them and whose end nobody will announce. A process that ended before
 * it was looked is not among them.
 * @param calls all calls that are known: in flight, at work in the background, and ended.
 */
export function outlivedCalls(known: KnownProcesses, calls: readonly CallRecord[]): OutlivedCall[] {
  const byPid = new Map(known.living.map((one) => [one.pid, one]));
  const ended = calls.filter(({ endedMs }) => endedMs !== undefined);
  const open = calls.filter(({ endedMs }) => endedMs === undefined);
  return known.living.flatMap((process): OutlivedCall[] => {
    if (process.pid === known.own || known.hosts.has(process.pid)) return [];
    const startedIn = ended.filter((call) => mayStart(call, process));
    const top = topBelowHost(process, byPid, known.hosts);
    if (top && isShell(top)) {
      // What a call or its background work runs ends with it, or is announced.
      if (open.some(({ beganMs }) => beganMs <= top.startedToMs)) return [];
      const shellIn = ended.filter((call) => mayStart(call, top));
      return isOurs(process, known) || shellIn.length > 0 ? [{ process, calls: shellIn }] : [];
    }
    // Where the host is what takes in processes whose parent has ended, one with its mark is such a one.
    if (top && top.markedBy !== top.parent) {
      // A server of the host: only what a later call has made it start.
      if (top.pid === process.pid || top.pid === known.own) return [];
      const later = startedIn.filter(({ beganMs }) => beganMs > top.startedToMs);
      return later.length > 0 ? [{ process, calls: later }] : [];
    }
    if (isOurs(process, known)) return [{ process, calls: startedIn }];
    return startedIn.length > 0 && isLeftBehind(process, byPid) ? [{ process, calls: startedIn }] : [];
  });
}

function mayStart({ ranFromMs, endedMs }: CallRecord, process: LivingProcess): boolean {
  return ranFromMs <= process.startedToMs && (endedMs === undefined || endedMs >= process.startedFromMs);
}

/** Whether it has the mark of a host of this checkout, or of any and works here. */
function isOurs({ markedBy, isInCheckout }: LivingProcess, { hosts }: KnownProcesses): boolean {
  return markedBy !== undefined && (isInCheckout || hosts.has(markedBy));
}

/** The host gives the shell of each call a group of its own; its servers share the host's. */
function isShell({ pid, group }: LivingProcess): boolean {
  return pid === group;
}

/** The process itself, or the one above it, that a living host has started. */
function topBelowHost(
  process: LivingProcess,
  byPid: ReadonlyMap<number, LivingProcess>,
  hosts: ReadonlySet<number>,
): LivingProcess | undefined {
  const passed = new Set<number>();
  let at: LivingProcess | undefined = process;
  while (at && !passed.has(at.pid)) {
    if (hosts.has(at.parent) && byPid.has(at.parent)) return at;
    passed.add(at.pid);
    at = byPid.get(at.parent);
  }
  return undefined;
}

/** Its parent is gone, and with it what led its group, or it works in the checkout. */
function isLeftBehind(process: LivingProcess, byPid: ReadonlyMap<number, LivingProcess>): boolean {
  const { pid, group, isInCheckout } = process;
  return isOrphan(process, byPid) && ((group !== pid && !byPid.has(group)) || isInCheckout);
}

/** Whether its parent is one that takes in others: only they are parents of processes of another session. */
function isOrphan(
  { pid, parent, session }: LivingProcess,
  byPid: ReadonlyMap<number, LivingProcess>,
): boolean {
  const above = byPid.get(parent);
  if (parent === INIT || above === undefined) return true;
  return session !== undefined && session !== pid && above.session !== session;
}
