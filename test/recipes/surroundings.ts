import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, onTestFinished } from "vitest";
import { parse } from "yaml";
import { type Installed, install, type Shared } from "../../examples/fleet/machine.ts";
import { ScriptedEndpoint } from "../clients/scripted-endpoint.ts";
import { assignmentIn, nextAgentTurn } from "../clients/worker.ts";
import { CHECKOUT } from "../plugin/checkout.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What lets git look at a repository that belongs to somebody else. */
const ANY_OWNER = ["-c", "safe.directory=*"];
const PROJECT = join(CHECKOUT, "examples", "fleet", "project");

/** The text of a recipe. */
export function recipe(file: string): string {
  return readFileSync(join(CHECKOUT, "examples", "recipes", file), "utf8");
}

export const inRecipe = (file: string) => parse(recipe(file));

/** The number behind `--drain-seconds` in a command. */
export function drainSecondsIn(command: string): number {
  return Number(/--drain-seconds (\d+)/.exec(command)?.[1]);
}

/** The project of the examples, as a repository that nobody works in. @returns its folder. */
export async function bareRepository(folder: string): Promise<string> {
  const start = join(temporaryFolder(), "start");
  mkdirSync(start);
  cpSync(PROJECT, start, { recursive: true });
  const git = (...parameters: string[]) =>
    execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...parameters], { cwd: start });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=Start");
  const bare = join(folder, "shop.git");
  await git("clone", "--quiet", "--bare", start, bare);
  return bare;
}

/**
 * Asserts that the plan's branch holds what tasks were to write.
 * @param only names of tasks, with their plan's; absent: all.
 */
export async function expectOnBranch(bare: string, only?: readonly string[]): Promise<void> {
  const file = join(PROJECT, "specs", "shop", "03-tasks.json");
  const { tasks } = JSON.parse(readFileSync(file, "utf8")) as {
    tasks: readonly { readonly id: string; readonly writes: readonly [string] }[];
  };
  const asked = tasks.filter(({ id }) => only?.includes(`shop/${id}`) ?? true);
  expect(asked).toHaveLength(only?.length ?? 12);
  for (const { id, writes } of asked) {
    const { stdout } = await execa("git", [...ANY_OWNER, "show", `refs/parallel/shop:${writes[0]}`], {
      cwd: bare,
    });
    expect(stdout).toBe(`claude shop/${id}`);
  }
}

/** The models of all agents: each waits for its word before the agent does anything. */
export class Models {
  /** Tasks whose agents have asked, one for each agent. */
  readonly asked: string[] = [];
  /** Whether the agent at a task may go on. */
  mayGoOn: (task: string) => boolean = () => true;
  readonly #tokens = new Set<string>();
  readonly #endpoint = new ScriptedEndpoint(async (client, shown) => {
    const own = assignmentIn(shown.prompts.join("\n"));
    if (own && !this.#tokens.has(own.token)) this.asked.push(own.task);
    if (own) this.#tokens.add(own.token);
    while (own && !this.mayGoOn(own.task)) await sleep(100);
    return nextAgentTurn(shown, client);
  });

  /** @returns its address. They are gone after the test. */
  async listen(host?: string): Promise<string> {
    onTestFinished(async () => {
      this.mayGoOn = () => true;
      await this.#endpoint.close();
    });
    return this.#endpoint.listen(host);
  }
}

/**
 * What is in the image of a worker, as `examples/recipes/Dockerfile` makes it, with Claude Code that asks a scripted model.
 * @param gitConfig of the whole machine, beside who commits.
 */
export function workerImage(
  shared: Pick<Shared, "folder" | "endpoint">,
  name: string,
  gitConfig = "",
): Installed {
  const { home, env } = install(
    { ...shared, root: CHECKOUT },
    name,
    join(shared.folder, name, "home", "work"),
  );
  const author = "[user]\n\tname = Parallel\n\temail = parallel@example.org\n";
  writeFileSync(join(home, ".gitconfig"), `${author}${gitConfig}`);
  return { home, env };
}
