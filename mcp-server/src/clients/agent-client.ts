import type { Effort } from "../graph/model/model-choice.ts";
import type { Tokens } from "../graph/usage.ts";

/** A vendor's coding agent as a program without a terminal, started for one task. One file of this folder each. */
export interface AgentClient {
  /** As `--agents` and a task's `client` name it. */
  readonly name: string;
  /** One of these has to be on the search path, the first is preferred; none: what is started says it itself. */
  readonly programs: readonly string[];
  /** Whether its agent has this server's tools; else its last message is its report. */
  readonly callsTools: boolean;
  /** Whether this plugin's hooks guard it; else it works in a worktree of its own only. */
  readonly hasHooks: boolean;
  /** What its agents may do without asking, as the documents say it. */
  readonly permissions: string;
  start(start: AgentStart): ClientStart;
  /** What a line that it printed tells; whatever is not known tells nothing. */
  read(line: string): readonly ClientEvent[];
}

/** The agent that is to be started. */
export interface AgentStart {
  /** What it is told, its role's instructions not included. */
  readonly brief: string;
  /** By this name the graph knows it; a UUID. */
  readonly agentId: string;
  /** The agent type that its task wants, as Claude Code names it. */
  readonly agentType: string;
  /** What that type is told, for clients that do not know it; empty: nothing. */
  readonly instructions: string;
  /** Where it works. */
  readonly folder: string;
  /** As the client names its models. */
  readonly model?: string;
  readonly effort?: Effort;
  /** A folder for this agent alone, outside of every checkout. */
  readonly stateFolder: string;
  /** This project's server. */
  readonly server: ServerCommand;
  /** The plugins that make this project, as Claude Code takes them. */
  readonly plugins: readonly string[];
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that it needs from the environment of the client. */
  readonly env: Readonly<Record<string, string>>;
}

/** A process to be started, without a shell. */
export interface ClientStart {
  readonly program: string;
  readonly args: readonly string[];
  /** Beside what every agent of a runner gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** Written before, readable for this user only; names below the state folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: ChangedSettings;
}

/**
 * A client that takes its settings from a folder of the user's home alone is given another home, below its state folder:
 * there everything of that folder is a link to the user's, and one file of it a copy with an MCP server more.
 */
export interface ChangedSettings {
  /** By this variable the client knows where the home is; the user may have set it. */
  readonly variable: string;
  /** As `.vendor`, below the home. */
  readonly folder: string;
  /** JSON, perhaps with comments. */
  readonly file: string;
  readonly server: Readonly<Record<string, unknown>>;
  /** Names in the folder that are the client's own notes, which it makes anew. */
  readonly leftOut: readonly string[];
}

/** What a client tells of its agent while it works. */
export type ClientEvent =
  /** The model is at work. */
  | { readonly kind: "started" }
  | { readonly kind: "tool"; readonly name: string }
  /** Tokens of a model's answers; all that are told are added up. */
  | { readonly kind: "usage"; readonly tokens: Tokens; readonly model?: string }
  /** What the agent said; the last one counts, with what goes on with it. */
  | { readonly kind: "message"; readonly text: string; readonly goesOn?: boolean }
  /** The vendor refuses more; until when, in milliseconds since 1970, where it says so. */
  | { readonly kind: "limit"; readonly untilMs?: number; readonly text: string }
  /** It cannot go on, and says why. */
  | { readonly kind: "failed"; readonly text: string };
