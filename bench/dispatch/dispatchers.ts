import { levels } from "../../mcp-server/src/graph/order/levels.ts";
import { headsAndTails } from "../../mcp-server/src/schedule/bounds/heads-and-tails.ts";
import { urgency } from "../../mcp-server/src/schedule/generation/priority-rules.ts";
import { compileProblem, type ProblemInput } from "../../mcp-server/src/schedule/problem/problem.ts";
import { Replanner } from "../../mcp-server/src/schedule/replan.ts";
import type { Dispatcher, Moment } from "./execution.ts";

/** The ways of dispatching that are compared; none of them knows more than the estimates. */
export const DISPATCHERS: Readonly<Record<string, (input: ProblemInput) => Dispatcher>> = {
  "continuous, by the planner": byThePlanner,
  "continuous, upward rank": byUpwardRank,
  "continuous, first ready": firstReady,
  "ready waves": (input) => afterAll(byUpwardRank(input)),
  "level chunks": (input) => afterAll(byLevel(input)),
};

/** The planner, asked at every event. */
function byThePlanner(input: ProblemInput): Dispatcher {
  const replanner = new Replanner(compileProblem(input));
  return ({ now, running, completed }) =>
    replanner.replan({
      ended: completed,
      running: [...running].map(([task, began]) => [task, now - began]),
    }).startNow;
}

function byUpwardRank(input: ProblemInput): Dispatcher {
  const problem = compileProblem(input);
  const urgencies = urgency("upward rank", problem, headsAndTails(problem));
  return (moment) =>
    thatFit(
      input,
      moment,
      moment.ready.toSorted((a, b) => (urgencies[a] as number) - (urgencies[b] as number) || a - b),
    );
}

function firstReady(input: ProblemInput): Dispatcher {
  return (moment) => thatFit(input, moment, moment.ready);
}

/** What is ready of the first topological level that is not completed, in the order of the plan. */
function byLevel(input: ProblemInput): Dispatcher {
  const nodes = input.activities.map(({ predecessors }, task) => ({
    id: String(task),
    dependencies: predecessors.map(String),
  }));
  const inLevels = levels(nodes).map((level) => level.map(({ id }) => Number(id)).sort((a, b) => a - b));
  return (moment) => {
    const open = inLevels.find((level) => level.some((task) => !moment.completed.has(task))) ?? [];
    return thatFit(
      input,
      moment,
      open.filter((task) => !moment.completed.has(task)),
    );
  };
}

/** The barrier: nothing starts before everything that was started has ended. */
function afterAll(dispatch: Dispatcher): Dispatcher {
  return (moment) => (moment.running.size === 0 ? dispatch(moment) : []);
}

/** In the given order, all that there is room for. */
function thatFit({ activities }: ProblemInput, { free }: Moment, tasks: readonly number[]): number[] {
  const left = [...free];
  return tasks.filter((task) => {
    const demands = activities[task]?.demands ?? [];
    if (demands.some(({ resource, amount }) => amount > (left[resource] as number))) return false;
    for (const { resource, amount } of demands) left[resource] = (left[resource] as number) - amount;
    return true;
  });
}
