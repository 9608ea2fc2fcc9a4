import { levels, type Node, topologicalOrder } from "../graph/order/levels.ts";

/** Where a node stands: `layer` counts columns from the left, `y` is the middle of its row, in heights of a row. */
export interface PlacedNode {
  readonly id: string;
  readonly layer: number;
  readonly y: number;
}

/** A dependency as it is drawn: one point per layer that it crosses, from the prerequisite to its dependent. */
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly layer: number; readonly y: number }[];
}

export interface GraphLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly layers: number;
  /** In heights of a row: all nodes lie between 0 and this. */
  readonly height: number;
}

/** Alternate sweeps over the layers; later ones rarely find fewer crossings. */
const SWEEPS = 12;
/** Passes that move nodes towards their neighbours; the last one goes rightwards, as people read. */
const ALIGNMENTS = 5;
/** A line that only passes through a layer needs less room than a node. */
const LINE_ROOM = 0.4;

/** A node or, where an edge crosses a layer, the place where it does. */
interface Place {
  readonly layer: number;
  /** What is kept free on each side of its middle, in heights of a row. */
  readonly room: number;
  readonly before: number[];
  readonly after: number[];
}

/**
 * A layered drawing from left to right (Sugiyama, Tagawa, Toda 1981): a layer for each level, the order within the layers
 * by barycentres, the heights by medians of the neighbours. Equal graphs give equal layouts, whatever the tasks' states,
 * so that nothing moves while a plan runs. Dependencies on unknown nodes, and those that follow from others, are not
 * drawn. 3,000 nodes take about 0.2 s.
 * @throws Error when the dependencies form a cycle.
 */
export function layoutGraph(nodes: readonly Node[]): GraphLayout {
  const drawn = transitiveReduction(nodes);
  const layerOf = layersOf(drawn);
  const places: Place[] = drawn.map(({ id }) => ({
    layer: layerOf.get(id) ?? 0,
    room: 0.5,
    before: [],
    after: [],
  }));
  const indexOf = new Map(drawn.map(({ id }, index) => [id, index]));
  const chains: { from: string; to: string; places: number[] }[] = [];
  for (const [to, { id, dependencies }] of drawn.entries()) {
    for (const dependency of dependencies) {
      const from = indexOf.get(dependency);
      if (from === undefined) continue;
      chains.push({ from: dependency, to: id, places: linked(places, from, to) });
    }
  }
  const layers = ordered(places);
  const y = heights(places, layers);
  return {
    nodes: drawn.map(({ id }, index) => ({ id, layer: at(places, index).layer, y: at(y, index) })),
    edges: chains.map(({ from, to, places: crossed }) => ({
      from,
      to,
      points: crossed.map((place) => ({ layer: at(places, place).layer, y: at(y, place) })),
    })),
    layers: layers.length,
    height: places.reduce((most, { room }, index) => Math.max(most, at(y, index) + room), 0),
  };
}

/** The same nodes without the dependencies that follow from others: what they order, the others order as well. */
export function transitiveReduction(nodes: readonly Node[]): Node[] {
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const words = Math.ceil(nodes.length / 32);
  /** For each node a bit for everything that it waits for, directly or not. */
  const before = new Map<string, Uint32Array>();
  const isBefore = (id: string, other: string) => {
    const index = indexOf.get(id) ?? 0;
    return ((before.get(other)?.[index >> 5] ?? 0) & (1 << (index & 31))) !== 0;
  };
  const reduced = new Map<string, readonly string[]>();
  for (const { id, dependencies } of topologicalOrder(nodes)) {
    const known = [...new Set(dependencies)].filter((other) => indexOf.has(other));
    const own = new Uint32Array(words);
    for (const other of known) {
      const index = indexOf.get(other) ?? 0;
      own[index >> 5] = at(own, index >> 5) | (1 << (index & 31));
      for (const [word, bits] of (before.get(other) ?? []).entries()) own[word] = at(own, word) | bits;
    }
    before.set(id, own);
    reduced.set(
      id,
      known.filter((one) => !known.some((other) => isBefore(one, other))),
    );
  }
  return nodes.map(({ id }) => ({ id, dependencies: reduced.get(id) ?? [] }));
}

/** The level of each node; one that waits for nothing stands right before the first that needs it. */
function layersOf(nodes: readonly Node[]): Map<string, number> {
  const layerOf = new Map(
    levels(nodes).flatMap((level, layer) => level.map(({ id }) => [id, layer] as const)),
  );
  const firstDependent = new Map<string, number>();
  for (const { id, dependencies } of nodes) {
    for (const other of dependencies)
      firstDependent.set(other, Math.min(firstDependent.get(other) ?? Infinity, layerOf.get(id) ?? 0));
  }
  for (const { id, dependencies } of nodes) {
    const first = firstDependent.get(id);
    if (dependencies.length === 0 && first !== undefined) layerOf.set(id, first - 1);
  }
  return layerOf;
}

