import { expect, it } from "vitest";
import { BundledServer } from "../support/bundled-server.ts";
import { repository, task } from "../support/checkout.ts";
import { graphOf, integrityOf, query } from "../support/graph-file.ts";

const ROUNDS = 8;

it("kill -9 in the middle of writes loses nothing that was answered and leaves a sound graph", async () => {
  const folder = await repository();
  const path = graphOf(folder);
  const first = await BundledServer.start(folder);
  await first.call("plan_create", { plan: "p", tasks: [task("1")] });
  await first.close();
  const answered: string[] = [];
  let sent = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const server = await BundledServer.start(folder);
    await server.call("task_list", {});
    const calls = Array.from({ length: 60 }, (_, n) => {
      const note = `${round}.${n}`;
      sent += 1;
      return server.call("task_update", { task: "p/1", note }).then(
        () => answered.push(note),
        () => undefined,
      );
    });
    // Not on a timer: in the middle of the calls, however fast the machine is.
    await Promise.race(calls.slice(5 + round * 5, 6 + round * 5));
    server.kill();
    await Promise.all(calls);
    expect(integrityOf(path)).toBe("ok");
  }
  console.log(`${sent} writes sent, ${answered.length} answered before ${ROUNDS} kills`);
  expect(answered.length).toBeGreaterThan(0);
  expect(answered.length).toBeLessThan(sent);
  const [row] = query(path, "select notes from tasks");
  const kept = JSON.parse(String(row?.notes)) as string[];
  expect(kept).toEqual(expect.arrayContaining(answered));
  const logged = query(path, "select data from events where type = 'task.annotated' order by seq");
  expect(logged.map((line) => (JSON.parse(String(line.data)) as { note: string }).note)).toEqual(kept);
  const last = await BundledServer.start(folder);
  expect((await last.call("batch_next", { plan: "p" })).launch).toHaveLength(1);
});
