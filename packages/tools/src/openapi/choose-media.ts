import type { BodyKind } from '../catalogue/types.ts';
import { filesIn } from './file.ts';
import { essenceOf, isBinaryType, isJsonType, isSendable, isTextType, isXmlType } from './media-type.ts';
import type { Place, ReferenceFault } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';

/** One media type of a body. */
export interface Media {
  readonly contentType: string;
  readonly place: Place;
  readonly schema?: Place;
  /** It is a reference that leads nowhere. */
  readonly fault?: ReferenceFault;
}

export interface ChosenMedia {
  readonly kind: BodyKind;
  readonly contentType: string;
  readonly media: Media;
  readonly contentTypes?: readonly string[];
}

/** The media type that is easiest to send: JSON, a form, multipart, text, the bytes of a file. None for XML alone. */
export function chooseMedia(
  all: readonly Media[],
  schemas: Schemas,
  budget: Budget,
): ChosenMedia | undefined {
  const known = all.filter(({ contentType }) => isSendable(contentType));
  const find = (test: (one: Media, essence: string) => boolean): Media | undefined =>
    known.find((one) => test(one, essenceOf(one.contentType)));
  const as = (kind: BodyKind, media: Media | undefined): ChosenMedia | undefined =>
    media && { kind, contentType: media.contentType, media };
  const isBytes = ({ schema }: Media): boolean =>
    schema !== undefined && schemas.view([schema], budget).bytes === 'raw';

  const json = chooseJson(known, schemas, budget);
  if (json) return as('json', json);
  const fields = (one: Media): boolean => hasFields(one, schemas, budget);
  const form = find((one, essence) => essence === 'application/x-www-form-urlencoded' && fields(one));
  const multipart =
    find(
      (one, essence) => essence === 'multipart/form-data' && (fields(one) || isFiles(one, schemas, budget)),
    ) ?? find((one, essence) => essence === 'multipart/mixed' && fields(one));
  // A form cannot carry a file.
  if (form && !(multipart && hasFiles(multipart, schemas, budget))) return as('form', form);
  if (multipart) return as('multipart', multipart);
  const text = find(({ contentType }, essence) => isTextType(contentType) && !essence.endsWith('*'));
  if (text) return as('text', text);
  const encoded = find(
    ({ contentType, schema }) =>
      isBinaryType(contentType) && schema !== undefined && schemas.view([schema], budget).bytes === 'base64',
  );
  if (encoded) return as('text', encoded);
  const binary = known.filter(
    (one) => isBinaryType(one.contentType) || (isBytes(one) && !isXmlType(one.contentType)),
  );
  if (binary[0]) return chooseBytes(binary, binary[0]);
  // "Anything" includes JSON and text.
  const anything = find((_, essence) => essence === '*/*' || essence === 'application/*');
  if (anything) return { kind: 'json', contentType: 'application/json', media: anything };
  const anyText = find((_, essence) => essence === 'text/*');
  return anyText && { kind: 'text', contentType: 'text/plain', media: anyText };
}

/** A patch of RFC 6902 is a list of steps, which fits few schemas and few callers: a merge patch goes before it. */
function chooseJson(known: readonly Media[], schemas: Schemas, budget: Budget): Media | undefined {
  const takesObject = ({ schema }: Media): boolean => {
    const types = schema && schemas.view([schema], budget).types;
    return types === undefined || types.includes('object');
  };
  const rank = (one: Media): number => {
    const essence = essenceOf(one.contentType);
    if (essence === 'application/json') return 0;
    if (essence === 'application/json-patch+json') return 3;
    if (essence.endsWith('merge-patch+json')) return takesObject(one) ? 2 : 4;
    return 1;
  };
  return known
    .filter(({ contentType }) => isJsonType(contentType))
    .reduce<Media | undefined>((best, one) => (best && rank(best) <= rank(one) ? best : one), undefined);
}

function chooseBytes(binary: readonly Media[], first: Media): ChosenMedia {
  const names = binary.map(({ contentType }) => contentType);
  const exact = names.find((name) => !name.includes('*'));
  return {
    kind: 'binary',
    contentType: exact ?? 'application/octet-stream',
    media: first,
    ...(names.length > 1 || exact === undefined ? { contentTypes: names } : {}),
  };
}

/** A form is a list of names and values; a schema that has no names cannot be sent as one. */
function hasFields({ schema }: Media, schemas: Schemas, budget: Budget): boolean {
  const types = schema && schemas.view([schema], budget).types;
  return types === undefined || types.includes('object');
}

/** The whole body is one file or a list of them, without a name for the field. */
export function isFiles({ schema }: Media, schemas: Schemas, budget: Budget): boolean {
  return schema !== undefined && filesIn([schema], undefined, schemas, budget) !== undefined;
}

function hasFiles({ schema }: Media, schemas: Schemas, budget: Budget): boolean {
  if (!schema) return false;
  const { properties } = schemas.view([schema], budget);
  return [...properties.values()].some((places) => filesIn(places, undefined, schemas, budget) !== undefined);
}
