/** The labels of a series. */
export type Series = Readonly<Record<string, string>>;

type Vector = readonly Series[];
/** A number is no series, and goes with every one. */
type Value = Vector | 'scalar';

const TOKENS = /\s*(?:("[^"]*")|(\[[^\]]*\])|(=~|[-+*/(){},=])|(\d+(?:\.\d+)?)|([A-Za-z_]\w*))/gy;
const AGGREGATES = ['sum', 'max', 'min', 'avg'];
const OVER_TIME = ['rate', 'increase'];

/**
 * Which series Prometheus answers an expression with, by their labels: as much of PromQL as the dashboard is written in.
 * Throws where Prometheus would, because series do not match one to one, and where it reads what it does not know.
 */
export function seriesOf(expr: string, scraped: ReadonlyMap<string, Vector>): Vector {
  const tokens = tokensOf(expr);
  let at = 0;

  const next = (): string => tokens[at++] ?? '';
  function expect(token: string): void {
    const found = next();
    if (found !== token) throw new Error(`"${token}" is missing before "${found}": ${expr}`);
  }
  function takes(token: string): boolean {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  }

  /** `(a,b)` */
  function labelList(): string[] {
    const labels: string[] = [];
    expect('(');
    while (!takes(')')) {
      labels.push(next());
      takes(',');
    }
    return labels;
  }

  function sum(): Value {
    return binary(product, ['+', '-']);
  }
  function product(): Value {
    return binary(operand, ['*', '/']);
  }
  function binary(side: () => Value, operators: readonly string[]): Value {
    let left = side();
    while (operators.includes(tokens[at] ?? '')) {
      at += 1;
      const on = takes('on') ? labelList() : undefined;
      const brought = takes('group_left') ? labelList() : undefined;
      left = matched(left, side(), { on, brought, expr });
    }
    return left;
  }

  function operand(): Value {
    const token = next();
    if (/^\d/.test(token)) return 'scalar';
    if (token === '(') return closed(sum());
    if (token === 'time') {
      expect('(');
      return closed('scalar');
    }
    if (AGGREGATES.includes(token)) return aggregate();
    if (OVER_TIME.includes(token)) {
      expect('(');
      return closed(vector(operand()));
    }
    if (token === 'histogram_quantile') {
      expect('(');
      next();
      expect(',');
      return closed(distinct(vector(sum()).map((series) => without(series, ['le']))));
    }
    return selected(token);
  }

  function closed<T extends Value>(value: T): T {
    expect(')');
    return value;
  }

  function aggregate(): Vector {
    const by = takes('by') ? labelList() : [];
    expect('(');
    return distinct(closed(vector(sum())).map((series) => only(series, by)));
  }

  function vector(value: Value): Vector {
    if (value === 'scalar') throw new Error(`a number is no vector: ${expr}`);
    return value;
  }

  function selected(name: string): Vector {
    let found = scraped.get(name) ?? [];
    if (takes('{')) {
      while (!takes('}')) {
        const [label, operator, text] = [next(), next(), next().slice(1, -1)];
        // A variable of the dashboard: all are chosen.
        if (!text.startsWith('$')) {
          const pattern = operator === '=~' ? new RegExp(`^(?:${text})$`) : undefined;
          found = found.filter(({ [label]: value = '' }) => pattern?.test(value) ?? value === text);
        }
        takes(',');
      }
    }
    if (tokens[at]?.startsWith('[') === true) at += 1;
    if (found.length === 0) throw new Error(`there is no series of ${name}: ${expr}`);
    return found;
  }

  const answer = vector(sum());
  if (at < tokens.length) throw new Error(`what is "${tokens[at]}"? ${expr}`);
  return answer;
}

function tokensOf(expr: string): string[] {
  const found = [...expr.matchAll(TOKENS)];
  const read = found.reduce((length, [token]) => length + token.length, 0);
  const rest = expr.slice(read).trim();
  if (rest !== '') throw new Error(`what is "${rest}"?`);
  return found.map(([token]) => token.trim());
}

function matched(
  left: Value,
  right: Value,
  { brought, expr, on }: { on: string[] | undefined; brought: string[] | undefined; expr: string },
): Value {
  if (left === 'scalar') return right;
  if (right === 'scalar') return left;
  const keyOf = (series: Series) => nameOf(on === undefined ? series : only(series, on));
  const one = new Map<string, Series>();
  for (const series of right) {
    if (one.has(keyOf(series)))
      throw new Error(`many series match on the right, at ${keyOf(series)}: ${expr}`);
    one.set(keyOf(series), series);
  }
  const pairs = left.flatMap((series) => {
    const other = one.get(keyOf(series));
    return other === undefined ? [] : [{ series, other }];
  });
  if (brought === undefined && new Set(pairs.map(({ other }) => other)).size < pairs.length)
    throw new Error(`many series match on the left: ${expr}`);
  return pairs.map(({ other, series }) =>
    brought === undefined ? only(series, on ?? Object.keys(series)) : { ...series, ...only(other, brought) },
  );
}

function only(series: Series, labels: readonly string[]): Series {
  return Object.fromEntries(Object.entries(series).filter(([label]) => labels.includes(label)));
}

function without(series: Series, labels: readonly string[]): Series {
  return Object.fromEntries(Object.entries(series).filter(([label]) => !labels.includes(label)));
}

function distinct(vector: Vector): Vector {
  return [...new Map(vector.map((series) => [nameOf(series), series])).values()];
}

function nameOf(series: Series): string {
  const pairs = Object.entries(series).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
}
