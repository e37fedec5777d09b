import { isObject, ownText } from '../json.ts';
import type { Resolver } from './resolve.ts';

const URL_CHARACTERS = 200;

/** Where the document sends people who want to read about the API: its documentation, else whom to ask. */
export function docsUrlOf(resolver: Resolver): string | undefined {
  for (const path of [['externalDocs'], ['info', 'contact']]) {
    let place = resolver.step(resolver.root, path[0] ?? '');
    for (const key of path.slice(1)) place = place && resolver.step(place, key);
    const url = place && isObject(place.node) ? readUrl(ownText(place.node, 'url') ?? '') : undefined;
    if (url !== undefined) return url;
  }
  return undefined;
}

/** An http or https URL as it is normalised, without a user. Models read it: anything else is no address. */
export function readUrl(text: string): string | undefined {
  if (text.length > URL_CHARACTERS || !URL.canParse(text)) return undefined;
  const { href, protocol, username, password } = new URL(text);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' && href.length <= URL_CHARACTERS ? href : undefined;
}