/** Joins two places by one in each layer between them, and names all of them in order. */
function linked(places: Place[], from: number, to: number): number[] {
  const chain = [from];
  for (let layer = at(places, from).layer + 1; layer < at(places, to).layer; layer++) {
    chain.push(places.push({ layer, room: LINE_ROOM / 2, before: [], after: [] }) - 1);
  }
  chain.push(to);
  for (let n = 1; n < chain.length; n++) {
    at(places, at(chain, n - 1)).after.push(at(chain, n));
    at(places, at(chain, n)).before.push(at(chain, n - 1));
  }
  return chain;
}

/** The places of each layer from top to bottom, in the order with the fewest crossings that the sweeps found. */
function ordered(places: readonly Place[]): number[][] {
  const layers: number[][] = [];
  for (const place of startingOrder(places)) {
    const { layer } = at(places, place);
    while (layers.length <= layer) layers.push([]);
    at(layers, layer).push(place);
  }
  const rank = new Float64Array(places.length);
  const number = (layer: readonly number[]) => {
    for (const [position, place] of layer.entries()) rank[place] = position;
  };
  layers.forEach(number);
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(places, layers, rank);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const isRightwards = sweep % 2 === 0;
    for (const layer of isRightwards ? layers : [...layers].reverse()) {
      const centre = new Map(
        layer.map((place) => {
          const { before, after } = at(places, place);
          return [place, mean(isRightwards ? before : after, rank) ?? at(rank, place)] as const;
        }),
      );
      layer.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0) || at(rank, a) - at(rank, b));
      number(layer);
    }
    const found = crossings(places, layers, rank);
    if (found < fewest) {
      fewest = found;
      best = layers.map((layer) => [...layer]);
    }
  }
  return best;
}

/** By depth first from the places that nothing leads to, so that what belongs together begins together. */
function startingOrder(places: readonly Place[]): number[] {
  const seen = new Set<number>();
  const order: number[] = [];
  for (const [root, { before }] of places.entries()) {
    if (before.length > 0) continue;
    const stack = [root];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      order.push(place);
      stack.push(...[...at(places, place).after].reverse());
    }
  }
  return order;
}

/** How often lines cross between neighbouring layers: inversions, counted with a Fenwick tree (Barth et al. 2004). */
function crossings(places: readonly Place[], layers: readonly number[][], rank: Float64Array): number {
  let count = 0;
  for (const [n, layer] of layers.entries()) {
    const next = layers[n + 1];
    if (next === undefined) break;
    const tree = new Int32Array(next.length + 1);
    let seen = 0;
    for (const place of layer) {
      const ends = at(places, place)
        .after.map((end) => at(rank, end))
        .sort((a, b) => a - b);
      for (const end of ends) {
        let above = 0;
        for (let i = end + 1; i > 0; i -= i & -i) above += at(tree, i);
        count += seen - above;
      }
      for (const end of ends) {
        seen++;
        for (let i = end + 1; i <= next.length; i += i & -i) tree[i] = at(tree, i) + 1;
      }
    }
  }
  return count;
}

function mean(neighbours: readonly number[], rank: Float64Array): number | undefined {
  if (neighbours.length === 0) return undefined;
  return neighbours.reduce((sum, other) => sum + at(rank, other), 0) / neighbours.length;
}

/** The middle of each place: as near to the median of its neighbours as the order and the room of its layer allow. */
function heights(places: readonly Place[], layers: readonly (readonly number[])[]): Float64Array {
  const y = new Float64Array(places.length);
  for (const layer of layers) stack(places, layer, y, () => undefined);
  for (let pass = 0; pass < ALIGNMENTS; pass++) {
    const isRightwards = pass % 2 === 0;
    for (const layer of isRightwards ? layers : [...layers].reverse()) {
      stack(places, layer, y, (place) => {
        const { before, after } = at(places, place);
        return median((isRightwards ? before : after).map((other) => at(y, other)));
      });
    }
  }
  const top = places.reduce((least, { room }, index) => Math.min(least, at(y, index) - room), Infinity);
  return y.map((height) => height - top);
}

/**
 * Moves a layer's places to where they are wanted, in their order and without two that touch, with the least sum of
 * squared distances (isotonic regression by pooling adjacent violators; Barlow et al. 1972).
 */
function stack(
  places: readonly Place[],
  layer: readonly number[],
  y: Float64Array,
  wanted: (place: number) => number | undefined,
): void {
  let used = 0;
  const offsets = layer.map((place) => {
    const { room } = at(places, place);
    used += 2 * room;
    return used - room;
  });
  const blocks: { sum: number; size: number }[] = [];
  for (const [n, place] of layer.entries()) {
    let block = { sum: (wanted(place) ?? at(y, place)) - at(offsets, n), size: 1 };
    for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
      if (last.sum / last.size < block.sum / block.size) break;
      block = { sum: last.sum + block.sum, size: last.size + block.size };
      blocks.pop();
    }
    blocks.push(block);
  }
  let n = 0;
  for (const { sum, size } of blocks) {
    for (const end = n + size; n < end; n++) y[at(layer, n)] = sum / size + at(offsets, n);
  }
}

function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  values.sort((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  return (at(values, Math.floor(middle)) + at(values, Math.ceil(middle))) / 2;
}

/** What stands at an index that is known to be in range. */
function at<T>(list: { readonly [index: number]: T }, index: number): T {
  return list[index] as T;
}
