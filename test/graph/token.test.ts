import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import { findToken, hashToken, newToken } from "../../mcp-server/src/graph/token.ts";

const attempt = 17 as AttemptId;

describe("a token", () => {
  it("a token is the attempt's number and 26 letters and digits that are hard to mix up", () => {
    expect(newToken(attempt, randomBytes)).toMatch(/^17-[a-z2-7]{26}$/);
  });

  it("a token carries all 128 bits", () => {
    const bytes = Buffer.alloc(16);
    const seen = new Set<string>();
    for (let bit = 0; bit < 128; bit++) {
      bytes.fill(0);
      bytes[bit >> 3] = 1 << (bit & 7);
      seen.add(newToken(attempt, () => bytes));
    }
    expect(seen.size).toBe(128);
    expect(newToken(attempt, () => Buffer.alloc(16, 0xff))).toMatch(/^17-h7{25}$/);
  });

  it("a token is found wherever it stands, whole or not at all", () => {
    const token = newToken(attempt, randomBytes);
    for (const text of [token, `Task p/1, token ${token}. Go.`, `(${token})`, `\n"${token}"\n${token}x`]) {
      expect(findToken(text)).toBe(token);
    }
    for (const text of ["", token.slice(0, -1), `${token}a`, token.toUpperCase(), token.slice(3)]) {
      expect(findToken(text)).toBeUndefined();
    }
  });

  it("a token cannot be read from its hash, which is always the same", () => {
    const token = newToken(attempt, randomBytes);
    expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashToken(token)).toBe(hashToken(`${token}`));
    expect(hashToken(token)).not.toBe(hashToken(newToken(attempt, randomBytes)));
  });
});
