import { BreakdownError } from "../errors.ts";
import { isObject, type JsonObject } from "../json/document.ts";

/** The list that Task Master works on unless it is told another. */
const USUAL_TAG = "master";
/** Keys of Task Master's tasks that no other tool's have. */
export const LIST_KEYS = ["details", "testStrategy", "subtasks"];

/** The names under which a document has lists of tasks. */
export function tagsOf(document: JsonObject): string[] {
  return Object.entries(document)
    .filter(([, value]) => (isObject(value) && Array.isArray(value.tasks)) || isList(value))
    .map(([tag]) => tag);
}

/** A tag may be the list itself. Other tools' lists of the same look have other keys. */
function isList(value: unknown): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.every((task) => isObject(task) && "id" in task && "title" in task && !("tasks" in task)) &&
    value.some((task) => LIST_KEYS.some((key) => key in task))
  );
}

/** The list that is meant. @throws BreakdownError where that is not clear. */
export function listOf(
  document: JsonObject,
  file: string,
  tag: string | undefined,
  warnings: string[],
): { list: readonly unknown[]; name: string | undefined; place: string } {
  const named = (value: unknown) => {
    const name = isObject(value) ? value.projectName : undefined;
    return typeof name === "string" && name !== "" ? name : undefined;
  };
  if (Array.isArray(document.tasks)) {
    const name = named(document.meta) ?? named(document.metadata);
    return { list: document.tasks, name, place: "tasks" };
  }
  const tags = tagsOf(document);
  const chosen = tag ?? (tags.length === 1 ? tags[0] : tags.find((one) => one === USUAL_TAG));
  if (chosen === undefined || !tags.includes(chosen)) {
    throw new BreakdownError(
      file,
      "tasks",
      chosen === undefined
        ? `it has several lists of tasks (${tags.join(", ")}) and none of them is ${USUAL_TAG}`
        : `it has no list of tasks ${JSON.stringify(chosen)} (only ${tags.join(", ")})`,
      `Name one behind the path, such as "${file}#${tags[0]}"`,
    );
  }
  const others = tags.filter((one) => one !== chosen);
  if (tag === undefined && others.length > 0) {
    warnings.push(
      `the list ${chosen} was taken; the file also has ${others.join(", ")} (name one behind the path: "…#${others[0]}")`,
    );
  }
  const value = document[chosen];
  const { tasks, metadata } = value as { tasks: unknown[]; metadata?: unknown };
  return {
    list: isList(value) ? value : tasks,
    name: named(metadata) ?? (chosen === USUAL_TAG ? undefined : chosen),
    place: isList(value) ? chosen : `${chosen}.tasks`,
  };
}
