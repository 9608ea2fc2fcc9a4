import { createHash } from "node:crypto";
import type { AttemptId } from "./attempt.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const TOKEN = /\b\d+-[a-z2-7]{26}\b/;

/** A fencing token: `<attempt>-<128 random bits>`, in lower-case base 32 because models copy it. */
export function newToken(attempt: AttemptId, randomBytes: (size: number) => Uint8Array): string {
  let bits = 0n;
  for (const byte of randomBytes(16)) bits = (bits << 8n) | BigInt(byte);
  let text = "";
  for (let i = 0; i < 26; i++) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return `${attempt}-${text}`;
}

/** What is stored of a token. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The first token that a text holds, wherever it stands. */
export function findToken(text: string): string | undefined {
  return TOKEN.exec(text)?.[0];
}
