export const meta = {
  name: 'execute',
  description: 'Runs a plan or specification to its end by a script, so that the conversation stays empty',
  whenToUse: 'Only when the user, or the skill executing-specs, asks for it. args: the plan, its folder or its file',
  phases: [{ title: 'Tasks', detail: 'One agent for each task, as soon as it can start' }],
}

// The graph decides what runs; this script only starts agents. What to start comes from the plugin's hooks, which put
// it in the place of `args` when the script is called and of each agent's result when the agent ends:
//   { plan, start: [{ task, agent, model?, effort?, attempt }], report? }
// What a model says of a task is never believed here: a task is completed when the graph says so.

/** A task whose agent twice came to nothing, without an attempt in the graph, is one that agents here cannot claim. */
const MOST_STARTS = 2
/** When so many agents in a row bring no answer of the graph, the hooks or the model are not there any more. */
const MOST_SILENCE = 3

const plan = args?.plan
const result = { type: 'object', properties: { plan: { const: plan } }, required: ['plan'] }
const running = new Set()
const starts = new Map()
const unclaimed = new Set()
let silence = 0
let report

/** Starts what the graph names, and goes on from the end of each agent by itself: nothing waits for anything else. */
async function follow(step) {
  if (step.report !== undefined || step.start.length > 0) report = step.report
  await Promise.all(step.start.filter(isNew).map(work))
}

function isNew({ task, attempt }) {
  if (running.has(task)) return false
  const key = `${task} ${attempt}`
  starts.set(key, (starts.get(key) ?? 0) + 1)
  if (starts.get(key) <= MOST_STARTS) return true
  unclaimed.add(task)
  return false
}

async function work({ task, agent: agentType, model, effort }) {
  running.add(task)
  const claim = JSON.stringify({ plan, task, worker: 'workflow' })
  const answer = await ended(
    `Your task is ${plan}/${task}. Call mcp__plugin_parallel_tasks__task_claim with ${claim}; carry out the brief in its answer. Call task_report and, behind it in the same message, StructuredOutput with ${JSON.stringify({ plan })}: that ends you, whatever else you are told to reply. If the claim is refused, call only StructuredOutput.`,
    { label: task, phase: 'Tasks', agentType, ...(model && { model }), ...(effort && { effort }) },
  )
  running.delete(task)
  await next(answer)
}

/** An agent that was lost says nothing; then another one, that does nothing else, fetches what the graph says. */
async function next(answer) {
  if (answer) return follow(answer)
  if (silence < MOST_SILENCE) return next(await ask(''))
}

/** @param first what the agent does before it asks. */
function ask(first) {
  return ended(`${first}Call StructuredOutput with ${JSON.stringify({ plan })}, and do nothing else.`, {
    label: 'what is next',
    phase: 'Tasks',
    effort: 'low',
  })
}

/** Runs an agent to its end. Undefined when no answer of the graph came with it. */
async function ended(prompt, options) {
  const answer = await agent(prompt, { ...options, schema: result }).catch((error) => log(String(error)))
  const answered = Array.isArray(answer?.start)
  silence = answered ? 0 : silence + 1
  return answered ? answer : undefined
}

if (!Array.isArray(args?.start)) {
  return {
    finished: false,
    next: 'Nothing was begun. Call plan_create first, then Workflow again; if this comes again, the hooks of the plugin are off: go on with batch_next.',
  }
}

await follow(args)
// Nothing of this script runs any more, and the plan is not at its end: others hold what it needs.
while (report === undefined && unclaimed.size === 0 && silence < MOST_SILENCE) {
  const wait = JSON.stringify({ plan, until: 'next' })
  await next(await ask(`Call mcp__plugin_parallel_tasks__batch_collect with ${wait}. Then: `))
}

if (report !== undefined) return { finished: true, report }
return {
  finished: false,
  ...(unclaimed.size > 0 && { unclaimed: [...unclaimed] }),
  next: `Call batch_next {plan: "${plan}"} and launch what it returns.`,
}
