import { stem } from './stem.ts';

// Words that people and APIs use for the same thing. General English and the language of APIs: nothing in here is
// about one API, so it helps with those that we have never seen as much as with the others.

/** What somebody wants done; each class goes with the methods that do it. */
export type Intent = 'create' | 'read' | 'update' | 'delete' | 'search' | 'run';

const VERBS: Readonly<Record<Intent, string>> = {
  create:
    'create add new make open insert put write leave attach upload start save submit invite register place',
  read: 'get list show read fetch view retrieve see display look describe download inspect',
  update: 'update edit change modify set rename replace alter adjust move mark configure',
  delete: 'delete remove destroy drop erase clear unset detach discard purge',
  search: 'search find lookup locate',
  run: 'run execute trigger dispatch launch invoke send perform rerun retry',
};

/** Things as well as deeds: a deed where a request begins with one and says on what, as in "file a ticket". */
const SOMETIMES: Readonly<Record<Intent, string>> = {
  create: 'post file issue log report order charge bill book schedule store request comment',
  read: 'check access',
  update: 'patch label tag name address',
  delete: 'trash archive',
  search: 'query filter match',
  run: 'ship mail email message ping test',
};

/** Verbs wherever they stand; the others only where a request begins. */
const ALWAYS = 'create add make insert update edit delete remove destroy get fetch retrieve find rename';

const NOUNS: readonly string[] = [
  'person user member people account human colleague teammate',
  'client customer',
  'repository repo project',
  'organization organisation org company',
  'pr pull',
  'issue ticket bug task',
  'bug error defect',
  'config configuration setting preference option',
  'environment env',
  'application app',
  'image picture photo avatar icon',
  'password credential secret',
  'invoice bill',
  'charge payment pay',
  'refund reimburse',
  'discount coupon promotion rebate',
  'label tag',
  'comment note remark reply',
  'attachment file upload document',
  'log history record audit trail',
  'role permission right access privilege',
  'diff compare difference comparison',
  'machine node server host computer',
  'webhook hook callback',
  'notification alert message notify',
  'company business vendor',
  'address location',
  'picture media',
  'folder directory',
  'content file body',
  'mail email',
  'card bank source',
  'cost price amount',
  'money balance fund cash',
  'summary overview',
  'metric statistic stat usage',
  'quota limit',
  'count number total',
  'status state condition progress',
  'version revision',
  'draft proposal',
  'worklog work time',
  'percent percentage rate',
  'evidence proof',
  'latest recent recently lately newest last current history',
  'key token',
  'test check',
  'pass success status',
  'my me myself mine own authenticated current',
  'song track music',
  'sound audio speech voice loud louder volume',
  'transcript transcription transcribe text',
  'cost spend expense billing usage',
  'plan subscription',
  'important importance priority urgent severity',
  'step transition state stage',
  'view visit visitor traffic',
  'row record entry item',
  'column field property attribute',
  'member membership belong access',
  'todo task reminder',
  'vector embedding',
];

const DEEDS: readonly string[] = [
  'list search find query',
  'ask request',
  'cancel abort stop terminate end close void',
  'enable activate on allow',
  'disable deactivate suspend pause off block',
  'restart rerun retry resume',
  'approve accept confirm allow',
  'reject decline deny refuse dismiss',
  'publish release ship post',
  'copy clone duplicate fork',
  'assign assignee give owner transfer delegate',
  'invite invitation collaborate collaborator',
  'review reviewer',
  'watch watcher subscribe subscriber follow follower',
  'star stargazer favorite favourite bookmark like',
  'vote voter like',
  'transition move status',
  'merge squash combine join',
  'transfer move send',
  'run exec execute command',
  'scale replica resize',
  'link connect relate associate',
  'lock freeze',
  'archive store',
  'import load',
  'export download',
  'sync refresh reload',
  'dispute chargeback contest',
  'back return refund',
  'answer respond reply',
  'schedule cron plan recurring',
  'preview upcoming',
  'save attach store',
  'hosted page session link',
  'close reopen update',
  'pause stop halt',
  'mute snooze silence disturb',
  'capture collect take',
  'write author contribute create',
  'play playback player listen',
  'train tune teach',
  'draw paint generate',
  'deploy deployment rollout',
  'kick remove',
  'kill terminate delete',
  'react reaction emoji',
];

/** How much a related word counts beside the one that was asked for. */
const RELATED = 0.65;
/** Verbs say less than things: half of all tools get something. */
const RELATED_VERB = 0.5;

const DERIVED = ['er', 'or', 'ment', 'al'];
const DERIVATION = 0.5;

