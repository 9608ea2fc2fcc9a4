import { showOnDesktop } from "../../host/desktop/notification.ts";
import type { NotifyTarget } from "../../policy/notify-target.ts";
import { cleanText, LINE_LIMIT } from "../../text/sanitize.ts";
import { visibleJson } from "../../text/visible-json.ts";
import type { RunContext } from "../project/run-context.ts";
import { type NoticeMessage, noticeWords } from "./notice-message.ts";

/** A command that tells somebody something is done with it within this time. */
const MAX_COMMAND_MS = 60_000;
const MAX_REQUEST_MS = 15_000;

/**
 * Tells somebody something.
 * @param stop gives it up: the server ends.
 * @returns why he was not told, in a phrase without his address; undefined: he was.
 */
export async function sendNotice(
  ctx: RunContext,
  target: NotifyTarget,
  message: NoticeMessage,
  stop: AbortSignal,
): Promise<string | undefined> {
  if (target.kind === "command") return runCommand(ctx, target.command, message, stop);
  if (target.kind === "webhook") return post(target.url, message, stop);
  const { title, text } = noticeWords(message);
  return showOnDesktop(title, text, stop);
}

async function runCommand(ctx: RunContext, command: string, message: NoticeMessage, stop: AbortSignal) {
  const limits = { limitMs: MAX_COMMAND_MS, signal: stop, input: `${visibleJson(message)}\n` };
  const result = (await ctx.commands.run([command], ctx.checkout.root, limits)).get(command);
  if (result === undefined) return "it was not run";
  if ("whyNot" in result) return result.whyNot;
  if (result.exitCode === 0) return undefined;
  const output = cleanText(result.output.slice(-LINE_LIMIT), LINE_LIMIT);
  return `it ended with ${result.exitCode}${output === "" ? "" : `: ${output}`}`;
}

/** What fails is told without the address, which is a secret with many services. */
async function post(url: string, message: NoticeMessage, stop: AbortSignal): Promise<string | undefined> {
  const over = new AbortController();
  const giveUp = () => over.abort();
  const limit = setTimeout(giveUp, MAX_REQUEST_MS);
  stop.addEventListener("abort", giveUp);
  if (stop.aborted) giveUp();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": encodeURIComponent(message.id) },
      body: visibleJson(message),
      // Another address was not named by the user.
      redirect: "manual",
      signal: over.signal,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `the webhook answered with ${response.status || "a redirection"}`;
  } catch (error) {
    if (over.signal.aborted) return `the webhook did not answer within ${MAX_REQUEST_MS / 1_000} s`;
    const { cause } = error as { readonly cause?: { readonly code?: unknown } };
    return `the webhook could not be reached${typeof cause?.code === "string" ? ` (${cause.code})` : ""}`;
  } finally {
    clearTimeout(limit);
    stop.removeEventListener("abort", giveUp);
  }
}
