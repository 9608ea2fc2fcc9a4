import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { underFolder } from "./managed-settings.ts";
import { descendantsOf, endAll, eventually, isAlive, PATIENCE_MS } from "./processes.ts";

/** Claude Code accepts any key at a custom endpoint; it only has to look like one. */
const KEY = "sk-ant-dummy-key-0123456789abcdefghij";

/** The host's own patience is measured for an idle machine: on a busy one it would go on without the server, or its end. */
const PATIENT_HOST = {
  CLAUDE_CODE_MCP_STARTUP_WAIT_MS: "60000",
  // The same before 2.1.292.
  MCP_CONNECTION_NONBLOCKING: "false",
  MCP_CONNECT_TIMEOUT_MS: "60000",
  CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "60000",
};
/** A process hangs that has not noticed by then that its host is gone; the server looks every five seconds. */
const LEAVING_MS = 120_000;

export interface Place {
  /** The project, a real git repository. */
  project: string;
  /** A home of its own, so that nothing of the user's settings counts. */
  home: string;
  /** Where the scripted model listens. */
  endpoint: string;
  /** Plugin folders, loaded with `--plugin-dir`. */
  plugins: string[];
  /** Further environment, for instance the plugin's settings. */
  environment?: Record<string, string>;
  /** Further options of the command line. */
  options?: string[];
  /** A folder that lies over the system's `/etc`, for this Claude Code alone. */
  overSystem?: string;
  /** Manual where absent: a new user's sessions are in auto mode, which asks the endpoint whether a call is harmless. */
  mode?: PermissionMode;
}

/** As Claude Code's option calls them; its manual mode is `default`. */
export type PermissionMode = "default" | "acceptEdits" | "auto";

/** The Claude Code whose absolute path `PARALLEL_TEST_CLAUDE` says, else the one that is installed for the tests. */
export function claudeCodeBinary(): string {
  const { PARALLEL_TEST_CLAUDE: other } = process.env;
  if (other) return other;
  const name = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), process.platform === "win32" ? "claude.exe" : "claude");
}

/** The whole environment of a run: nothing of the surrounding shell leaks in but the search path. */
export function environmentOf(place: Place): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: place.home,
    LANG: "C.UTF-8",
    TMPDIR: join(place.home, "tmp"),
    CLAUDE_CODE_TMPDIR: join(place.home, "tmp"),
    ANTHROPIC_BASE_URL: place.endpoint,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    ...PATIENT_HOST,
    // Else it asks the provider alone for the check of auto mode.
    ...(place.mode === "auto" && { CLAUDE_CODE_AUTO_MODE_SERVER: "1" }),
    ...place.environment,
  };
}

/** What starts Claude Code in a place, as a program and its parameters. */
export function commandIn(place: Place, parameters: readonly string[]): [string, ...string[]] {
  const { mode = "default", options = [], overSystem } = place;
  const command: [string, ...string[]] = [
    claudeCodeBinary(),
    ...parameters,
    "--permission-mode",
    mode,
    ...options,
  ];
  return overSystem === undefined ? command : underFolder(overSystem, command);
}

