import type { PermissionMode, Place } from "./claude-code.ts";
import type { Conversation } from "./conversation.ts";
import type { InteractiveClaudeCode } from "./interactive.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { Recording } from "./recording.ts";
import type { TokenCount } from "./token-count.ts";
import type { Turn } from "./turn.ts";
import type { Work } from "./worker.ts";

/** A story to be played with the real Claude Code: a project, what is asked of it, and how the models behave. */
export interface Scenario {
  name: string;
  /** The project's files by their path in it; all of them are committed before the first run. */
  files: Record<string, string>;
  /** Folders that are copied into the project: path in it → folder. */
  folders?: Record<string, string>;
  /** Plugin folders; the repository's three where absent. */
  plugins?: string[];
  /** Installs the plugin `parallel` from this marketplace (a folder, `owner/repo` or URL) instead of loading folders. */
  marketplace?: string;
  /** The user's own Claude Code settings, for instance permission rules. */
  settings?: Record<string, unknown>;
  /** Further environment of Claude Code. */
  environment?: Record<string, string>;
  /** The mode of permissions of all its sessions; manual where absent. */
  mode?: PermissionMode;
  /** How long a model's turn takes. */
  latencyMs?: { main: number; agent: number };
  /** Says what a request and its answer used; small made figures where absent. */
  usageOf?: TokenCount["usageOf"];
  /** No agent's model answers before so many agents have begun: they are at work at once, however slow the machine is. */
  beginTogether?: number;
  /** What the workers do, by task id; a list of works is for the first, second, … agent of that task. */
  workers?: Record<string, Work | Work[]>;
  /** What workers do that `workers` does not name. */
  work?: Work;
  /** What agents do that were launched without a task; `undefined` for those that are workers after all. */
  agents?: (conversation: Conversation) => Turn | undefined;
  /** One after the other, in the same project and home. */
  runs: Run[];
}

export type Run = PrintRun | RunnerRun | InteractiveRun;

/** `parallel run` from the repository's sources as they were built last; there is no main conversation. */
export interface RunnerRun extends Pick<PrintRun, "killWhen" | "meanwhile" | "limitMs"> {
  /** What stands behind `parallel run`. */
  parameters: string[];
  orchestrator?: never;
}

/** How Claude Code is started in a run. */
export interface StartOfRun {
  /** Further options of its command line. */
  options?: string[];
  /** What the machine's administrator has set, where `canBeManaged`. */
  managed?: Record<string, unknown>;
}

/** `claude -p`. */
export interface PrintRun extends StartOfRun {
  prompt: string;
  orchestrator: Orchestrator;
  /** Claude Code is killed as soon as this holds of what was recorded and of the graph, which may not exist yet. */
  killWhen?: (recording: Recording, database: string) => boolean;
  /** How long what it started may outlive it before that is told, in milliseconds, where that is meant to happen. */
  leavingMs?: number;
  /** Goes on with the session of the run before (`--continue`). */
  continues?: boolean;
  /**
   * What happens from outside while it runs, told its process id and where it runs, for instance that another Claude
   * Code joins it; whatever it throws fails the run.
   */
  meanwhile?: (pid: number, recording: Recording, place: Place) => Promise<void>;
  /** After this long the run has failed; the harness's patience where absent. */
  limitMs?: number;
}

/** A session in a terminal, and what the user does in it. */
export interface InteractiveRun extends StartOfRun {
  user: (session: InteractiveClaudeCode, recording: Recording, place: Place) => Promise<void>;
  orchestrator: Orchestrator;
}

export interface SpecTask {
  id: string;
  description: string;
  title?: string;
  phase?: number;
  dependencies?: string[];
  needs?: "all" | "any" | "settled" | { atLeast: number };
  size?: "small" | "medium" | "large";
  writes?: string[];
  reads?: string[];
  resources?: string[];
  acceptance?: (string | { criterion: string; command: string })[];
  review?: boolean;
  estimateMinutes?: number;
  timeoutMinutes?: number;
  retries?: number;
  agent?: string;
  model?: string;
  effort?: string;
  escalate?: string[];
  maxTokens?: number;
  maxCost?: number;
  maxTurns?: number;
  maxMinutes?: number;
  isolation?: "worktree";
}

/** The files of a specification folder with this breakdown. */
export function specification(slug: string, tasks: SpecTask[]): Record<string, string> {
  const breakdown = {
    spec: `specs/${slug}/02-specification.md`,
    slug,
    generatedAt: "2026-01-01T00:00:00Z",
    mode: "full",
    lastDecomposeDate: null,
    tasks: tasks.map(({ title, phase = 1, dependencies = [], size = "small", ...task }) => ({
      phase,
      phaseName: `Phase ${phase}`,
      subject: `[${slug}] [P${phase}] ${title ?? task.description}`,
      activeForm: `Working on ${task.id}`,
      size,
      priority: "medium",
      dependencies,
      parallelWith: [],
      ...task,
    })),
  };
  return {
    [`specs/${slug}/02-specification.md`]: `# ${slug}\n`,
    [`specs/${slug}/03-tasks.json`]: `${JSON.stringify(breakdown, null, 2)}\n`,
  };
}
