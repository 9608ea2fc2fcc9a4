import { createHash } from "node:crypto";
import type { AttemptId } from "./attempt.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN = /\b\d+-[a-z2-7]{26}\b/;

/** A fencing token: `<attempt>-<128 random bits>`, in lower-case base 32 because models copy it. */
export function newToken(attempt: AttemptId, randomBytes: (size: number) => Uint8Array): string {
  let text = "";
  let rest = 0;
  // Two zeros in front: 26 letters hold 130 bits.
  let bits = 2;
  for (const byte of randomBytes(16)) {
    rest = ((rest << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((rest >>> (bits - 5)) & 31);
  }
  return `${attempt}-${text}`;
}

/** What is stored of a token. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * The name by which an agent is known that is a process of its own, and started for one attempt: nobody else can tell it
 * who has not the token. It has the form of a UUID, so that a client can take it for its session's id.
 */
export function agentOfToken(token: string): string {
  const digest = createHash("sha256").update(`agent ${token}`).digest("hex");
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`];
  return [...parts, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
}

/** The first token that a text holds, wherever it stands. */
export function findToken(text: string): string | undefined {
  return TOKEN.exec(text)?.[0];
}

/** Far more than a plan's cap: an older offer has lapsed long ago. */
const MAX_OFFERS = 2_000;

/**
 * The tokens of the offers that this process has made. An offer that nobody took up is made again with its token, of
 * which the graph has only the hash, so that no other process can hand it out.
 */
export class OfferTokens {
  readonly #tokens = new Map<AttemptId, string>();

  keep(attempt: AttemptId, token: string): void {
    this.#tokens.delete(attempt);
    this.#tokens.set(attempt, token);
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size > MAX_OFFERS) this.#tokens.delete(oldest);
  }

  /** Undefined for an offer of another process. */
  of(attempt: AttemptId): string | undefined {
    return this.#tokens.get(attempt);
  }
}
