import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { graphOf, logOf } from "../support/graph-file.ts";
import { RunnerPlace, SETTINGS } from "./runner-place.ts";
import { FINISHED, nextAgentTurn } from "./worker.ts";

const TELLS_NO_TOKENS = new Set(["copilot"]);
const LIMIT_MS = 300_000;

const TASKS = [
  { id: "a", subject: "Write a", description: "Write the file.", writes: ["out/a.txt"] },
  { id: "b", subject: "Write b", description: "Write the file.", writes: ["out/b.txt"] },
  {
    id: "c",
    subject: "Write c",
    description: "Write the file.",
    writes: ["out/c.txt"],
    dependencies: ["a", "b"],
  },
];

const only = process.env.PARALLEL_TEST_CLIENT_NAMES?.split(",");
const names = Object.keys(SETTINGS).filter((name) => only?.includes(name) ?? true);

describe.each(names)("parallel run with %s", (name) => {
  it(
    `parallel run with ${name} completes a plan of three tasks, with the user's own settings and no file of his touched`,
    async () => {
      const files = { "specs/p/03-tasks.json": JSON.stringify({ title: "Three", tasks: TASKS }) };
      const place = await RunnerPlace.make(name, files, (shown) => nextAgentTurn(shown, name));
      try {
        const { project, home, said } = place;
        const ran = await place.run("p");
        expect(ran.exitCode, `${ran.all}\n${said.join("\n")}`).toBe(0);
        expect(said.filter((text) => text !== FINISHED)).toEqual([]);
        for (const { id } of TASKS) {
          const { stdout } = await place.git("show", `parallel/p:out/${id}.txt`);
          expect(stdout).toBe(`${name} p/${id}`);
        }
        const log = logOf(graphOf(project));
        expect(log.filter(({ type }) => type === "attempt.ended").map(({ data }) => data.outcome)).toEqual(
          Array(3).fill("completed"),
        );
        const measured = log.filter(({ type }) => type === "attempt.measured");
        expect(measured).toHaveLength(TELLS_NO_TOKENS.has(name) ? 0 : 3);
        for (const [path, text] of Object.entries(place.ownFiles))
          expect(readFileSync(join(home, path), "utf8")).toBe(text);
        expect((await place.git("status", "--porcelain")).stdout).toBe(
          "?? specs/p/03-tasks.md\n?? specs/p/04-implementation.md",
        );
        expect(readdirSync(join(home, ".local/state/parallel/agents"))).toEqual([]);
      } finally {
        await place.close();
      }
    },
    LIMIT_MS,
  );
});
