import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";

/** Not a branch, so that nothing is started by it: as this project pushes it. */
const THERE = "refs/raw/plan";
const HERE = "refs/raw-fetched/plan";
const BRANCH = "refs/heads/raw-plan";

/** A task's way to the remote by git commands alone, with nothing around them. */
export class RawTask {
  readonly folder: string;
  #base = "";
  #commit = "";

  /** @param name of its branch. */
  constructor(
    private readonly root: string,
    private readonly name: string,
  ) {
    this.folder = join(root, `.claude/worktrees/${name}`);
  }

  async begin(): Promise<void> {
    const { root, name, folder } = this;
    await git(root, ["fetch", "--quiet", "--no-tags", "origin", `+${THERE}:${HERE}`]).catch(() => undefined);
    this.#base = await this.#at(BRANCH).catch(() => this.#at("HEAD"));
    await git(root, ["worktree", "add", "--quiet", "--no-track", "-b", name, folder, this.#base]);
  }

  async commit(): Promise<void> {
    await git(this.folder, ["add", "--all"]);
    await git(this.folder, ["commit", "--quiet", "--message", this.name]);
    this.#commit = (await git(this.folder, ["rev-parse", "HEAD"])).trim();
  }

  async deliver(): Promise<void> {
    const { root } = this;
    const tip = await this.#at(BRANCH).catch(() => this.#base);
    const tree = (await git(root, ["merge-tree", "--write-tree", tip, this.#commit])).trim();
    const parents = ["-p", tip, "-p", this.#commit];
    const merge = (await git(root, ["commit-tree", tree, ...parents, "-m", this.name])).trim();
    const before = await this.#at(HERE).catch(() => "");
    await git(root, [
      "push",
      "--quiet",
      `--force-with-lease=${THERE}:${before}`,
      "origin",
      `${merge}:${THERE}`,
    ]);
    await git(root, ["update-ref", BRANCH, merge]);
    await git(root, ["update-ref", HERE, merge]);
  }

  async remove(): Promise<void> {
    await git(this.root, ["worktree", "remove", "--force", this.folder]);
    await git(this.root, ["branch", "--quiet", "-D", this.name]);
  }

  async #at(name: string): Promise<string> {
    return (await git(this.root, ["rev-parse", "--verify", "--quiet", name])).trim();
  }
}
