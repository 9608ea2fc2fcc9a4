import { placeNamed } from "../edits/open-plan.ts";

/** How a conversation starts a runner; options may stand before the plan. */
const STARTS_RUNNER = /\bparallel(?:-tasks)?["']?\s+run\s+(?:--[\w-]+(?:=\S+)?\s+)*["']?([\w./-]+)/;

/** The plans for which this session has started `parallel run` in the background, by the host's id of what runs there. */
export class RunnerTasks {
  readonly #plans = new Map<string, string>();

  /**
   * A command goes on in the background.
   * @returns the plan that it executes; undefined for any other command.
   */
  started(id: string, command: string): string | undefined {
    const named = STARTS_RUNNER.exec(command)?.[1];
    if (named === undefined) return undefined;
    const { plan } = placeNamed(named);
    this.#plans.set(id, plan);
    return plan;
  }

  has(plan: string): boolean {
    return [...this.#plans.values()].includes(plan);
  }

  /** What ran there has ended. @returns the plan that it executed. */
  ended(id: string): string | undefined {
    const plan = this.#plans.get(id);
    this.#plans.delete(id);
    return plan;
  }

  /** The conversation has heard in another way that nothing executes the plan any more. */
  forget(plan: string): void {
    for (const [id, other] of this.#plans) if (other === plan) this.#plans.delete(id);
  }
}
