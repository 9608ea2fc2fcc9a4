/**
 * A PowerShell command as the reader of POSIX commands takes it: what both write alike (programs and their arguments,
 * redirections, lists) is understood, the rest is not guessed. Only separators of paths and the escape differ.
 */
export function asPosix(command: string): string {
  return command.replaceAll("\\", "/").replaceAll("`", "\\");
}
