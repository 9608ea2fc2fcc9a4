import type { ServerPlace } from "./connection.ts";

/** What every client of a run is told when it is started. */
export interface ClientOrders extends ServerPlace {
  readonly client: number;
  /** How often this client was started, this time included. */
  readonly life: number;
  readonly seed: number;
  readonly journals: string;
  readonly leaseMs: number;
  /** What a task takes on average. */
  readonly workMs: number;
}

/** What the client is told: end the server, end both, behave from now on, or go. */
export type Command = "kill-server" | "kill-both" | "behave" | "leave";
/** What the client says: every task of every plan is completed. */
export type Message = "done";
