// import:run/delivery.mjs in run/background.mjs
import { deliveriesEnded, retryDeliveries } from "./delivery.mjs";

// import:run/session.mjs in run/background.mjs
import { keepAlive } from "./session.mjs";

// mcp-server/src/run/background/background-work.ts
var notifiers = /* @__PURE__ */ new WeakMap();
async function everySecond(run, session) {
  await keepAlive(run, session);
  await retryDeliveries(run);
  await tellUsers(run, session);
}
async function tellUsers(run, session) {
  const notifier = await notifierOf(run, session);
  await notifier.look().catch(() => void 0);
}
async function backgroundWorkEnded(run) {
  await deliveriesEnded(run);
  await (await notifiers.get(run))?.close();
}
function notifierOf(run, session) {
  const known = notifiers.get(run);
  if (known) return known;
  const notifier = import("./notify/notifier.mjs").then(
    // Else the main conversation would be told that something has happened.
    (loaded) => new loaded.Notifier(run, (plan, before, after) => session?.overlook(plan, before, after))
  );
  notifiers.set(run, notifier);
  return notifier;
}
export {
  backgroundWorkEnded,
  everySecond,
  tellUsers
};
