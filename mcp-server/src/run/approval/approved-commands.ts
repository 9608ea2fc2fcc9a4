import { createHash } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import { commandsAllowedByUser } from "../../host/settings.ts";

/** A longer command is not approved: nobody reads it to its end, and a report does not name it whole. In characters. */
const MAX_COMMAND = 4_000;

/** Where approvals are kept, and for which place they hold. */
export interface ApprovalPlace {
  /** Claude Code's folder of this user. */
  readonly hostFolder: string;
  /** Real path of the checkout's top level. */
  readonly root: string;
  /** Real path of git's common folder; undefined outside git. */
  readonly gitCommonDir: string | undefined;
}

/**
 * The commands that the user has seen in full and approved. This is the one rule for every command that the server runs
 * itself, or that runs without a prompt: nothing that a breakdown, a policy, a report or a model says adds one.
 *
 * An approval is an empty file in the user's own folder. Its name is the hash of the command's text, without white space
 * around it, and of the repository on this machine (git's common folder, so that all worktrees count as one; outside git
 * the project's folder): a changed text is asked for anew, and so is the same text in another repository.
 */
export class ApprovedCommands {
  readonly #folder: string;

  constructor(private readonly place: ApprovalPlace) {
    this.#folder = join(place.hostFolder, "parallel", "approved");
  }

  /** Real path of the folder in which approvals lie, which may not be there yet. */
  get realFolder(): string {
    return realPathOf(this.#folder);
  }

  /** Whether the user has approved the command here, or allows it word for word in his own settings. */
  async has(command: string): Promise<boolean> {
    if (this.#whyNot(command) !== undefined) return false;
    const text = command.trim();
    if (existsSync(this.#fileOf(text))) return true;
    return (await commandsAllowedByUser(this.place.hostFolder)).includes(text);
  }

  /** @throws CallerError for a command that is too long, or where an approval cannot be kept. */
  add(command: string): void {
    const why = this.#whyNot(command);
    if (why !== undefined)
      throw new CallerError("wrong_state", `Nothing was approved: ${why.problem}`, why.remedy);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#fileOf(command.trim()), "", { mode: 0o600 });
  }

  /** Takes an approval back; one in the user's settings stays. */
  remove(command: string): void {
    rmSync(this.#fileOf(command.trim()), { force: true });
  }

  /** Whether the user's folder is nobody's who works in the checkout. */
  get isOutsideCheckout(): boolean {
    const inside = relative(this.place.root, this.realFolder);
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  }

  #fileOf(text: string): string {
    const { gitCommonDir, root } = this.place;
    const hash = createHash("sha256").update(`${gitCommonDir ?? root}\0${text}`);
    return join(this.#folder, hash.digest("hex"));
  }

  #whyNot(command: string): { readonly problem: string; readonly remedy: string } | undefined {
    if (command.length > MAX_COMMAND) {
      return {
        problem: `a command of more than ${MAX_COMMAND} characters cannot be approved.`,
        remedy: "Put it into a script, and make the script the command.",
      };
    }
    if (this.isOutsideCheckout) return undefined;
    // What lies in the checkout may be written by whoever works in it.
    return {
      problem: `approvals are kept in ${this.#folder}, which lies in this checkout.`,
      remedy: "Set CLAUDE_CONFIG_DIR to a folder outside of it.",
    };
  }
}

/** The real path of a folder that may not be there yet. */
function realPathOf(folder: string): string {
  if (existsSync(folder) || dirname(folder) === folder) return realpathSync(folder);
  return join(realPathOf(dirname(folder)), relative(dirname(folder), folder));
}
