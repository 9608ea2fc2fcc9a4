// An agent without a model, for the client `command`: it writes the file that its brief grants and prints its report.
// While there is a file WAIT_FOR does not name yet, it waits. Run: node printing-agent.mjs <file with the brief>
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const brief = readFileSync(process.argv[2], "utf8");
const [, path] = /You may write `([^`]+)`/.exec(brief);
const { WAIT_FOR } = process.env;
while (WAIT_FOR && !existsSync(WAIT_FOR)) {
  // The test is over that killed its runner.
  if (!existsSync(process.argv[2])) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${process.env.MACHINE_NAME ?? "here"}\n`);
process.stdout.write(
  JSON.stringify({
    outcome: "completed",
    summary: "Written.",
    filesChanged: [path],
    evidence: [{ inspected: "the file" }],
  }),
);
