import type { ServerCommand } from "./agent-client.ts";

/** The brief behind what its role is told, for clients that know no roles. */
export function withInstructions(instructions: string, brief: string): string {
  return instructions === "" ? brief : `${instructions.trim()}\n\n${brief}`;
}

/** The server as most clients' files name one. */
export function serverEntry({ command, args, env }: ServerCommand): Record<string, unknown> {
  return { command, args, env };
}

/** The same for clients that put values of their own environment in the place of `$NAME`: no value stands in a file. */
export function namedServer({ command, args, env }: ServerCommand): Record<string, unknown> {
  return { command, args, env: Object.fromEntries(Object.keys(env).map((name) => [name, `$${name}`])) };
}
