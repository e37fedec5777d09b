import { inside, put, takeOut, type Bag, type Place } from '../kernel/bag.ts';

/** Who is to be told of which subjects. */
export interface Followers<Follower> {
  hang(subjects: readonly string[], follower: Follower): Hold<Follower>;
  of(subject: string): readonly Follower[];
}

/** By what somebody hangs on subjects: `letGo` takes it. */
export type Hold<Follower> = readonly Place<Follower>[];

const SUBJECTS_MIN = 1_000;

export function createFollowers<Follower>(): Followers<Follower> {
  // A subject that nobody hangs on any more stays for a while: the next call is likely to hang on it again.
  let bags = new Map<string, Bag<Follower>>();
  let sweepAt = SUBJECTS_MIN;

  function bagOf(subject: string): Bag<Follower> {
    const known = bags.get(subject);
    if (known !== undefined) return known;
    if (bags.size >= sweepAt) sweep();
    const bag: Bag<Follower> = [];
    bags.set(subject, bag);
    return bag;
  }

  function sweep(): void {
    bags = new Map([...bags].filter(([, bag]) => bag.length > 0));
    sweepAt = Math.max(SUBJECTS_MIN, 2 * bags.size);
  }

  return {
    hang: (subjects, follower) => subjects.map((subject) => put(bagOf(subject), follower)),
    of: (subject) => inside(bags.get(subject) ?? []),
  };
}

export function letGo(hold: Hold<unknown>): void {
  for (const place of hold) takeOut(place);
}
