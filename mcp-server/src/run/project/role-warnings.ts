import type { Task } from "../../graph/task.ts";
import type { Roles } from "./roles.ts";

/** A role that nobody has, with the names that may have been meant: `reviewr (near: code-reviewer)`. */
function unknownRole(roles: Roles, name: string): string {
  const near = roles.near(name);
  return near.length === 0 ? name : `${name} (near: ${near.join(", ")})`;
}

/** The roles of the tasks that no agent has, each once. */
export function unknownRoles(roles: Roles, tasks: readonly Pick<Task, "agent">[]): string[] {
  return namesOf(tasks)
    .filter((name) => roles.resolve(name).unknown)
    .map((name) => unknownRole(roles, name));
}

/**
 * Roles of the tasks that are not told apart: names that agents in several places have, and roles that are counted
 * as two although the same agent has both.
 */
export function overlappingRoles(roles: Roles, tasks: readonly Pick<Task, "agent">[]): string[] {
  const names = namesOf(tasks);
  return [...inSeveralPlaces(roles, names), ...ofOneAgent(roles, names)];
}

function inSeveralPlaces(roles: Roles, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const others = roles.alsoIn(name);
    return others.length === 0
      ? []
      : [`${name} is the agent of ${roles.originOf(name)}; there is another in ${others.join(", ")}`];
  });
}

function ofOneAgent(roles: Roles, names: readonly string[]): string[] {
  const byAgent = new Map<string, Set<string>>();
  for (const name of names) {
    const { role, agentType } = roles.resolve(name);
    byAgent.set(agentType, (byAgent.get(agentType) ?? new Set()).add(role));
  }
  return [...byAgent]
    .filter(([, shared]) => shared.size > 1)
    .map(([agentType, shared]) => `${[...shared].join(", ")} are all done by ${agentType}`);
}

function namesOf(tasks: readonly Pick<Task, "agent">[]): string[] {
  return [...new Set(tasks.flatMap(({ agent }) => agent ?? []))];
}
