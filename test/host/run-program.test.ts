import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { runProgram } from "../../mcp-server/src/host/run-program.ts";

const node = (script: string, ...more: Parameters<typeof runProgram>[2][]) =>
  runProgram(process.execPath, ["-e", script], ...more);

it("a program gets its folder, its environment and its input, and its output comes back", async () => {
  const script =
    "process.stdin.on('data', (text) => console.log([process.cwd(), process.env.GREETING, text].join('|')))";
  const folder = realpathSync(tmpdir());
  const printed = await node(script, { folder, env: { GREETING: "hello" }, input: "words" });
  expect(printed).toBe(`${folder}|hello|words\n`);
});

it("parameters reach the program as they are: no shell reads them", async () => {
  const parameter = "$(id); `id` && echo x > y";
  const printed = await runProgram(process.execPath, ["-p", "process.argv[1]", parameter]);
  expect(printed.trim()).toBe(parameter);
});

it("a program that fails says its exit code and what it printed", async () => {
  await expect(node("console.log('half'); console.error('why'); process.exitCode = 3")).rejects.toMatchObject(
    { code: 3, stdout: "half\n", stderr: "why\n" },
  );
});

it("a program that reads nothing of a long input fails or succeeds by its own exit code", async () => {
  expect(await node("process.stdin.destroy(); console.log('done')", { input: "x".repeat(4_000_000) })).toBe(
    "done\n",
  );
});

it("a program that is not there, prints too much, or is aborted fails with Node's name for it", async () => {
  await expect(runProgram("no-such-program-here", [])).rejects.toMatchObject({ code: "ENOENT" });
  await expect(node("console.log('x'.repeat(5000))", { maxOutputBytes: 1000 })).rejects.toMatchObject({
    code: "ERR_CHILD_PROCESS_STDIO_MAXBUFFER",
  });
  const signal = AbortSignal.timeout(200);
  await expect(node("setInterval(() => {}, 1000)", { signal })).rejects.toMatchObject({ code: "ABORT_ERR" });
});
