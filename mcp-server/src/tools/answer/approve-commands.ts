import { createHash } from "node:crypto";
import { commandsOfPlan, type PlanCommand, purposeOfCommand } from "../../run/edits/commands-of-plan.ts";
import type { RunContext } from "../../run/project/run-context.ts";
import { exactLine } from "../../text/untrusted-text.ts";
import type { Asked, Asking } from "./question.ts";

/** More does not fit into the form in a terminal of 24 lines, and in none what nobody reads: the terminal shows it. */
const MAX_COMMANDS = 15;
const MAX_CHARACTERS = 2_000;

interface Told {
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Shows the user the commands of a plan that are not approved yet, and approves them if the user says so.
 * @param warnings of what was changed before, for the answer.
 */
export async function approveCommands(
  ctx: RunContext,
  slug: string,
  asking: Asking,
  warnings: readonly string[] = [],
): Promise<Told | Asked> {
  const commands = await commandsOfPlan(ctx, slug);
  const open = commands.filter(({ isApproved }) => !isApproved);
  const answer = (approved: number, next: string): Told => ({
    data: {
      plan: slug,
      approved,
      notApproved: commands.length - approved,
      ...(warnings.length > 0 && { warnings }),
      next,
    },
  });
  const before = commands.length - open.length;
  const terminal = `the user approves in a terminal: parallel-tasks approve ${slug}.`;
  if (open.length === 0) return answer(before, "Nothing is left to approve.");
  const lines = open.map(lineOf);
  if (!asking.isPossible) return answer(before, `This client has no forms: ${terminal}`);
  if (lines.length > MAX_COMMANDS || lines.join("\n").length > MAX_CHARACTERS)
    return answer(before, `They are too long for a form: ${terminal}`);
  const key = `approve-${createHash("sha256")
    .update(JSON.stringify(open.map(({ command }) => command)))
    .digest("hex")}`;
  const reply = asking.replyTo(key);
  if (reply === undefined)
    return { question: { key, message: messageFor(slug, lines), field: { yes: "Approve" } } };
  if (reply === "no") {
    return answer(
      before,
      `They were not approved: the user said no, or nobody could be asked. Go on without, and do not ask again; ${terminal}`,
    );
  }
  for (const { command } of open) ctx.commands.approved.add(command);
  return answer(commands.length, "The user has approved them.");
}

function lineOf(command: PlanCommand): string {
  return `  ${exactLine(command.command)}  (${purposeOfCommand(command)})`;
}

function messageFor(slug: string, lines: readonly string[]): string {
  return `May these commands of the plan ${slug} be run in this repository, by the server where the policy says so, and those of a task by its agent without a prompt?
${lines.join("\n")}`;
}
