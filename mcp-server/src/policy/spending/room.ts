import { type AnyClaim, isAttempt, workedUntilMs } from "../../graph/attempt.ts";
import { newTokens } from "../../graph/usage.ts";
import {
  isReached,
  limitNames,
  nearLimits,
  ROUNDING,
  type SpendingLimits,
  type Spent,
  type SpentLimit,
  spentLimit,
} from "./limits.ts";
import { type PriceTable, usageCost } from "./price-table.ts";

/** Agents whose next turns nobody can take back. */
export interface AgentsWithTurns {
  /** With a claim, offered ones included. */
  readonly working: number;
  /** Whose report is in, and whose last words are not. */
  readonly ending: number;
}

/**
 * What an agent takes before it can have reported: the turn that is under way, or its first one, and its report. What it
 * says after that is the one turn that may be beyond a limit.
 */
const TURNS_TO_REPORT = 2;

/** What a turn of an agent took on average; 0 where that is not known yet. */
export function averageTurn(
  claims: readonly AnyClaim[],
  table: PriceTable | undefined,
  nowMs: number,
): Spent {
  let [turns, tokens, cost, ms] = [0, 0, 0, 0];
  for (const claim of claims) {
    if (!isAttempt(claim) || !claim.usage?.requests) continue;
    turns += claim.usage.requests;
    tokens += newTokens(claim.usage);
    cost += table ? usageCost(claim.usage, table).amount : 0;
    ms += (workedUntilMs(claim) ?? nowMs) - claim.startedAtMs;
  }
  const of = (sum: number) => (turns === 0 ? 0 : sum / turns);
  return { maxTokens: of(tokens), maxCost: of(cost), maxTurns: 1, maxMs: of(ms) };
}

/**
 * For how many further agents the limits have room, when those at work take what they must.
 * @param turn what a turn of an agent takes.
 */
export function roomFor(limits: SpendingLimits, spent: Spent, turn: Spent, atWork: AgentsWithTurns): number {
  const rooms = limitNames.map((limit) => {
    const rest = restOf(limits, spent, turn, atWork, limit);
    const needed = TURNS_TO_REPORT * turn[limit];
    if (rest === Number.POSITIVE_INFINITY) return rest;
    if (rest <= 0 || rest < needed * (1 - ROUNDING)) return 0;
    // Time passes for all of them at once.
    return needed === 0 || limit === "maxMs"
      ? Number.POSITIVE_INFINITY
      : Math.floor(rest / needed + ROUNDING);
  });
  return Math.min(...rooms);
}

/** What is left of a limit when those at work have taken what they must. */
export function restOf(
  limits: SpendingLimits,
  spent: Spent,
  turn: Spent,
  { working, ending }: AgentsWithTurns,
  limit: keyof SpendingLimits,
): number {
  const max = limits[limit] ?? 0;
  if (max === 0) return Number.POSITIVE_INFINITY;
  const turns = limit === "maxMs" ? 0 : TURNS_TO_REPORT * working + ending;
  return max - spent[limit] - turns * turn[limit];
}

/** The limit that keeps another agent from starting. */
export function limitWithoutRoom(
  limits: SpendingLimits,
  spent: Spent,
  turn: Spent,
  atWork: AgentsWithTurns,
  currency: string | undefined,
): SpentLimit | undefined {
  const full = limitNames.find((limit) => roomFor({ [limit]: limits[limit] }, spent, turn, atWork) === 0);
  return full === undefined ? undefined : spentLimit(full, limits, spent, currency);
}

/**
 * The limit that a plan is expected to reach with the report of an agent, when the others take what they must: now it has
 * to be asked for.
 * @param atWork the agent included.
 */
export function limitOfNextTurn(
  limits: SpendingLimits,
  spent: Spent,
  turn: Spent,
  { working, ending }: AgentsWithTurns,
  currency: string | undefined,
): SpentLimit | undefined {
  const turns = 1 + TURNS_TO_REPORT * Math.max(0, working - 1) + ending;
  const next = (limit: keyof Spent) => spent[limit] + (limit === "maxMs" ? 1 : turns) * turn[limit];
  const then = {
    maxTokens: next("maxTokens"),
    maxCost: next("maxCost"),
    maxTurns: next("maxTurns"),
    maxMs: next("maxMs"),
  };
  const reached = nearLimits(limits, then, currency).find(isReached);
  return reached && { ...reached, used: spent[reached.limit] };
}
