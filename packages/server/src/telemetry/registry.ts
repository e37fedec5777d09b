/** Goes up alone. A plain number, because it is counted at each call. */
export interface Counter {
  value: number;
}

export interface Histogram {
  /** In the unit of its family: seconds. */
  observe(value: number): void;
}

/**
 * A label and all the values that it can ever have. There is no other way to say one: what a caller sends cannot make a
 * series. A list that ends in `other` takes what it does not know under that name.
 */
export type Labels = Readonly<Record<string, readonly string[]>>;

export interface Spec {
  /** Of a counter: with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: Labels;
}

export interface CounterFamily {
  /** The counter at these values of its labels, in their order. For wiring: whoever counts keeps it. */
  at(...values: string[]): Counter;
}

export interface HistogramFamily {
  at(...values: string[]): Histogram;
}

export interface Point {
  /** In the order of the family's labels. */
  readonly values: readonly string[];
  readonly value: number;
}

export interface Distribution {
  readonly values: readonly string[];
  /** How many fell into each bucket, not yet added up; the last has no upper bound. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export type Family = {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
} & (
  | { readonly kind: 'counter' | 'gauge'; points(): readonly Point[] }
  | {
      readonly kind: 'histogram';
      readonly bounds: readonly number[];
      distributions(): readonly Distribution[];
    }
);

/** Told the figures of a moment. */
export type Collect = (put: (value: number, ...values: string[]) => void) => void;

export interface Registry {
  counter(spec: Spec): CounterFamily;
  histogram(spec: Spec & { readonly bounds: readonly number[] }): HistogramFamily;
  /** What is counted elsewhere, and read when somebody looks. */
  read(kind: 'counter' | 'gauge', spec: Spec, collect: Collect): void;
  families(): readonly Family[];
}

/** The metrics of this process. All series exist from the beginning, so that none appears with its first event. */
export function createRegistry(): Registry {
  const families = new Map<string, Family>();

  function add(family: Family): void {
    if (families.has(family.name)) throw new Error(`metric ${family.name} is there twice`);
    families.set(family.name, family);
  }

  return {
    counter(spec) {
      const cells = createCells(spec, (): Counter => ({ value: 0 }));
      const points = () => cells.all.map(({ cell, values }) => ({ values, value: cell.value }));
      add({ ...described(spec), kind: 'counter', points });
      return { at: cells.at };
    },
    histogram({ bounds, ...spec }) {
      const cells = createCells(spec, () => createHistogram(bounds));
      const distributions = () =>
        cells.all.map(({ cell, values }) => ({ values, counts: [...cell.counts], sum: cell.sum }));
      add({ ...described(spec), kind: 'histogram', bounds, distributions });
      return { at: cells.at };
    },
    read(kind, spec, collect) {
      const cells = createCells(spec, () => ({ value: 0 }));
      function points(): readonly Point[] {
        collect((value, ...values) => {
          cells.at(...values).value = value;
        });
        return cells.all.map(({ cell, values }) => ({ values, value: cell.value }));
      }
      add({ ...described(spec), kind, points });
    },
    families: () => [...families.values()],
  };
}

function described({ help, labels = {}, name }: Spec) {
  return { name, help, labelNames: Object.keys(labels) };
}

/** One cell for each combination of the labels' values. */
function createCells<Cell>({ labels = {}, name }: Spec, create: () => Cell) {
  const lists = Object.values(labels);
  const all = combinations(lists).map((values) => ({ values, cell: create() }));
  const known = lists.map((list) => new Map(list.map((value, index) => [value, index])));

  function at(...values: string[]): Cell {
    let place = 0;
    for (const [index, list] of lists.entries()) {
      const found = known[index]?.get(values[index] ?? '') ?? known[index]?.get('other');
      if (found === undefined) throw new Error(`metric ${name} has no ${JSON.stringify(values)}`);
      place = place * list.length + found;
    }
    const entry = all[place];
    if (entry === undefined) throw new Error(`metric ${name} has no ${JSON.stringify(values)}`);
    return entry.cell;
  }

  return { all, at };
}

function combinations(lists: readonly (readonly string[])[]): string[][] {
  let all: string[][] = [[]];
  for (const list of lists) all = all.flatMap((one) => list.map((value) => [...one, value]));
  return all;
}

function createHistogram(bounds: readonly number[]) {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  const histogram = {
    counts,
    sum: 0,
    // Most calls are fast, so the bounds are tried from below.
    observe(value: number): void {
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
      counts[bucket] = (counts[bucket] as number) + 1;
      histogram.sum += value;
    },
  };
  return histogram;
}
