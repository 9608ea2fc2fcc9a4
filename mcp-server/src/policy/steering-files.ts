/** Folders whose files git, editors, hosts and this plugin obey. */
const FOLDERS = [
  String.raw`\.git`,
  // The short name that Windows gives to `.git`.
  String.raw`git~\d`,
  String.raw`\.husky`,
  String.raw`\.claude`,
  String.raw`\.claude-plugin`,
  String.raw`\.parallel`,
  String.raw`\.vscode`,
  String.raw`\.idea`,
  String.raw`\.devcontainer`,
  String.raw`\.codex`,
  String.raw`\.cursor`,
  String.raw`\.gemini`,
].join("|");

/** Files that they obey, and the breakdown, which this plugin reads its tasks from. */
const FILES = [
  String.raw`\.git(modules|attributes|config|ignore)`,
  String.raw`\.lfsconfig`,
  String.raw`\.mcp\.json`,
  String.raw`\.claude\.json`,
  String.raw`\.worktreeinclude`,
  String.raw`(CLAUDE|AGENTS|GEMINI)(\.[\w-]+)?\.md`,
  String.raw`03-tasks(\.draft)?\.json`,
].join("|");

const STEERING = new RegExp(`(^|/)((${FOLDERS})(/|$)|(${FILES})$)`, "i");

/** What file systems leave out of a name or off its end, so that another text opens the same file. */
const LEFT_OUT = /[\p{Cf}\p{Default_Ignorable_Code_Point}]|[. ]+(?=\/|$)/gu;

/**
 * Whether a file steers git, the host or this plugin, at whatever depth it lies: hosts read such files in each folder,
 * and a repository may lie in any. Approving a plan's scope never approves a change of one.
 * @param path relative to the checkout, with forward slashes.
 */
export function isSteeringFile(path: string): boolean {
  return STEERING.test(path) || STEERING.test(path.replace(LEFT_OUT, ""));
}
