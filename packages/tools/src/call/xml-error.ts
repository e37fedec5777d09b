const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** What an error in XML says: its code and its message, as S3 and SOAP write them. */
export function xmlErrorText(text: string): string {
  const code = elementText(text, ['Code', 'code', 'faultcode', 'errorCode']);
  const message = elementText(text, ['Message', 'message', 'faultstring', 'detail', 'description', 'title']);
  if (code === undefined && message === undefined) return 'an XML document';
  return [code === undefined ? '' : `(${code})`, message ?? ''].filter((part) => part !== '').join(' ');
}

function elementText(text: string, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = new RegExp(`<(?:\\w{1,20}:)?${name}(?:\\s[^<>]{0,200})?>([^<]{1,1000})<`)
      .exec(text)?.[1]
      ?.trim();
    if (found !== undefined && found !== '')
      return found.replace(/&(\w{2,4});/g, (entity, key: string) => ENTITIES.get(key) ?? entity);
  }
  return undefined;
}
