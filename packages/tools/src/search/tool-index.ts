import type { Binding, ToolFace } from '../catalogue/types.ts';
import { compareText } from '../json.ts';
import { readEndpoint, shapeOf } from './endpoint.ts';
import { readQuery } from './query.ts';
import type { Asked } from './query.ts';
import { intentOf, relatedTo } from './related.ts';
import type { Intent } from './vocabulary.ts';
import { createTermReader, withoutCompounds } from './words.ts';

/** A tool under the name by which callers know it. */
export interface Offered {
  readonly name: string;
  readonly tool: ToolFace & { readonly binding?: Binding };
  /** The API that it belongs to, where there are several. */
  readonly api?: string | undefined;
}

export interface ToolIndex<T extends Offered> {
  /**
   * The best matches for what a person or a model asks for, the best first; ties by name. Where that is a method and
   * a path, as in documentation, the tools of that path come first.
   */
  search(query: string, options?: SearchOptions<T>): T[];
}

export interface SearchOptions<T> {
  /** Default 8. */
  readonly limit?: number;
  readonly accept?: (tool: T) => boolean;
}

const DEFAULT_LIMIT = 8;

/** BM25F: how fast a repeated word stops counting, and how much a long text is discounted. */
const SATURATION = 1.2;
const IDF_FLOOR = 0.4;
const FIELDS = {
  name: { weight: 3, length: 0.5 },
  title: { weight: 2, length: 0.5 },
  description: { weight: 1, length: 0.7 },
  tag: { weight: 1, length: 0.3 },
  resource: { weight: 1.5, length: 0.5 },
  path: { weight: 0.7, length: 0.5 },
  parameter: { weight: 0.6, length: 0.8 },
} as const;
type Field = keyof typeof FIELDS;
const FIELD_NAMES = Object.keys(FIELDS) as Field[];

const METHODS: Readonly<Record<Intent, Readonly<Record<string, number>>>> = {
  read: { GET: 1.3, HEAD: 1.1, QUERY: 1.3 },
  search: { GET: 1.3, QUERY: 1.3, POST: 1 },
  create: { POST: 1.3, PUT: 1.15 },
  update: { PATCH: 1.3, PUT: 1.3, POST: 1 },
  delete: { DELETE: 1.4, POST: 1 },
  run: { POST: 1.3, PUT: 1.1 },
};
/** For a tool whose title begins with the verb that was asked for. */
const SAME_DEED = 1.25;
const OTHER_METHOD = 0.75;
/** For a name all of whose words were asked for. */
const NAME_BONUS = 1.5;
/** What is left for a tool that has next to nothing of what was asked for. */
const COVERAGE_FLOOR = 0.4;

interface Posting {
  readonly ids: number[];
  readonly weights: number[];
}

/** An index of these tools and no others: build one for each level of access. A tenth of a millisecond a tool. */
export function createToolIndex<T extends Offered>(tools: readonly T[]): ToolIndex<T> {
  const ordered = [...tools].sort((a, b) => compareText(a.name, b.name));
  const termsOf = createTermReader();
  const documents = ordered.map(({ name, tool }) => fieldsOf(name, tool, termsOf));
  const postings = postingsOf(documents);
  const names = documents.map(({ name }) => [...new Set(name)]);
  const shapes = ordered.map(({ tool }) => tool.binding && shapeOf(tool.binding.path));
  const deeds = documents.map(({ name, title }) => intentOf(title[0] ?? '') ?? intentOf(name[0] ?? ''));

  /** The tools that have a term under any name, and how much of what was asked for that is. */
  function lookUp({ term, isLiteral }: Asked) {
    const wanted = isLiteral ? [{ term, weight: 1 }] : relatedTo(term);
    const present = wanted.flatMap(({ term: other, weight }) => {
      const posting = postings.get(other);
      return posting ? [{ other, weight, posting }] : [];
    });
    // Rare is what few tools have under any name: `person` is, where `user` is not, as common as `user`.
    const having = present.reduce((sum, { posting, weight }) => sum + weight * posting.ids.length, 0);
    const idf = inverseFrequency(Math.min(having, ordered.length), ordered.length);
    return { present, idf, rarity: idf * Math.max(0, ...present.map(({ weight }) => weight)) };
  }

  function search(query: string, { limit = DEFAULT_LIMIT, accept }: SearchOptions<T> = {}): T[] {
    const { intent, terms } = readQuery(query);
    const scores = new Float64Array(ordered.length);
    const covered = new Float64Array(ordered.length);
    const matched = new Set<string>();
    let total = 0;
    for (const asked of terms) {
      const { importance } = asked;
      const { present, idf, rarity } = lookUp(asked);
      total += rarity * importance;
      const best = new Float64Array(ordered.length);
      for (const { other, posting, weight } of present) {
        matched.add(other);
        for (let at = 0; at < posting.ids.length; at += 1) {
          const id = posting.ids[at] ?? 0;
          const frequency = posting.weights[at] ?? 0;
          const score = (weight * idf * frequency) / (SATURATION + frequency);
          if (score > (best[id] ?? 0)) best[id] = score;
        }
      }
      for (let id = 0; id < best.length; id += 1) {
        const score = best[id] ?? 0;
        if (score === 0) continue;
        scores[id] = (scores[id] ?? 0) + score * importance;
        covered[id] = (covered[id] ?? 0) + Math.min(score * 2, rarity) * importance;
      }
    }
    const endpoint = readEndpoint(query);
    const ranked: { bound: T; id: number; score: number }[] = [];
    for (const [id, bound] of ordered.entries()) {
      const method = bound.tool.binding?.method;
      const isMeant =
        endpoint !== undefined && endpoint.shape === shapes[id] && (endpoint.method ?? method) === method;
      const score = isMeant ? Infinity : (scores[id] ?? 0);
      if (score === 0 || accept?.(bound) === false) continue;
      const coverage = total === 0 ? 0 : (covered[id] ?? 0) / total;
      const name = names[id] ?? [];
      const named = name.filter((term) => matched.has(term)).length / Math.max(1, name.length);
      const fit = fitOf(intent, bound.tool.binding, deeds[id]);
      ranked.push({ bound, id, score: score * (COVERAGE_FLOOR + coverage) * (1 + NAME_BONUS * named) * fit });
    }
    // Two infinities have no difference.
    ranked.sort((a, b) => (a.score === b.score ? a.id - b.id : b.score - a.score));
    return ranked.slice(0, limit).map(({ bound }) => bound);
  }

  return { search };
}

