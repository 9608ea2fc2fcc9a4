import { join } from "node:path";
import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { ACTIONS } from "../live/snapshot.ts";
import type { BandWriter } from "../run/live/band-writer.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { PageServer } from "../serve/http-server.ts";

const plan = z.string().min(1).max(1_000);

/** What the view in the host asks for (`view/hooks/view.ts`). */
export const viewRequest = z.discriminatedUnion("engine", [
  /** Somebody looks at the file whose name is the answer. */
  z.strictObject({ engine: z.literal("watch") }),
  z.strictObject({
    engine: z.literal("act"),
    plan,
    do: z.enum(ACTIONS),
    task: z.string().max(1_000).optional(),
    text: z.string().max(4_000).optional(),
    /** What the person had seen. */
    seq: z.number().int(),
  }),
  z.strictObject({ engine: z.literal("page"), plan }),
]);
type ViewRequest = z.infer<typeof viewRequest>;

/** What this server has begun for the view of its session. */
interface ForView {
  writer?: Promise<BandWriter>;
  page?: Promise<PageServer>;
}

const begun = new WeakMap<SessionMemory, ForView>();

/**
 * Answers the view in the host: where to look, and what the person at it wants done. What that takes is loaded when it is
 * asked for: most sessions have no view.
 */
export async function answerView(
  request: ViewRequest,
  run: RunContext,
  session: SessionMemory,
): Promise<Readonly<Record<string, unknown>>> {
  const own = begun.get(session) ?? {};
  begun.set(session, own);
  if (request.engine === "act") {
    const { do: action, seq, task, text } = request;
    const wanted = { ...(task !== undefined && { task }), ...(text !== undefined && { text }) };
    const { act } = await import("../run/live/act.ts");
    return { ...(await act(run, request.plan, { do: action, seq, ...wanted })) };
  }
  if (request.engine === "page") {
    own.page ??= startPage(run, session).catch((error: unknown) => {
      delete own.page;
      throw error;
    });
    const url = (await own.page).link(request.plan);
    const { openPage } = await import("../host/desktop/open-page.ts");
    openPage(url, { platform: process.platform, env: process.env });
    return { url, says: "The link opens the page once, within two minutes." };
  }
  own.writer ??= newWriter(run, session);
  const writer = await own.writer;
  writer.asked();
  return { file: writer.file };
}

async function newWriter(run: RunContext, session: SessionMemory): Promise<BandWriter> {
  if (run.dataFolder === undefined) {
    const remedy = "Use parallel-tasks status.";
    throw new CallerError("wrong_state", "This client keeps no files for plugins.", remedy);
  }
  const { BandWriter } = await import("../run/live/band-writer.ts");
  const own = () => new Set([...session.plans, ...session.module.plans.keys()]);
  const writer = new BandWriter(run, run.dataFolder, own);
  session.whenClosed(() => writer.close());
  return writer;
}

/** The page of this session, until that ends. */
async function startPage(run: RunContext, session: SessionMemory): Promise<PageServer> {
  const { PageServer } = await import("../serve/http-server.ts");
  const { readPageFiles } = await import("../serve/page-files.ts");
  const files = readPageFiles(join(run.pluginRoot, "mcp-server", "dist", "page"));
  const options = { contexts: [run] as const, files, port: 0, allowedHosts: new Set<string>() };
  const server = await PageServer.start({ ...options, readOnly: false });
  session.whenClosed(() => server.close());
  return server;
}
