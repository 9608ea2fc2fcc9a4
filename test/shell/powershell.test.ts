import { expect, it } from "vitest";
import { asPosix } from "../../mcp-server/src/shell/powershell.ts";
import { HELD, twoAtWork } from "../support/two-at-work.ts";

it("a PowerShell command is read as a POSIX one, with its own separators and its own escape", () => {
  expect(asPosix("npm test > src\\b\\two`$.ts")).toBe("npm test > src/b/two\\$.ts");
});

it("what PowerShell and other shells write alike is refused to an agent inside another's files, and the rest passes", async () => {
  const { tool } = await twoAtWork();
  const powershell = (command: string) => tool("PowerShell", { command });
  for (const command of ["echo x > src\\b\\two.ts", "npm test; git restore src\\b\\two.ts"])
    expect(await powershell(command), command).toMatch(HELD);
  for (const command of [
    "npm test",
    "Get-ChildItem -Recurse src | Select-String 'two'",
    "Get-Content src\\b\\two.ts",
    "if (Test-Path src\\a) { Write-Output 'there' }",
    "$env:CI = '1'; npm run build *> src\\a\\log.txt",
  ])
    expect(await powershell(command), command).toMatch(/^(passes|allowed)$/);
});
