import type { GraphEvent } from "../../mcp-server/src/graph/event.ts";
import type { TimelineRow } from "../../mcp-server/src/report/timeline/timeline-rows.ts";
import { timelineOf } from "../../mcp-server/src/report/timeline/timeline-rows.ts";
import { stateOf } from "../../mcp-server/src/run/plan/load-plan.ts";
import { readGraph } from "../../mcp-server/src/run/plan/plan-view.ts";
import { type Counts, countsOf } from "../../mcp-server/src/run/plan/progress.ts";
import { createContext, type RunContext } from "../../mcp-server/src/run/project/run-context.ts";

/** How a plan stands at one moment, as `parallel status` sees it. */
export interface Look {
  counts: Counts;
  rows: TimelineRow[];
  /** The whole log so far. */
  events: GraphEvent[];
  subjectOf: (task: string) => string;
}

/** Looks at the graph of a project from outside, like the command line, and changes nothing. */
export class RunWatch {
  readonly #context: RunContext;
  readonly #slug: string;

  private constructor(context: RunContext, slug: string) {
    this.#context = context;
    this.#slug = slug;
  }

  static async of(project: string, slug: string, pluginRoot: string): Promise<RunWatch> {
    const facts = { directory: project, env: {}, parentPid: process.pid, pluginRoot, now: Date.now };
    return new RunWatch(await createContext(facts), slug);
  }

  /** Undefined as long as there is no plan. */
  async look(): Promise<Look | undefined> {
    const store = await this.#context.graph();
    if (!store) return undefined;
    return readGraph(this.#context, store, async (view) => {
      const plan = await view.findPlan(this.#slug);
      if (plan === undefined) return undefined;
      const subjects = new Map<string, string>(
        stateOf(plan).tasks.map(({ id, subject }) => [id, shortSubject(subject)]),
      );
      return {
        counts: countsOf(plan),
        rows: timelineOf(stateOf(plan), this.#context.now()).map((row) => ({
          ...row,
          subject: shortSubject(row.subject),
        })),
        events: await view.reader.events(plan.id),
        subjectOf: (task) => subjects.get(task) ?? "",
      };
    });
  }

  async close(): Promise<void> {
    await (await this.#context.graph())?.close();
  }
}

/** The subject without the slug and the phase in front, which the reader of the demo knows. */
function shortSubject(subject: string): string {
  return subject.replace(/^(\[[^\]]*\]\s*)+/, "");
}
