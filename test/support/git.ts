import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs git in the folder and returns what it prints. */
export async function git(folder: string, ...parameters: string[]): Promise<string> {
  const settings = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
  const child = spawn("git", [...settings, ...parameters], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`git ${parameters.join(" ")} ended with ${code}`);
  return out;
}
