import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { fileRefusal } from "../../errors/file-refusal.ts";
import type { RunReport } from "../../report/aggregate.ts";
import { renderBriefReport } from "../../report/render/brief-report.ts";
import { renderMarkdown } from "../../report/render/markdown/report.ts";
import { reportsFolder } from "../project/checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { writeAtomically } from "../specification/rendered-file.ts";

/** Where somebody finds all of a report of which a conversation was given the beginning. */
export interface WrittenReport {
  /** What counts of it, in a few characters. */
  readonly brief: string;
  readonly markdown: string;
  /** Undefined where it could not be written. */
  readonly file: string | undefined;
  /** Where it is, for people. */
  readonly line: string;
}

/**
 * Writes the whole report of a plan beside the graph, in the place of the one before: out of sight of git, and of
 * every conversation, which is given its beginning.
 */
export async function writeReport(
  { checkout }: Pick<RunContext, "checkout">,
  slug: string,
  report: RunReport,
): Promise<WrittenReport> {
  const brief = renderBriefReport(report);
  const markdown = renderMarkdown(report);
  const file = join(reportsFolder(checkout), `${slug}.md`);
  try {
    await mkdir(dirname(file), { recursive: true }).catch((error) => {
      throw fileRefusal(error, dirname(file)) ?? error;
    });
    await writeAtomically(file, markdown);
    return { brief: shown(brief), markdown: shown(markdown), file, line: `The whole report: ${file}` };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return {
      brief: shown(brief),
      markdown: shown(markdown),
      file: undefined,
      line: `The whole report could not be written (${error.message}): parallel-tasks report ${slug} prints it.`,
    };
  }
}

/** As it is told in a terminal, where a dollar sign begins no formula. */
function shown(text: string): string {
  return text.replaceAll("\\$", "$");
}
