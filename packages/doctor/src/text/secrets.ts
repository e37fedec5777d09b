import { urlOf } from '../http/url.ts';
import { clean } from './clean.ts';

/** What must not be in any output: tokens, codes, secrets, wherever a server repeats them. */
export interface Secrets {
  add(secret: string | undefined): void;
  /** What may be secret in a URL that was typed: user name, password, query, fragment. */
  addUrl(typed: string): void;
  /** The text without them, and without the beginning of one that was cut. */
  hide(text: string): string;
}

const MASK = '[hidden]';
/** Shorter ones would take words out of sentences. */
const LENGTH_MIN = 6;
/** What is left of a secret that was cut; fewer characters of it tell nobody anything. */
const BEGINNING_MIN = 12;

export function createSecrets(): Secrets {
  /** With what is shown in its place. */
  const known = new Map<string, string>();
  const add = (secret: string | undefined): void => {
    if (secret === undefined) return;
    // Also as texts that are cleaned hold it.
    for (const form of [secret, clean(secret, Infinity)]) {
      if (form.length < LENGTH_MIN) continue;
      known.set(form, MASK);
      known.set(escaped(form), MASK);
    }
  };
  return {
    add,
    addUrl(typed) {
      for (const text of [typed, urlOf(typed)?.href ?? '']) {
        const [, name, query, fragment] = PARTS.exec(text) ?? [];
        // Each as a whole, with what makes it one: so even a short one is hidden where the URL is repeated.
        if (name !== undefined) known.set(name, '//…@');
        if (query !== undefined) known.set(query, '?…');
        if (fragment !== undefined) known.set(fragment, '#…');
        const pairs = (query ?? '?').slice(1).split('&');
        const values = pairs.map((pair) => pair.slice(pair.indexOf('=') + 1));
        for (const value of [...(name ?? '').slice(2, -1).split(':'), ...values]) {
          add(value);
          add(new URLSearchParams(`=${value}`).get('') ?? undefined);
        }
      }
    },
    hide(text) {
      // The longest first: one may begin with another.
      const all = [...known].toSorted(([one], [other]) => other.length - one.length);
      let hidden = text;
      for (const [secret, shown] of all) hidden = hidden.replaceAll(secret, () => shown);
      for (const [secret, shown] of all) hidden = withoutBeginning(hidden, secret, shown);
      return hidden;
    },
  };
}

/** Of a URL: what is before the host, the query, the fragment. */
const PARTS = /^[^/?#]*(\/\/[^/?#]*@)?[^?#]*(\?[^#]+)?(#.+)?$/s;

/** Checks cut what they repeat before anybody looks for secrets in it, and so do servers. */
function withoutBeginning(text: string, secret: string, shown: string): string {
  // The beginning of a URL is the beginning of many.
  if (secret.length <= BEGINNING_MIN || /^https?(:|%3a)/i.test(secret)) return text;
  const beginning = secret.slice(0, BEGINNING_MIN);
  let hidden = '';
  let from = 0;
  for (;;) {
    const at = text.indexOf(beginning, from);
    if (at === -1) return hidden + text.slice(from);
    let end = at + BEGINNING_MIN;
    while (end < text.length && text[end] === secret[end - at]) end += 1;
    hidden += text.slice(from, at) + shown;
    from = end;
  }
}

/** As a query holds it; half a surrogate pair, which a server may send, is nothing that a URL can hold. */
function escaped(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}
