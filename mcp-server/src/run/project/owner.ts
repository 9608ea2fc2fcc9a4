import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Owner } from "../../graph/attempt.ts";
import { runProgram } from "../../host/run-program.ts";

/**
 * The process that answers for this server's claims: its parent (Claude Code or another client), because the
 * agents live and die with that one while a server may be reconnected.
 */
export async function ownerOf(pid: number, session: string | undefined): Promise<Owner> {
  const [startedAt = "unknown", ownStart = "unknown"] = await Promise.all([
    startTimeOf(pid),
    startTimeOf(process.pid),
  ]);
  return {
    host: hostIdentity(),
    pid,
    startedAt,
    ...(session !== undefined && { session }),
    server: { pid: process.pid, startedAt: ownStart },
  };
}

/** Whether the server that made a claim is provably gone, while the process that started it may live. */
export async function isServerDead({ host, server }: Owner): Promise<boolean> {
  return server !== undefined && isDead({ host, ...server });
}

/**
 * Whether the owner is provably dead: same host, and its process is gone or its number was given to another
 * one. Everything that cannot be known counts as alive.
 */
export async function isDead(owner: Owner): Promise<boolean> {
  if (owner.host !== hostIdentity()) return false;
  const isOwn = isParent(owner.pid);
  if (!isOwn && isGone(owner.pid)) return true;
  const startedAt = await (isOwn ? parentStartTime() : startTimeOf(owner.pid));
  return startedAt !== undefined && owner.startedAt !== "unknown" && startedAt !== owner.startedAt;
}

/** `isDead` for a pass over many claims, which have few owners: each is looked at once. */
export function deadOwners(): (owner: Owner) => Promise<boolean> {
  const looked: { readonly owner: Owner; readonly dead: Promise<boolean> }[] = [];
  return (owner) => {
    const known = looked.find((one) => sameOwner(one.owner, owner));
    if (known) return known.dead;
    const dead = isDead(owner);
    looked.push({ owner, dead });
    return dead;
  };
}

/**
 * Whether it is the process that has started this one and still lives: a process whose parent has died is given
 * another. Windows does not do that.
 */
function isParent(pid: number): boolean {
  return process.platform !== "win32" && pid === process.ppid;
}

/** No process has this number; one that may not be looked at is there. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

let parent: { readonly pid: number; readonly startTime: Promise<string | undefined> } | undefined;

/** Most claims are those of this server's own host, so it is asked once and not at every call. */
function parentStartTime(): Promise<string | undefined> {
  const pid = process.ppid;
  if (parent?.pid !== pid) parent = { pid, startTime: startTimeOf(pid) };
  return parent.startTime;
}

let identity: string | undefined;

/** This host, which stays the same while the process lives. */
function hostIdentity(): string {
  identity ??= readIdentity();
  return identity;
}

/** Containers may share a host name but not process numbers, so the namespace is part of the identity. */
function readIdentity(): string {
  if (process.platform !== "linux") return hostname();
  try {
    return `${hostname()} ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The command name in parentheses may contain anything, so fields are counted from its end:
      // field 3 is the state (Z: dead, only not yet reaped), field 22 the start time in clock ticks.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? "dead" : fields[19];
    }
    if (process.platform === "win32") return undefined;
    return (await runProgram("ps", ["-o", "lstart=", "-p", String(pid)])).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whichever of its servers made the claims; a session id alone may be resumed elsewhere. */
export function sameOwner(a: Owner, b: Owner): boolean {
  return a.host === b.host && a.pid === b.pid && a.startedAt === b.startedAt;
}
