import {
  type CheckoutState,
  checkoutState,
  type KeptState,
  type Unmeasured,
} from "../../git/checkout-state.ts";
import { Fingerprints } from "../../git/fingerprint.ts";

/** After a look that failed (a huge repository, no git), nobody waits for another one before this time is over. */
const PAUSE_AFTER_FAILURE_MS = 300_000;

/** How the checkout was found. */
export type Look = CheckoutState | Unmeasured;

/**
 * The looks of this process at its checkout. They run one after another, and whoever asks while one runs shares the
 * next one: a burst of agents costs two looks, not one each.
 */
export class CheckoutSnapshots {
  /** An attempt ended and nobody has looked since. */
  due = false;
  /** Plans whose logs say that looks fail, since the last one that did not. */
  readonly toldFailure = new Set<number>();
  readonly #prints = new Fingerprints();
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Look> | undefined;
  #failure: (Unmeasured & { readonly untilMs: number }) | undefined;

  /** @param root the checkout's top level; undefined outside git, where nothing is measured. */
  constructor(
    private readonly root: string | undefined,
    private readonly now: () => number,
  ) {}

  /**
   * A look that begins after this call. It reads files and starts git: not to be called inside a transaction.
   * @param before tells, when the look begins, the state that it will be compared with.
   */
  take(before: () => KeptState | undefined): Promise<Look> {
    this.#next ??= this.#running.then(async () => {
      this.#next = undefined;
      const look = this.#look(before);
      this.#running = look.catch(() => undefined);
      return look;
    });
    return this.#next;
  }

  async #look(before: () => KeptState | undefined): Promise<Look> {
    if (this.root === undefined) return { why: "the checkout is not under git" };
    if (this.#failure && this.#failure.untilMs > this.now()) return { why: this.#failure.why };
    const look = await checkoutState(this.root, before(), this.#prints, this.now);
    this.#failure = "why" in look ? { ...look, untilMs: this.now() + PAUSE_AFTER_FAILURE_MS } : undefined;
    return look;
  }
}