/** Answers in advance what Claude Code asks a new user, and sets the user's own permission rules. */
export function furnishHome(place: Place, settings: Record<string, unknown> = {}): void {
  mkdirSync(join(place.home, ".claude"), { recursive: true });
  mkdirSync(join(place.home, "tmp"));
  writeFileSync(join(place.home, ".claude", "settings.json"), JSON.stringify(settings));
  const state = {
    hasCompletedOnboarding: true,
    theme: "dark",
    numStartups: 5,
    // A key is remembered by its last twenty characters.
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: { [place.project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
  };
  writeFileSync(join(place.home, ".claude.json"), JSON.stringify(state));
}

/** Whether Claude Code is older than 2.1.292; docs/commands.md says what is different there. */
export function isOldHost(): boolean {
  return isBefore(292);
}

/** Whether Claude Code loads the plugin's module: 2.1.329 is the first build that knows its event `agent.report`. */
export function loadsTheModule(): boolean {
  return !isBefore(329);
}

/** @param wanted a patch of 2.1. */
function isBefore(wanted: number): boolean {
  const version = execFileSync(claudeCodeBinary(), ["--version"], { encoding: "utf8" });
  const [major = 0, minor = 0, patch = 0] = version.split(/[. ]/).map(Number);
  return major === 2 && minor === 1 && patch < wanted;
}

/**
 * The `claude` commands that install a plugin and what it depends on from a marketplace (a folder, `owner/repo` or
 * URL), as the documents state them: one, or two on an old host.
 */
export function installCommands(plugin: string, marketplace: string): string[][] {
  if (!isOldHost()) return [["plugin", "install", plugin, "--marketplace", marketplace]];
  return [
    ["plugin", "marketplace", "add", marketplace],
    ["plugin", "install", plugin],
  ];
}

/** What a user allows for commands of this plugin that the model invokes: an old host grants them nothing. */
export function rulesForInvokedCommands(): string[] {
  return isOldHost() ? ["mcp__plugin_parallel_tasks"] : [];
}

/** Installs a plugin as a user does. */
export async function installPlugin(place: Place, plugin: string, marketplace: string): Promise<void> {
  for (const parameters of installCommands(plugin, marketplace)) {
    await promisify(execFile)(claudeCodeBinary(), parameters, {
      cwd: place.project,
      env: environmentOf(place),
    });
  }
}

export interface StreamEvent {
  type: string;
  subtype?: string;
  [field: string]: unknown;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether the time limit ended it. */
  timedOut: boolean;
}

const OUTPUT = ["--output-format", "stream-json", "--verbose"];

/** One `claude -p`. */
export class ClaudeCode {
  readonly pid: number;
  readonly events: StreamEvent[] = [];
  stderr = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #hasExited = false;
  /** Every process seen below it; a killed parent no longer leads to them. */
  readonly #below = new Set<number>();
  readonly #watch: NodeJS.Timeout;

  /** @param continues whether the project's last session goes on. */
  constructor(place: Place, prompt: string, continues = false) {
    const plugins = place.plugins.flatMap((folder) => ["--plugin-dir", folder]);
    const session = continues ? ["--continue"] : [];
    const [program, ...parameters] = commandIn(place, ["-p", prompt, ...session, ...OUTPUT, ...plugins]);
    this.#child = spawn(program, parameters, {
      cwd: place.project,
      env: environmentOf(place),
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid === undefined) throw new Error("Claude Code did not start");
    this.pid = this.#child.pid;
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString("utf8");
    });
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.#read(line));
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#hasExited = true;
        clearInterval(this.#watch);
        resolve({ code, signal, timedOut: false });
      });
    });
    this.#watch = setInterval(() => void this.#noteDescendants(), 250);
    this.#watch.unref();
  }

  /** The session's id, once the host has said it. */
  get sessionId(): string | undefined {
    const init = this.events.find((event) => event.subtype === "init");
    return typeof init?.session_id === "string" ? init.session_id : undefined;
  }

  /** The result of each turn of the main conversation. */
  get results(): StreamEvent[] {
    return this.events.filter((event) => event.type === "result");
  }

  /** What the main conversation said, in all its turns; a late notification can follow on the last words of a turn. */
  get texts(): string[] {
    return this.events
      .filter((event) => event.type === "assistant" && event.parent_tool_use_id === null)
      .flatMap((event) => (event.message as { content: { type: string; text?: string }[] }).content)
      .flatMap((block) => (block.type === "text" && block.text !== undefined ? [block.text] : []));
  }

  /** The tool calls that the host refused for lack of permission, in the main conversation and in agents. */
  get permissionDenials(): { tool: string; input: unknown }[] {
    return this.results.flatMap((result) =>
      Array.isArray(result.permission_denials)
        ? result.permission_denials.map((denial: { tool_name: string; tool_input: unknown }) => ({
            tool: denial.tool_name,
            input: denial.tool_input,
          }))
        : [],
    );
  }

  /** Sends a signal to Claude Code alone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#noteDescendants();
    this.#child.kill(signal);
  }

  /** Waits for its end; past the limit it is killed. */
  async wait(limitMs = PATIENCE_MS): Promise<Exit> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const exit = await Promise.race([this.#exited, limit]);
    clearTimeout(timer);
    if (exit !== undefined) return exit;
    await this.kill("SIGKILL");
    return { ...(await this.#exited), timedOut: true };
  }

  /** The processes it started that outlived it; they get a moment to notice the end of their input. */
  async survivors(graceMs = LEAVING_MS): Promise<number[]> {
    await eventually(() => this.#hasExited && [...this.#below].every((pid) => !isAlive(pid)), graceMs);
    return [...this.#below].filter(isAlive);
  }

  /** Ends it and everything that it started. */
  async end(): Promise<void> {
    if (!this.#hasExited) await this.wait(0);
    const survivors = await this.survivors(0);
    endAll(survivors);
    await eventually(() => !survivors.some(isAlive));
  }

  async #noteDescendants(): Promise<void> {
    if (this.#hasExited) return;
    for (const pid of await descendantsOf(this.pid)) this.#below.add(pid);
  }

  #read(line: string): void {
    try {
      this.events.push(JSON.parse(line) as StreamEvent);
    } catch {
      // A warning that the host printed between its events.
      this.stderr += `${line}\n`;
    }
  }
}
