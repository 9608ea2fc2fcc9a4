import * as z from "zod";
import { CallerError } from "../errors/caller-error.ts";
import { ACTIONS, type ActionRequest } from "../live/snapshot.ts";
import { act } from "../run/live/act.ts";
import { fileClashes } from "../run/live/file-clashes.ts";
import { planHistory } from "../run/live/plan-history.ts";
import { taskDetail } from "../run/live/task-detail.ts";
import { type Editor, editorLink } from "./editor-link.ts";
import type { PlanSources } from "./plan-sources.ts";

/** What a person types is a note or an answer. */
const MAX_NOTE = 8_000;

const session = z.strictObject({ code: z.string().min(1).max(100) });
const action = z.strictObject({
  do: z.enum(ACTIONS),
  task: z.string().min(1).max(200).optional(),
  text: z.string().max(MAX_NOTE).optional(),
  value: z.number().int().min(1).max(1_000).optional(),
  seq: z.number().int().min(0),
});

/** The code in the body of a request. @throws CallerError for any other body. */
export function codeIn(body: unknown): string {
  return parsed(session, body).code;
}

/** @throws CallerError for a body that is no action. */
export function actionIn(body: unknown): ActionRequest {
  const { do: name, task, text, value, seq } = parsed(action, body);
  return {
    ...{ do: name, seq },
    ...(task !== undefined && { task }),
    ...(text !== undefined && { text }),
    ...(value !== undefined && { value }),
  };
}

function parsed<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") || "body";
  throw new CallerError(
    "bad_input",
    `${field}: ${issue?.message ?? "it is not valid"}`,
    "Correct it.",
    field,
  );
}

/** What a path below `/api/` means. */
export type Route =
  | { readonly name: "session" }
  | { readonly name: "plans" }
  | { readonly name: "events"; readonly plan: string }
  | { readonly name: "plan" | "history" | "clashes" | "act"; readonly plan: string }
  | { readonly name: "task"; readonly plan: string; readonly task: string };

/** Those that `answer` answers. */
export type AnsweredRoute = Exclude<Route, { name: "events" } | { name: "session" }>;

/** @param path without its query, still encoded. @returns undefined for a path that means nothing. */
export function routeOf(path: string): Route | undefined {
  const parts = path.split("/").slice(1).map(decoded);
  const [api, first, plan, second, task, ...more] = parts;
  if (api !== "api" || more.length > 0 || parts.some((part) => part === undefined || part === ""))
    return undefined;
  if (first === "session" && parts.length === 2) return { name: "session" };
  if (first !== "plans") return undefined;
  if (plan === undefined) return { name: "plans" };
  if (second === undefined) return { name: "plan", plan };
  if (second === "tasks") return task === undefined ? undefined : { name: "task", plan, task };
  if (task !== undefined) return undefined;
  if (second === "events") return { name: "events", plan };
  return second === "history" || second === "clashes" || second === "act"
    ? { name: second, plan }
    : undefined;
}

/** @returns undefined for what is no encoded text. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** How a route is asked: those that change something are posted, and no other. */
export function methodOf({ name }: Route): "GET" | "POST" {
  return name === "session" || name === "act" ? "POST" : "GET";
}

/** The answer of a route. @throws CallerError */
export async function answer(
  sources: PlanSources,
  route: AnsweredRoute,
  body: unknown,
  editor: Editor = "none",
): Promise<unknown> {
  if (route.name === "plans") return { plans: await sources.list() };
  if (route.name === "plan") return (await sources.watch(route.plan)).snapshot();
  const { ctx, store, slug, isHere } = await sources.find(route.plan);
  if (route.name === "history") return planHistory(ctx, store, slug);
  if (route.name === "clashes") return fileClashes(ctx, store, slug);
  if (route.name === "task") {
    const detail = await taskDetail(ctx, store, slug, route.task, isHere);
    const files = detail.files.map((file) => {
      const open = editorLink(editor, ctx.checkout.root, file.path);
      return open === undefined ? file : { ...file, open };
    });
    return { ...detail, files };
  }
  return act(ctx, slug, actionIn(body));
}
