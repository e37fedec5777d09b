/** `application/json` of `Application/JSON; charset=utf-8`. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(';')[0] ?? '').trim().toLowerCase();
}

/** What a header can carry: printable ASCII without a blank at either end. */
export function isSendable(mediaType: string): boolean {
  return /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(mediaType);
}

export function isJsonType(mediaType: string): boolean {
  return /^[^/*]+\/(?:[^*]*\+)?json$/.test(essenceOf(mediaType));
}

/** Text that is sent as it is: any text but XML, and JSON lines. */
export function isTextType(mediaType: string): boolean {
  return (essenceOf(mediaType).startsWith('text/') && !isXmlType(mediaType)) || isJsonLinesType(mediaType);
}

export function isJsonLinesType(mediaType: string): boolean {
  return /^application\/(?:x-)?(?:ndjson|jsonl|json-lines|jsonlines)$/.test(essenceOf(mediaType));
}

export function isXmlType(mediaType: string): boolean {
  return /[/+]xml$/.test(essenceOf(mediaType)) && essenceOf(mediaType) !== 'image/svg+xml';
}

/** Types whose content is bytes, whatever their schema says. */
export function isBinaryType(mediaType: string): boolean {
  const essence = essenceOf(mediaType);
  return (
    /^(?:image|audio|video|font)\/[^/]+$/.test(essence) ||
    /^application\/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar|x-zip-compressed|x-binary|binary)$/.test(essence)
  );
}
