import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HookAnswer, HookEvent } from "./hook-event.ts";

/** Answers the calls of one kind of hook. */
export type HookHandler = (run: RunContext, session: SessionMemory, event: HookEvent) => Promise<HookAnswer>;
