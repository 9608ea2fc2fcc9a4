import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clientsFrom, pairsFrom } from "../../mcp-server/src/runner/agents-option.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** An environment in which these programs are on the search path. */
function withPrograms(...names: string[]): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  for (const name of names) {
    writeFileSync(join(folder, name), "#!/bin/sh\n");
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder };
}

const read = (text: string, env: NodeJS.ProcessEnv, command?: string) => {
  const { shares, missing } = clientsFrom(text, command, 5, env);
  return { shares: shares.map(({ client, slots }) => [client.name, slots]), missing };
};

describe("the option --agents", () => {
  it("the option --agents names clients in order of preference, each with its agents at once or as many as the plan has", () => {
    const env = withPrograms("claude", "codex", "gemini");
    expect(read("claude=3, codex=2,gemini", env)).toEqual({
      shares: [
        ["claude", 3],
        ["codex", 2],
        ["gemini", 5],
      ],
      missing: [],
    });
  });

  it("the option --agents may name a client that is not there, as long as another is", () => {
    expect(read("claude=3,codex=2", withPrograms("codex"))).toEqual({
      shares: [["codex", 2]],
      missing: ["claude"],
    });
    expect(() => read("claude=3", withPrograms())).toThrow("claude is not on the search path");
  });

  it("the option --agents is refused with the remedy where it cannot be read", () => {
    const env = withPrograms("claude");
    for (const [text, said] of [
      ["claude=x", /cannot be read/],
      ["claude=0", /cannot be read/],
      ["", /cannot be read/],
      ["claude=1,claude=2", /claude stands there twice/],
      ["cursor=1", /there is no client "cursor"/],
      ["command=1", /--command is not given/],
    ] as const)
      expect(() => read(text, env)).toThrow(said);
  });

  it("the option --command is a program with placeholders, and refused where it is none", () => {
    const env = withPrograms("mine");
    expect(read("command=2", env, "mine --file {briefFile}")).toEqual({
      shares: [["command", 2]],
      missing: [],
    });
    expect(() => read("command", env, "mine {prompt}")).toThrow("{prompt} is no placeholder");
    expect(() => read("command", env, "mine 'open")).toThrow("quotation mark");
    expect(() => read("command", env, " ")).toThrow("empty");
  });

  it("the options --role and --model are pairs", () => {
    expect([...pairsFrom("model", ["codex=gpt-5,gemini=pro", "qwen=a=b"])]).toEqual([
      ["codex", "gpt-5"],
      ["gemini", "pro"],
      ["qwen", "a=b"],
    ]);
    expect(() => pairsFrom("role", ["code-reviewer"])).toThrow("--role");
  });
});
