import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { CHECKOUT } from "../plugin/checkout.ts";

/** How every test of this folder starts the server: the bundle as users have it, and nothing of this environment. */
export const SERVER = {
  command: process.execPath,
  args: [join(CHECKOUT, "mcp-server", "dist", "server.js")],
};

/** An empty git repository of a test's own. */
export class Repository {
  readonly root: string;
  readonly #outer: string;

  private constructor() {
    this.#outer = realpathSync(mkdtempSync(join(tmpdir(), "parallel-protocol-")));
    this.root = join(this.#outer, "project");
    mkdirSync(this.root);
  }

  static async make(): Promise<Repository> {
    const made = new Repository();
    await execa("git", ["init", "--quiet"], { cwd: made.root });
    return made;
  }

  /** Environment of a server that works here. */
  get env(): Record<string, string> {
    return { PATH: process.env.PATH ?? "", HOME: this.#outer, CLAUDE_PROJECT_DIR: this.root };
  }

  get graphFile(): string {
    return join(this.root, ".git", "parallel", "graph.sqlite");
  }

  /** A folder beside the repository, which no call may read or write. */
  get outside(): string {
    return join(this.#outer, "outside");
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    rmSync(this.#outer, { recursive: true, force: true });
  }
}
