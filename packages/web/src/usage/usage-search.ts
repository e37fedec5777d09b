import type { UsageBy, UsageQuestion, UsageRange } from '../api/usage.ts';

export const RANGES: readonly UsageRange[] = ['24h', '7d', '30d', '90d'];
export const BYS: readonly UsageBy[] = ['tool', 'client', 'person', 'key'];
const TEXT_MAX = 200;

/** What is shown of the usage, as it stands in the address. Absent: 24 hours by tool, as a chart of the calls. */
export interface UsageSearch {
  range?: UsageRange;
  by?: UsageBy;
  /** Of one alone, by its id; of a tool, by its name. */
  tool?: string;
  client?: string;
  person?: string;
  key?: string;
  metric?: 'time';
  view?: 'table';
}

export function readUsageSearch(given: Record<string, unknown>): UsageSearch {
  const range = RANGES.find((one) => one === given['range']);
  const by = BYS.find((one) => one === given['by']);
  const read: UsageSearch = {
    ...(range !== undefined && { range }),
    ...(by !== undefined && { by }),
    ...(given['metric'] === 'time' && { metric: 'time' as const }),
    ...(given['view'] === 'table' && { view: 'table' as const }),
  };
  for (const name of BYS) {
    const text = given[name];
    if (typeof text === 'string' && text !== '') read[name] = text.slice(0, TEXT_MAX);
  }
  return read;
}

export function questionOf({ by = 'tool', range = '24h', ...search }: UsageSearch): UsageQuestion {
  const question: UsageQuestion = { range, by };
  for (const name of BYS) {
    const id = search[name];
    if (id !== undefined) question[name] = id;
  }
  return question;
}

/** What it is narrowed down to. */
export function narrowedTo(search: UsageSearch): { by: UsageBy; id: string }[] {
  return BYS.flatMap((by) => {
    const id = search[by];
    return id === undefined ? [] : [{ by, id }];
  });
}
