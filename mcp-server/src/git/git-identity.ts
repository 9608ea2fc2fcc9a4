import { GitFailed, git } from "./git.ts";

/**
 * Who commits, as environment for git: whom the repository is configured for. Where nobody is, git would refuse to
 * commit, and the plugin signs for itself.
 */
export async function gitIdentity(root: string): Promise<Record<string, string>> {
  try {
    await git(root, ["var", "GIT_AUTHOR_IDENT"]);
    await git(root, ["var", "GIT_COMMITTER_IDENT"]);
    return {};
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const [name, email] = ["Parallel", "parallel@localhost"];
    return {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    };
  }
}
