import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { cleanText, LINE_LIMIT, NAME_LIMIT } from "../../text/sanitize.ts";
import { type ProgramFailure, runProgram } from "../run-program.ts";

/** The texts are arguments of a script that never changes. */
const APPLESCRIPT = [
  "on run argv",
  "display notification (item 2 of argv) with title (item 1 of argv)",
  "end run",
].flatMap((line) => ["-e", line]);

/** The texts are in its environment; a toast is what Windows calls it. */
const POWERSHELL = `
[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] | Out-Null
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$texts.Item(0).AppendChild($xml.CreateTextNode($env:NOTICE_TITLE)) | Out-Null
$texts.Item(1).AppendChild($xml.CreateTextNode($env:NOTICE_TEXT)) | Out-Null
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`;

/** A program, its arguments and what it finds in its environment. */
interface Call {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The program that shows a notification there. @param platform as Node names it. */
export function notificationCall(title: string, text: string, platform: NodeJS.Platform): Call {
  if (platform === "darwin") return { program: "osascript", parameters: [...APPLESCRIPT, title, text] };
  if (platform === "win32") {
    return {
      program: "powershell.exe",
      parameters: ["-NoProfile", "-NonInteractive", "-Command", POWERSHELL],
      env: { NOTICE_TITLE: title, NOTICE_TEXT: text },
    };
  }
  // The text may be markup.
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { program: "notify-send", parameters: ["--app-name=Parallel", "--", title, escaped] };
}

/**
 * Shows a notification on this machine's desktop, by the system's own program and without a shell.
 * @returns why it was not shown, in a phrase; undefined: it was.
 */
export async function showOnDesktop(
  title: string,
  text: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const call = notificationCall(cleanText(title, NAME_LIMIT), cleanText(text, LINE_LIMIT), process.platform);
  const program = programIn(call.program, env);
  if (program === undefined) return `there is no ${call.program} on this machine`;
  try {
    await runProgram(program, call.parameters, { env: { ...env, ...call.env }, signal });
    return undefined;
  } catch (error) {
    const { code, stderr = "" } = error as ProgramFailure;
    const why = cleanText(stderr, LINE_LIMIT);
    return `${call.program} failed (${code ?? "ended"})${why === "" ? "" : `: ${why}`}`;
  }
}

/** Where the program is; what lies in the current folder is nobody's program. */
function programIn(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
