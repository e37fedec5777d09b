import { pngSize } from './icon.ts';
import type { ListingInput, ListingItem, Weight } from './listing.ts';

const TITLE_MAX = 64;
const TAGLINE_MAX = 55;
const WORDS = { min: 50, max: 100 };
const PROMPTS_MIN = 3;
const ICON_PIXELS = 512;

interface Fact {
  readonly id: string;
  readonly weight: Weight;
  readonly title: string;
  /** What is there and as it should be. */
  readonly met?: string | undefined;
  /** What is there instead. */
  readonly seen: string;
  readonly give: string;
}

/** What a directory asks of whoever publishes. */
export function judgeAbout({ about, address, pageFaults = new Map() }: ListingInput): ListingItem[] {
  const { author, description, documentation, license, prompts, support, tagline, terms, title } = about;
  const words = description.split(/\s+/).filter((word) => word !== '').length;
  const facts: Fact[] = [
    {
      id: 'title',
      weight: 'required',
      title: `A name of at most ${TITLE_MAX} characters`,
      met: title !== '' && title.length <= TITLE_MAX ? title : undefined,
      seen: `${title.length} characters`,
      give: '"title"',
    },
    {
      id: 'tagline',
      weight: 'required',
      title: `A line of at most ${TAGLINE_MAX} characters that says what it is for`,
      met: tagline !== undefined && tagline.length <= TAGLINE_MAX ? tagline : undefined,
      seen: tagline === undefined ? 'none' : `${tagline.length} characters`,
      give: '"tagline"',
    },
    {
      id: 'description',
      weight: 'required',
      title: `A description of ${WORDS.min} to ${WORDS.max} words`,
      met: words >= WORDS.min && words <= WORDS.max ? `${words} words` : undefined,
      seen: `${words} words`,
      give: '"description"',
    },
    {
      id: 'prompts',
      weight: 'required',
      title: `At least ${PROMPTS_MIN} examples of what people can ask for`,
      met: prompts.length >= PROMPTS_MIN ? `${prompts.length}` : undefined,
      seen: `${prompts.length}`,
      give: '"prompts"',
    },
    page('privacy', 'A privacy policy', about.privacyPolicy, 'privacy_policy', pageFaults),
    page('terms', 'Terms of service', terms, 'terms', pageFaults),
    page('documentation', 'Public documentation', documentation, 'documentation', pageFaults),
    {
      id: 'support',
      weight: 'required',
      title: 'Where people are helped',
      met: support,
      seen: 'nothing',
      give: '"support": an https address or an e-mail address',
    },
    {
      id: 'author',
      weight: 'required',
      title: 'Who publishes it, and how to reach them',
      met: (author?.email ?? author?.url) ? author?.name : undefined,
      seen: author === undefined ? 'nobody' : `${author.name}, without an address`,
      give: '"author" with "name" and "email" or "url"',
    },
    icon(about.icon),
    {
      id: 'https',
      weight: 'required',
      title: 'The API is reached by https',
      met: address.startsWith('https://') ? new URL(address).origin : undefined,
      seen: new URL(address).origin,
      give: '--base-url https://…',
    },
    {
      id: 'license',
      weight: 'advised',
      title: 'A licence of the package',
      met: license,
      seen: 'none: nobody may copy it',
      give: '"license": an SPDX expression, such as MIT',
    },
    {
      id: 'repository',
      weight: 'advised',
      title: 'Where the source of the package is',
      met: about.repository,
      seen: 'nowhere',
      give: '"repository"; npm shows provenance for packages that have one',
    },
  ];
  return [...facts.map(judged), testAccount()];
}

function judged({ give, id, met, seen, title, weight }: Fact): ListingItem {
  return met === undefined
    ? { id, weight, title, state: 'missing', seen, give }
    : { id, weight, title, state: 'met', seen: met };
}

function page(
  id: string,
  title: string,
  url: string | undefined,
  field: string,
  faults: ReadonlyMap<string, string>,
): Fact {
  const isHttps = url?.startsWith('https://') === true;
  const fault = isHttps ? faults.get(url) : undefined;
  return {
    id,
    weight: 'required',
    title: `${title}, by https`,
    met: isHttps && fault === undefined ? url : undefined,
    seen: fault === undefined ? (url ?? 'none') : `${url} ${fault}`,
    give: fault === undefined ? `"${field}": an https address` : 'a page that answers with 200 and HTML',
  };
}

function icon(bytes: Uint8Array | undefined): Fact {
  const size = bytes && pngSize(bytes);
  const shown = size && `${size.width} x ${size.height}`;
  const isGood = size !== undefined && size.width === size.height && size.width >= ICON_PIXELS;
  return {
    id: 'icon',
    weight: 'required',
    title: `An icon: a square PNG of at least ${ICON_PIXELS} x ${ICON_PIXELS}`,
    met: isGood ? shown : undefined,
    seen: bytes === undefined ? 'none' : (shown ?? 'no PNG'),
    give: '"icon": a file',
  };
}

function testAccount(): ListingItem {
  return {
    id: 'test-account',
    weight: 'person',
    title: 'An account with data for the reviewers, without a second factor, good for 30 days',
    state: 'look',
    seen: 'it is no part of the package',
    give: 'write it into the form of the directory; never into these files',
  };
}
