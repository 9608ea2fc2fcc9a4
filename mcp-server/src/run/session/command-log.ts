import { type CommandEnd, type CommandRun, commandRun } from "../../graph/command-run.ts";
import { keepNewest } from "../../host/keep-newest.ts";

const UNSEEN: CommandEnd = { kind: "unknown", inBackground: false };
/** Of one conversation; the newest are kept. */
const MAX_RUNS = 200;
/** Conversations; the newest are kept. */
const MAX_CONVERSATIONS = 64;

/**
 * What the hooks saw run with Bash. It lives as long as the server: whoever needs what was before it, or what a hook
 * has missed, reads the transcript.
 */
export class CommandLog {
  readonly #conversations = new Map<string | undefined, Map<string, CommandRun>>();

  /** @param agentId undefined: the main conversation. */
  began(agentId: string | undefined, begun: Pick<CommandRun, "use" | "command" | "atMs">): void {
    const runs = this.#conversations.get(agentId) ?? new Map<string, CommandRun>();
    this.#conversations.delete(agentId);
    runs.set(begun.use, commandRun({ ...begun, end: UNSEEN }));
    keepNewest(runs, MAX_RUNS);
    this.#conversations.set(agentId, runs);
    keepNewest(this.#conversations, MAX_CONVERSATIONS);
  }

  /** A call of which nothing is known that it began is passed over. */
  ended(use: string, ended: Pick<CommandRun, "end" | "ranNoTest" | "atMs">): void {
    for (const runs of this.#conversations.values()) {
      const run = runs.get(use);
      if (run) runs.set(use, { ...run, ...ended });
    }
  }

  /**
   * @param agentId undefined: the main conversation, for which agents may run commands as well: how theirs ended says
   *   nothing for it, nor against it.
   * @returns undefined where no hook told of any.
   */
  of(agentId: string | undefined): readonly CommandRun[] | undefined {
    const own = this.#conversations.get(agentId);
    if (agentId !== undefined) return own && [...own.values()];
    const runs = [...this.#conversations.values()].flatMap((some) =>
      [...some.values()].map((run): CommandRun => (some === own ? run : { ...run, end: UNSEEN })),
    );
    return runs.length === 0 ? undefined : runs;
  }
}
