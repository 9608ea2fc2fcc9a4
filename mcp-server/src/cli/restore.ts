import { callerName } from "../graph/effect.ts";
import type { Overwritten } from "../report/files/overwritten.ts";
import { forgetKept } from "../run/effects/forget-kept.ts";
import { listOverwritten, type Restored, restoreFile } from "../run/effects/versions/restore.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { cleanText, LINE_LIMIT } from "../text/sanitize.ts";
import { visibleJson } from "../text/visible-json.ts";

export interface RestoreOptions {
  readonly task?: string;
  readonly content?: string;
  readonly force?: boolean;
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** Lists what others overwrote, or puts versions of files back and says where what stood there went. */
export async function restoreCommand(
  ctx: RunContext,
  plan: string,
  files: readonly string[],
  { task, content, force = false, forget = false, json }: RestoreOptions,
): Promise<number> {
  const print = (text: string) => process.stdout.write(text);
  if (forget) {
    forgetKept(ctx, plan);
    print(json ? `${visibleJson({ forgotten: plan })}\n` : `Nothing is kept for ${plan} any more.\n`);
    return 0;
  }
  if (files.length === 0 && content === undefined) {
    const overwritten = await listOverwritten(ctx, plan, { task });
    if (json) print(`${visibleJson({ overwritten })}\n`);
    else if (overwritten.length === 0) print("Nobody was seen to overwrite a file that a task held.\n");
    else print(overwritten.map(lineOf).join(""));
    return 0;
  }
  const restored: Restored[] = [];
  for (const file of files.length === 0 ? [undefined] : files) {
    const one = await restoreFile(ctx, plan, { file, task, content }, force);
    restored.push(one);
    if (!json) print(lineOfRestored(one, content !== undefined));
  }
  if (json) print(`${visibleJson({ restored })}\n`);
  return 0;
}

function lineOfRestored({ path, task, content, putAside }: Restored, isNamed: boolean): string {
  const aside = putAside === undefined ? "" : ` What stood there is kept as ${putAside}.`;
  if (isNamed) return `${cleanText(path, LINE_LIMIT)} is again ${content}.${aside}\n`;
  return `${cleanText(path, LINE_LIMIT)} is again what task ${cleanText(task, LINE_LIMIT)} had in it.${aside}\n`;
}

function lineOf({ path, task, holder, atMs, by, calls, before }: Overwritten): string {
  const names = [...new Set(calls.map((call) => `${callerName(call)} (${call.tool})`))];
  const who = by === "nobody" ? "a person or another program" : names.join(" or ");
  const what = before === undefined ? "as in the last commit" : "kept";
  // Between two looks nobody sees what was written first.
  const mayBeOwn = calls.some(({ caller }) => caller.attempt === holder);
  const lost = mayBeOwn ? "; what its own call may have written there before is possibly lost" : "";
  const line = `${new Date(atMs).toISOString()}  ${path}: of task ${task} (${what}), overwritten by ${who}${lost}`;
  return `${cleanText(line, LINE_LIMIT)}\n`;
}
