// import:node:fs in host/desktop.mjs
import { existsSync } from "node:fs";

// import:node:path in host/desktop.mjs
import { delimiter, isAbsolute, join } from "node:path";

// import:text.mjs in host/desktop.mjs
import { LINE_LIMIT, NAME_LIMIT, cleanText } from "../text.mjs";

// import:host.mjs in host/desktop.mjs
import { runProgram } from "../host.mjs";

// mcp-server/src/host/desktop/notification.ts
var APPLESCRIPT = [
  "on run argv",
  "display notification (item 2 of argv) with title (item 1 of argv)",
  "end run"
].flatMap((line) => ["-e", line]);
var POWERSHELL = `
[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] | Out-Null
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$texts.Item(0).AppendChild($xml.CreateTextNode($env:NOTICE_TITLE)) | Out-Null
$texts.Item(1).AppendChild($xml.CreateTextNode($env:NOTICE_TEXT)) | Out-Null
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`;
function notificationCall(title, text, platform) {
  if (platform === "darwin") return { program: "osascript", parameters: [...APPLESCRIPT, title, text] };
  if (platform === "win32") {
    return {
      program: "powershell.exe",
      parameters: ["-NoProfile", "-NonInteractive", "-Command", POWERSHELL],
      env: { NOTICE_TITLE: title, NOTICE_TEXT: text }
    };
  }
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return { program: "notify-send", parameters: ["--app-name=Parallel", "--", title, escaped] };
}
async function showOnDesktop(title, text, signal, env = process.env) {
  const call = notificationCall(cleanText(title, NAME_LIMIT), cleanText(text, LINE_LIMIT), process.platform);
  const program = programIn(call.program, env);
  if (program === void 0) return `there is no ${call.program} on this machine`;
  try {
    await runProgram(program, call.parameters, { env: { ...env, ...call.env }, signal });
    return void 0;
  } catch (error) {
    const { code, stderr = "" } = error;
    const why = cleanText(stderr, LINE_LIMIT);
    return `${call.program} failed (${code ?? "ended"})${why === "" ? "" : `: ${why}`}`;
  }
}
function programIn(name, env) {
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
export {
  notificationCall,
  showOnDesktop
};
