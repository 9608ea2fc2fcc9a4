import { relative } from "node:path";
import type { RunningProcess } from "../../../host/processes.ts";
import type { CallRecord } from "../../../policy/effects/calls-in-flight.ts";
import { type LivingProcess, outlivedCalls } from "../../../policy/effects/outlived-calls.ts";

const OUTLIVED = "a process that an earlier call had started ran on after it";
const UNKNOWN = "which processes outlived their calls is not known on this system";

/** What may have written beside the calls that ran. */
export interface OutlivedLook {
  readonly doubts: readonly string[];
  /** Calls that have ended and left a process behind. */
  readonly calls: readonly CallRecord[];
  /** Whether what a call has left behind lives now, whichever call that was: it may write again. */
  readonly isAnyLiving: boolean;
}

/** Looks for processes that outlived their calls; what one look finds still counts for the next, since it may end between them. */
export class OutlivedProcesses {
  #found = new Map<string, readonly CallRecord[]>();

  /**
   * @param root the checkout's top level, a real path.
   * @param read all processes of the machine; throws where the system does not tell.
   */
  constructor(
    private readonly root: string,
    private readonly read: () => Promise<readonly RunningProcess[]>,
  ) {}

  /**
   * @param ran the calls that may have written anyhow: what only they have started is no doubt.
   * @param hosts process ids of the checkout's sessions.
   * @param calls all calls that are known.
   */
  async look(
    ran: readonly CallRecord[],
    hosts: ReadonlySet<number>,
    calls: readonly CallRecord[],
  ): Promise<OutlivedLook> {
    let living: readonly LivingProcess[];
    try {
      living = (await this.read()).map((one) => ({ ...one, isInCheckout: this.#isInside(one.folder) }));
    } catch {
      return { doubts: [UNKNOWN], calls: [], isAnyLiving: true };
    }
    const known = { living, hosts, own: process.pid };
    const before = this.#found;
    this.#found = new Map(
      outlivedCalls(known, calls).map((one) => [`${one.process.pid} ${one.process.group}`, one.calls]),
    );
    const ranIds = new Set(ran.map(({ id }) => id));
    const found = [...new Map([...before, ...this.#found]).values()];
    const others = found.filter((left) => left.length === 0 || left.some(({ id }) => !ranIds.has(id)));
    const left = new Map(others.flat().map((call) => [call.id, call]));
    for (const id of ranIds) left.delete(id);
    const doubts = others.length > 0 ? [OUTLIVED] : [];
    return { doubts, calls: [...left.values()], isAnyLiving: this.#found.size > 0 };
  }

  #isInside(folder: string | undefined): boolean {
    if (folder === undefined) return false;
    const path = relative(this.root, folder);
    return path === "" || !/^\.\.(?:[/\\]|$)|^[A-Za-z]:|^\//.test(path);
  }
}
