import { afterEach, describe, expect, it } from "vitest";
import { CLIENT_KINDS, type ClientKind, type FormReply } from "./clients.ts";
import { Repository } from "./repository.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const YES: FormReply = { action: "accept", content: { yes: true } };
const NO: [how: string, reply: FormReply][] = [
  ["declines", { action: "decline" }],
  ["closes it", { action: "cancel" }],
  ["leaves it as it was", { action: "accept", content: {} }],
  ["says no", { action: "accept", content: { yes: false } }],
];

/** A plan with a command, in a client whose user replies to forms; without a reply the client has none. */
async function planWithCommand(kind: ClientKind, reply?: FormReply, commands = ["npm test"]) {
  const repository = await Repository.make();
  closing.push(() => repository.remove());
  const shown: string[] = [];
  const user = (message: string) => {
    shown.push(message);
    return reply ?? NO[0]?.[1] ?? YES;
  };
  const client = await kind.connect(repository, reply && user);
  closing.push(() => client.close());
  const acceptance = commands.map((command) => ({ criterion: "It works", command }));
  await client.call("plan_create", { plan: "p", tasks: [{ id: "1", subject: "Do it", acceptance }] });
  const approve = () => client.call("plan_update", { plan: "p", action: "approve" });
  return { shown, approve };
}

describe.each(CLIENT_KINDS)("the form that asks for approval, in $title", (kind) => {
  it("the form shows the command in full, and yes approves it once and for all", async () => {
    const { shown, approve } = await planWithCommand(kind, YES);
    expect((await approve()).data).toMatchObject({ approved: 1, notApproved: 0 });
    expect(shown).toEqual([expect.stringContaining("\n  npm test  (1)")]);
    expect((await approve()).data).toMatchObject({ approved: 1, notApproved: 0 });
    expect(shown).toHaveLength(1);
  });

  it.each([
    { count: 15, approved: 15 },
    { count: 16, approved: 0 },
  ])("the form of $count commands leads to $approved approvals", async ({ count, approved }) => {
    const commands = Array.from({ length: count }, (_, at) => `npm test -- part-${at}`);
    const { shown, approve } = await planWithCommand(kind, YES, commands);
    expect((await approve()).data).toMatchObject({ approved, notApproved: count - approved });
    expect(shown).toHaveLength(approved === 0 ? 0 : 1);
  });

  it.each(NO)("the form approves nothing if the user %s", async (_, reply) => {
    const { shown, approve } = await planWithCommand(kind, reply);
    const { isError, data } = await approve();
    expect(isError).toBe(false);
    expect(data).toMatchObject({
      approved: 0,
      notApproved: 1,
      next: expect.stringContaining("do not ask again; the user approves in a terminal"),
    });
    expect(shown).toHaveLength(1);
  });

  it("the form is not asked for in a client that has none", async () => {
    const { approve } = await planWithCommand(kind);
    expect((await approve()).data).toMatchObject({
      approved: 0,
      next: "This client has no forms: the user approves in a terminal: parallel-tasks approve p.",
    });
  });
});
