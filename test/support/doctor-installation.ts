import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { BundledServer } from "./bundled-server.ts";
import { repository, task, tokenIn } from "./checkout.ts";
import { emptyEnvironment, temporaryFolder } from "./temporary-folder.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const PLATFORM = `${process.platform}-${process.arch}`;

/** The Claude Code session in which the plan ran. */
export const SESSION = "5e55ed00-0000-4000-8000-000000000001";

/** What `parallel doctor --json` prints. */
export interface DoctorAnswer {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly seen: string;
    readonly skipped?: true;
    readonly findings: readonly { level: "wrong" | "notice"; problem: string; remedy: string }[];
  }[];
}

/** A home in which the three plugins are installed as Claude Code does it, and a project in which a plan has run. */
export class Installation {
  readonly project: string;
  readonly home = temporaryFolder();
  readonly env: Record<string, string>;
  /** The user who asks the doctor, where it is another one. */
  #user: number | undefined;

  private constructor(project: string) {
    this.project = project;
    this.env = { ...emptyEnvironment(), HOME: this.home, TMPDIR: join(this.home, "tmp") };
  }

  static async healthy(): Promise<Installation> {
    const installation = new Installation(await repository());
    mkdirSync(join(installation.home, "tmp"));
    cpSync(join(CHECKOUT, "mcp-server/dist"), join(installation.root, "mcp-server/dist"), {
      recursive: true,
      // The drivers of other systems are most of it.
      filter: (file) => [undefined, PLATFORM].includes(/prebuilds[\\/]([\w-]+)/.exec(file)?.[1]),
    });
    for (const part of [".claude-plugin", "agents", "bin", "skills", "commands", "hooks"]) {
      cpSync(join(CHECKOUT, part), join(installation.root, part), { recursive: true });
    }
    for (const name of ["spec", "debug"]) {
      cpSync(join(CHECKOUT, "commands", name), installation.copyOf(name), { recursive: true });
    }
    // The machine that tests may have another program called `parallel`.
    installation.env.PATH = `${join(installation.root, "bin")}${delimiter}${installation.env.PATH}`;
    installation.writeHome("settings.json", {
      enabledPlugins: { "parallel@parallel": true, "spec@parallel": true, "debug@parallel": true },
      env: { ANTHROPIC_API_KEY: "sk-secret-of-the-user" },
    });
    installation.install("parallel", "spec", "debug");
    return installation;
  }

  /** The plugin's folder in Claude Code's cache. */
  get root(): string {
    return this.copyOf("parallel");
  }

  get graph(): string {
    return join(this.project, ".git", "parallel", "graph.sqlite");
  }

  copyOf(plugin: string): string {
    return join(this.home, ".claude/plugins/cache/parallel", plugin, "0.1.0");
  }

  /** Says in Claude Code's own file which plugins it has copies of. */
  install(...plugins: string[]): void {
    this.writeHome("plugins/installed_plugins.json", {
      version: 2,
      plugins: Object.fromEntries(
        plugins.map((name) => [`${name}@parallel`, [{ scope: "user", installPath: this.copyOf(name) }]]),
      ),
    });
  }

  /** Writes a file of Claude Code's folder. */
  writeHome(path: string, content: unknown): void {
    write(join(this.home, ".claude", path), content);
  }

  /** Writes a file of the project. */
  writeProject(path: string, content: unknown): void {
    write(join(this.project, path), content);
  }

  settings(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.home, ".claude/settings.json"), "utf8"));
  }

  setVersion(plugin: string, version: string): void {
    const path = join(this.copyOf(plugin), ".claude-plugin/plugin.json");
    write(path, { ...JSON.parse(readFileSync(path, "utf8")), version });
  }

  /** A server that this project's session started. */
  server(ownParent = false): Promise<BundledServer> {
    return BundledServer.start(this.project, {
      env: { ...this.env, CLAUDE_CODE_SESSION_ID: SESSION },
      bundle: join(this.root, "mcp-server/dist/server.js"),
      ownParent,
    });
  }

  /** A plan of one task, whose agent `a1` has reported; hooks told of it, or not. */
  async runAPlan(hooksFire = true): Promise<void> {
    const server = await this.server();
    await server.call("plan_create", { plan: "p", tasks: [task("1")] });
    const { launch } = await server.call("batch_next", { plan: "p" });
    const token = tokenIn(launch[0]?.prompt ?? "");
    if (hooksFire) await server.hook({ event: "PreToolUse", agent: "a1", use: "u1", tool: "task_get" });
    const call = { task: "p/1", token };
    await server.call("task_get", call, { toolUseId: "u1" });
    await server.call("task_report", {
      ...call,
      outcome: "completed",
      summary: "Done.",
      evidence: [{ inspected: "it" }],
    });
    await server.close();
  }

  /** Gives home and project to another user, who then asks the doctor; only an administrator can do that. */
  giveTo(user: number): void {
    execFileSync("chown", ["-R", `${user}:${user}`, this.home, this.project]);
    this.#user = user;
  }

  /** Asks the installed command line. */
  async doctor(env: Readonly<Record<string, string>> = {}): Promise<{ code: number; answer: DoctorAnswer }> {
    const { code, out } = await this.print(["--json"], env);
    return { code, answer: JSON.parse(out) as DoctorAnswer };
  }

  async print(parameters: string[] = [], env: Readonly<Record<string, string>> = {}) {
    const { code, out, log } = await this.command(["doctor", ...parameters], env);
    if (log !== "") throw new Error(`it wrote to its error output: ${log}`);
    return { code, out };
  }

  /** What the installed command line answers. */
  async command(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const file = join(this.root, "mcp-server/dist/parallel.mjs");
    const child = spawn(process.execPath, [file, ...words], {
      cwd: this.project,
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(this.#user !== undefined && { uid: this.#user, gid: this.#user }),
    });
    let out = "";
    let log = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      log += text;
    });
    const code = await new Promise<number>((resolve) =>
      child.once("close", (status) => resolve(status ?? -1)),
    );
    return { code, out, log };
  }

  /**
   * Every file of home and project, with what a change would change. The index of SQLite's log is left out, because
   * every reader enters itself there, and the folder for temporary files, because it may be used.
   */
  files(): string[] {
    return [this.home, this.project].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name !== "tmp" && !name.endsWith("-shm"))
        .sort()
        .map((name) => {
          const { mtimeMs, size, mode } = statSync(join(folder, name));
          return `${join(folder, name)} ${mtimeMs} ${size} ${mode}`;
        }),
    );
  }
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

/** Removes a file or folder, as somebody might by accident. */
export function lose(path: string): void {
  rmSync(path, { recursive: true });
}
