import { parse } from "yaml";

/** What Compose reads of a service; of the names that its specification has, those that the recipe uses. */
export interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: {
    readonly test: readonly ["CMD-SHELL", string];
    readonly interval: string;
    readonly retries: number;
  };
  readonly depends_on?: Readonly<
    Record<string, { readonly condition: "service_healthy" | "service_started" }>
  >;
  readonly stop_grace_period?: string;
  readonly deploy?: { readonly replicas: number };
}

/**
 * The services of a Compose file, with its variables replaced as Compose does.
 * @param environment of whoever calls Compose.
 * @throws Error for a variable that the file insists on and nobody has set.
 */
export function servicesIn(
  text: string,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, Service>> {
  return filledIn(parse(text), environment).services;
}

function filledIn<T>(value: T, environment: Readonly<Record<string, string>>): T;
function filledIn(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return textWith(value, environment);
  if (Array.isArray(value)) return value.map((one) => filledIn(one, environment));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, environment)]));
}

function textWith(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\}|(\w+))/g,
    (_, dollar, braced, kind, more, plain) => {
      if (dollar !== undefined) return "$";
      const set = environment[braced ?? plain];
      if (set !== undefined && (set !== "" || kind === undefined)) return set;
      if (kind === "?") throw new Error(`${braced}: ${more}`);
      return more ?? "";
    },
  );
}

/** Names of services in an order in which each comes after those that it depends on. */
export function inOrder(services: Readonly<Record<string, Service>>): string[] {
  const order: string[] = [];
  const visit = (name: string) => {
    if (order.includes(name)) return;
    for (const before of Object.keys(services[name]?.depends_on ?? {})) visit(before);
    order.push(name);
  };
  for (const name of Object.keys(services)) visit(name);
  return order;
}

/** @param text such as `2s`, as Compose writes durations. @returns seconds. */
export function secondsOf(text: string): number {
  const [, count, unit] = /^(\d+)(s|m)$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`${text} is no duration that is read here`);
  return Number(count) * (unit === "m" ? 60 : 1);
}
