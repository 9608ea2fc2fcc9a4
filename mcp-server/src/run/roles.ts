import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Agent types that the host brings along, by the role that a breakdown would write. */
const BUILT_IN: Readonly<Record<string, string>> = {
  explore: "Explore",
  plan: "Plan",
  "general-purpose": "general-purpose",
};

/** The role of a task that names none. */
const DEFAULT_ROLE = "feature-implementer";

/** What a role is called for the scheduler and for the host's Agent tool. */
export interface Role {
  readonly role: string;
  readonly agentType: string;
  /** Set when nobody has this role and a general agent stands in. */
  readonly unknown: boolean;
}

/** Knows which agent types exist. */
export class Roles {
  readonly #own: ReadonlySet<string>;

  /** @param pluginRoot the folder that holds `agents/`; without it only the host's agents are known. */
  constructor(pluginRoot: string) {
    let files: string[] = [];
    try {
      files = readdirSync(join(pluginRoot, "agents"));
    } catch {
      // A server started outside the plugin's folder serves clients that have no such agents.
    }
    this.#own = new Set(files.filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -3)));
  }

  resolve(wanted: string | undefined): Role {
    const role = (wanted ?? DEFAULT_ROLE).replace(/^parallel:/, "");
    if (this.#own.has(role)) return { role, agentType: `parallel:${role}`, unknown: false };
    const builtIn = BUILT_IN[role.toLowerCase()];
    if (builtIn !== undefined) return { role, agentType: builtIn, unknown: false };
    // Another plugin's agent carries its plugin's name; the host says so if there is none.
    if (role.includes(":")) return { role, agentType: role, unknown: false };
    return { role, agentType: "general-purpose", unknown: wanted !== undefined };
  }
}
