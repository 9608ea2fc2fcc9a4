import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { CHECKOUT } from "./checkout.ts";

/** What a user passes to `--marketplace`; git finds it on this machine. */
export const HOSTED_AS = "parallel-authors/parallel";

/** This repository as users get it: cloned with git from a host, here a bare repository in a folder. */
export class HostedMarketplace {
  readonly home: string;
  readonly #source: string;

  private constructor(folder: string) {
    this.home = join(folder, "home");
    this.#source = join(folder, "source");
  }

  /** Publishes what git tracks, or would track, of the checkout, and furnishes a home that finds it. */
  static async publish(folder: string): Promise<HostedMarketplace> {
    const hosted = new HostedMarketplace(folder);
    const listed = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: CHECKOUT,
    });
    for (const file of new Set(listed.stdout.split("\0").filter((name) => name !== ""))) {
      mkdirSync(dirname(join(hosted.#source, file)), { recursive: true });
      cpSync(join(CHECKOUT, file), join(hosted.#source, file), { verbatimSymlinks: true });
    }
    const bare = join(folder, "host", `${HOSTED_AS}.git`);
    mkdirSync(bare, { recursive: true });
    await execa("git", ["init", "-q", "--bare", "--initial-branch=main", bare]);
    await hosted.#git("init", "-q", "--initial-branch=main");
    await hosted.#git("remote", "add", "origin", bare);
    await hosted.#push("first version");

    mkdirSync(join(hosted.home, "bin"), { recursive: true });
    writeFileSync(
      join(hosted.home, ".gitconfig"),
      `[url "${pathToFileURL(join(folder, "host"))}/"]\n  insteadOf = https://github.com/\n[protocol "file"]\n  allow = always\n`,
    );
    // Claude Code asks ssh whether GitHub knows the user before it clones; a test must not ask GitHub.
    writeFileSync(join(hosted.home, "bin", "ssh"), "#!/bin/sh\nexit 255\n");
    chmodSync(join(hosted.home, "bin", "ssh"), 0o755);
    return hosted;
  }

  /** Publishes a further version, with files of it changed. */
  async publishAgain(change: (source: string) => void): Promise<void> {
    change(this.#source);
    await this.#push("next version");
  }

  async #push(message: string): Promise<void> {
    await this.#git("add", "--all");
    await this.#git(
      "-c",
      "user.name=Test",
      "-c",
      "user.email=test@example.org",
      "commit",
      "-q",
      "-m",
      message,
    );
    await this.#git("push", "-q", "origin", "main");
  }

  async #git(...args: string[]): Promise<void> {
    await execa("git", args, { cwd: this.#source });
  }
}
