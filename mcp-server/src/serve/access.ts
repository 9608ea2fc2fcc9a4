import { createHash, timingSafeEqual } from "node:crypto";

/** A code is typed by nobody: it is opened at once or never. */
const CODE_LIFE_MS = 2 * 60_000;
/** So many wrong codes void those that are out: nobody guesses 128 bits, but nobody has to be allowed to try. */
const MAX_WRONG_CODES = 50;
/** Tabs that may be open at once; the oldest gives way. */
const MAX_TOKENS = 100;
const CODE_BYTES = 16;
const TOKEN_BYTES = 32;

/**
 * Who may ask. A code stands in the fragment of a link, which browsers send to nobody; it is exchanged once for the token
 * of a tab. Only digests are kept.
 */
export class Access {
  /** By digest, when they were given out, in milliseconds. */
  readonly #codes = new Map<string, number>();
  readonly #tokens = new Set<string>();
  #wrong = 0;

  constructor(
    private readonly now: () => number,
    private readonly randomBytes: (size: number) => Uint8Array,
  ) {}

  /** A code that can be exchanged once, within two minutes. */
  newCode(): string {
    const code = this.#random(CODE_BYTES);
    this.#codes.set(digestOf(code), this.now());
    return code;
  }

  /** @returns the token for it; undefined for a code that is wrong, used or too old. */
  exchange(code: string): string | undefined {
    const digest = this.#find(this.#codes.keys(), code);
    const madeMs = digest === undefined ? undefined : this.#codes.get(digest);
    if (digest === undefined || madeMs === undefined) {
      this.#wrong += 1;
      if (this.#wrong >= MAX_WRONG_CODES) {
        this.#codes.clear();
        this.#wrong = 0;
      }
      return undefined;
    }
    this.#codes.delete(digest);
    if (this.now() - madeMs > CODE_LIFE_MS) return undefined;
    const token = this.#random(TOKEN_BYTES);
    const [oldest] = this.#tokens;
    if (this.#tokens.size >= MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.add(digestOf(token));
    return token;
  }

  /** @param authorization the header as it came. */
  allows(authorization: string | undefined): boolean {
    const [, token] = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? "") ?? [];
    return token !== undefined && this.#find(this.#tokens, token) !== undefined;
  }

  #random(bytes: number): string {
    return Buffer.from(this.randomBytes(bytes)).toString("base64url");
  }

  /** How long it takes does not tell how much of it is right. */
  #find(digests: Iterable<string>, secret: string): string | undefined {
    const wanted = Buffer.from(digestOf(secret));
    let found: string | undefined;
    for (const digest of digests) if (timingSafeEqual(Buffer.from(digest), wanted)) found = digest;
    return found;
  }
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