/** Words that turn a request into a question, which only a read answers. */
const QUESTION = /^\s*(?:what|which|who|whom|whose|where|when|how|why|is|are|do|does|did|can|has|have|am)\b/i;

/** What follows one of these tells where or for whom, not what. */
const ASIDE = /\b(?:of|in|into|inside|on|onto|from|for|to|with|at|by|between|about|within|under)\b/i;

/** Several words that mean what one does. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bmoney back\b/gi, 'refund'],
  [/\blook(?:ing)? up\b/gi, 'lookup'],
  [/\bset up\b/gi, 'create'],
  [/\bget(?:ting)? rid of\b/gi, 'delete'],
  [/\btick(?:ed)? off\b|\bcheck(?:ed)? off\b/gi, 'complete'],
  [/\bkick(?:ed)? out\b/gi, 'remove'],
  [/\bbring(?:ing)? back\b/gi, 'restore'],
  [/\b(?:am I|do I|have I|did I|mine|myself|our)\b/gi, 'my'],
  [/\bsign(?:ed)? (?:up|in)\b|\blog(?:ged)? in\b/gi, 'login'],
  [/\b(?:turn|switch)(?:ed)? on\b/gi, 'enable'],
  [/\b(?:turn|switch|shut)(?:ed)? (?:off|down)\b/gi, 'disable'],
  [/\bby hand\b/gi, 'manually'],
  [/\bhow many\b/gi, 'count'],
];

/** Two words for one thing, in what is asked and in what is there. */
const COMPOUND = /\bpull requests?\b/gi;

export interface Related {
  readonly term: string;
  /** 1 for the word itself. */
  readonly weight: number;
}

const intents = new Map<string, Intent>();
const sometimes = new Map<string, Intent>();
const always = new Set(ALWAYS.split(' ').map(stem));
const related = new Map<string, Map<string, number>>();

for (const [intent, words] of Object.entries(VERBS) as [Intent, string][]) {
  const stems = relate(words, RELATED_VERB);
  for (const one of stems) if (!intents.has(one)) intents.set(one, intent);
}
for (const [intent, words] of Object.entries(SOMETIMES) as [Intent, string][]) {
  for (const one of words.split(' ')) sometimes.set(stem(one), intent);
}
for (const words of [...NOUNS, ...DEEDS]) relate(words, RELATED);

function relate(words: string, weight: number): string[] {
  const stems = words.split(' ').map(stem);
  for (const one of stems) {
    const known = related.get(one) ?? new Map<string, number>();
    for (const other of stems) {
      if (other !== one) known.set(other, Math.max(weight, known.get(other) ?? 0));
    }
    related.set(one, known);
  }
  return stems;
}

/** The term itself first, then what people also call it, and who or what comes of it: `watch`, `watcher`. */
export function relatedTo(term: string): Related[] {
  const others = new Map(related.get(term));
  for (const ending of DERIVED) {
    const root = term.endsWith(ending) ? term.slice(0, -ending.length) : '';
    for (const other of [term + ending, root]) {
      if (other.length >= 3 && !others.has(other)) others.set(other, DERIVATION);
    }
  }
  return [{ term, weight: 1 }, ...[...others].map(([other, weight]) => ({ term: other, weight }))];
}

/**
 * What the word of a request wants done, if it is its verb. `isFirst`: nothing telling stands before it;
 * `hasObject`: an article or its like follows. `deleted` in "a deleted project" says which, not what to do.
 */
export function verbOf(word: string, isFirst: boolean, hasObject: boolean): Intent | undefined {
  const term = stem(word);
  if (isFirst) return intents.get(term) ?? (hasObject ? sometimes.get(term) : undefined);
  return always.has(term) && !word.endsWith('ed') ? intents.get(term) : undefined;
}

/** What a title that begins with this term says that its tool does. */
export function intentOf(term: string): Intent | undefined {
  return intents.get(term);
}

/** Whether a request asks for people. */
export function isAboutPeople(query: string): boolean {
  return /\bwho(?:m|se)?\b/i.test(query);
}

/** What a request is about, and what else it says: `labels` and `issue` in "list the labels of an issue". */
export function splitAside(query: string): readonly [string, string] {
  const at = query.search(ASIDE);
  return at <= 0 ? [query, ''] : [query.slice(0, at), query.slice(at)];
}

export function isQuestion(query: string): boolean {
  return QUESTION.test(query);
}

export function withoutPhrases(query: string): string {
  return withoutCompounds(PHRASES.reduce((text, [phrase, word]) => text.replace(phrase, word), query));
}

export function withoutCompounds(text: string): string {
  return text.replace(COMPOUND, 'pull');
}
