import type { Tokens } from "../graph/usage.ts";
import type { ClientEvent } from "./agent-client.ts";

/** Any JSON value as the fields that it has; none for what is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The object on a line of JSON; undefined for any other line. */
export function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** A count of tokens; 0 where nothing is said. */
export function countIn(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.round(value) : 0;
}

/** The tokens of vendors whose input counts what was read from a cache as well. */
export function tokensIn(input: unknown, cached: unknown, output: unknown): Tokens {
  const cacheRead = countIn(cached);
  return {
    input: Math.max(0, countIn(input) - cacheRead),
    cacheWrite: 0,
    cacheRead,
    output: countIn(output),
  };
}

export function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** How vendors say that more may be asked later. */
const LIMITS =
  /\b(?:rate|usage|session|weekly|quota|spend)[ _-]?(?:limit|exceeded|exhausted)|\bquota\b|too many requests|\b429\b|resource[ _]exhausted|insufficient_quota|overloaded/i;
/** Seconds or milliseconds since 1970, or a time of ISO 8601. */
const MOMENT =
  /\b(1[6-9]\d{8}|2\d{9}|1[6-9]\d{11})\b|\b(\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d))/;
/** "try again in 2 hours 5 minutes", "retry after 30s" */
const WAIT =
  /(?:again in|retry (?:in|after)|resets in)\s+((?:\d+(?:\.\d+)?\s*(?:days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)\b[\s,]*(?:and\s+)?)+)/i;
const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/**
 * What an error of a client is: a limit of the vendor, with its end where that is said, or a failure.
 * @param nowMs milliseconds since 1970, for ends that are told as a time to wait.
 */
export function troubleIn(text: string, nowMs: number = Date.now()): ClientEvent {
  if (!LIMITS.test(text)) return { kind: "failed", text };
  const untilMs = endIn(text, nowMs);
  return { kind: "limit", text, ...(untilMs !== undefined && { untilMs }) };
}

function endIn(text: string, nowMs: number): number | undefined {
  const wait = WAIT.exec(text)?.[1];
  if (wait !== undefined) {
    const parts = [...wait.matchAll(/(\d+(?:\.\d+)?)\s*([a-z])/gi)];
    return (
      nowMs +
      parts.reduce((sum, [, n, unit = "s"]) => sum + Number(n) * (UNIT_MS[unit.toLowerCase()] ?? 0), 0)
    );
  }
  const [, number, iso] = MOMENT.exec(text) ?? [];
  const untilMs = number === undefined ? Date.parse(iso ?? "") : momentInMs(Number(number));
  return untilMs > nowMs ? untilMs : undefined;
}

/** A moment that is told in seconds or in milliseconds since 1970, in milliseconds. */
export function momentInMs(number: number): number {
  return number < 1e11 ? number * 1_000 : number;
}
