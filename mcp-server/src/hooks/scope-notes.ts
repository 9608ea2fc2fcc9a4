import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HookHandler } from "./handler.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";

/** Where the handler has nothing to say to an agent, the agent is told who wrote in its task's scope meanwhile. */
export function withNotes(handler: HookHandler): HookHandler {
  return async (run, session, event) => {
    const answer = await handler(run, session, event);
    return answer === NOTHING && event.agent !== "" ? tellNotes(run, session, event) : answer;
  };
}

/** Notes from before its attempt stand in its brief. */
async function tellNotes(run: RunContext, session: SessionMemory, event: HookEvent): Promise<HookAnswer> {
  const store = await run.graph();
  const news = await store?.read(async (reader) => {
    const held = await reader.claimOfAgent(event.agent);
    if (held?.claim.state !== "running") return [];
    const { task, startedAtMs } = held.claim;
    const touched = await reader.events(held.planId, { type: "scope.touched", sinceMs: startedAtMs + 1 });
    return touched.flatMap(({ seq, change }) =>
      change.type === "scope.touched" && change.task === task && !session.toldNotes.has(seq)
        ? [{ seq, note: change.note }]
        : [],
    );
  });
  if (!news || news.length === 0) return NOTHING;
  for (const { seq } of news) session.toldNotes.add(seq);
  return tell(event.event, news.map(({ note }) => note).join("\n"));
}
