import type { AgentCall } from "../run/guard/agent-call.ts";
import type { SessionMemory } from "../run/session/session.ts";
import { type HookAnswer, type HookEvent, NOTHING, tell } from "./hook-event.ts";

/** Where nothing else is to be said to an agent, it is told who wrote in its task's scope meanwhile, once. */
export function tellNotes(session: SessionMemory, event: HookEvent, call: AgentCall): HookAnswer {
  const news = call.notes.filter(({ seq }) => !session.toldNotes.has(seq));
  if (news.length === 0) return NOTHING;
  for (const { seq } of news) session.toldNotes.add(seq);
  return tell(event.event, news.map(({ note }) => note).join("\n"));
}