function postingsOf(documents: readonly Record<Field, string[]>[]): Map<string, Posting> {
  const average = averageLengths(documents);
  const postings = new Map<string, Posting>();
  documents.forEach((document, id) => {
    const weights = new Map<string, number>();
    for (const field of FIELD_NAMES) {
      const terms = document[field];
      const { length, weight } = FIELDS[field];
      const share = weight / (1 - length + (length * terms.length) / average[field]);
      for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + share);
    }
    for (const [term, weight] of weights) {
      const posting = postings.get(term) ?? { ids: [], weights: [] };
      posting.ids.push(id);
      posting.weights.push(weight);
      postings.set(term, posting);
    }
  });
  return postings;
}

/** Whether a tool does what is wanted: by its method and path, if it has them, and by the verb that its title begins with. */
function fitOf(wanted: Intent | undefined, binding: Binding | undefined, does: Intent | undefined): number {
  if (wanted === undefined) return 1;
  if (binding === undefined) return does === wanted ? SAME_DEED : 1;
  const { method, path } = binding;
  // `POST /things` makes a thing, `POST /things/{id}` changes it.
  const isOne = path.endsWith('}');
  const asMethod =
    method === 'POST' && isOne && (wanted === 'create' || wanted === 'update') ? 'PUT' : method;
  const byMethod = METHODS[wanted][asMethod] ?? OTHER_METHOD;
  return does === wanted ? byMethod * SAME_DEED : byMethod;
}

/** Never nothing: what half of an API is about is still what somebody asked for. */
function inverseFrequency(documents: number, all: number): number {
  return IDF_FLOOR + Math.log(1 + (all - documents + 0.5) / (documents + 0.5));
}

function fieldsOf(
  name: string,
  { title, description, tags, binding, inputSchema }: Offered['tool'],
  termsOf: (text: string) => string[],
): Record<Field, string[]> {
  const path = binding?.path ?? '';
  const segments = path.split('/').filter((segment) => segment !== '' && !segment.includes('{'));
  return {
    name: termsOf(name),
    title: termsOf(withoutCompounds(title)),
    description: termsOf(withoutCompounds(description)),
    tag: termsOf(tags.join(' ')),
    resource: termsOf(segments.at(-1) ?? ''),
    path: termsOf(segments.slice(0, -1).join(' ')),
    parameter: termsOf(Object.keys(inputSchema.properties).join(' ')),
  };
}

function averageLengths(documents: readonly Record<Field, string[]>[]): Record<Field, number> {
  const average = { name: 1, title: 1, description: 1, tag: 1, resource: 1, path: 1, parameter: 1 };
  for (const field of FIELD_NAMES) {
    const sum = documents.reduce((total, document) => total + document[field].length, 0);
    average[field] = Math.max(1, sum / Math.max(1, documents.length));
  }
  return average;
}
