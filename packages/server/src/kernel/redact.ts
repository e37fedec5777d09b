import { CHECKPOINT_FIELD, CHECKPOINT_MESSAGE, looksLikeCheckpoint } from './checkpoint-line.ts';

const HIDDEN = '[secret]';

/** Fields of these names are secrets, however deep they stand and however they are written. */
const SECRET_NAMES =
  /^(?:authorization|proxyauthorization|cookies?|setcookie|password|newpassword|passphrase|secret|clientsecret|token|accesstoken|refreshtoken|idtoken|subjecttoken|actortoken|assertion|clientassertion|apikey|xapikey|privatekey|masterkey|dpop|codeverifier|credential|credentials|csrf)$/;

/** What a secret looks like where nobody named it: in the words of an error, in an address. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // Keys of ours.
  [/\blk_(?:live|test)_[0-9A-Za-z]{8,}/g, HIDDEN],
  // JSON Web Tokens.
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, HIDDEN],
  [/\b(Bearer|Basic|DPoP) +[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  // user:password@ in an address.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${HIDDEN}@`],
  [
    /([?&#](?:access_token|refresh_token|id_token|token|code|state|key|api_key|apikey|secret|client_secret|password|signature|sig)=)[^\s&#"']+/gi,
    `$1${HIDDEN}`,
  ],
  // 256 bits in base64url: codes, refresh tokens, transactions, cookies. A hash of one looks the same, and is no loss.
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, HIDDEN],
];

const CHARACTERS_MAX = 8_192;
const DEPTH_MAX = 6;
const ITEMS_MAX = 50;

/** A text as it may be kept: without what looks like a secret, and not without end. */
export function redactText(text: string): string {
  const short = text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text;
  return SECRET_SHAPES.reduce((left, [shape, instead]) => left.replace(shape, instead), short);
}

/**
 * The fields of a log line as they may be written: secrets by name or by shape are not. A checkpoint is in its own field of
 * its own line: somebody keeps the log for it.
 */
export function redactLine(fields: object, message: string): Record<string, unknown> {
  const kept = redactObject(fields, 0);
  if (message !== CHECKPOINT_MESSAGE) return kept;
  const checkpoint: unknown = Object.entries(fields).find(([name]) => name === CHECKPOINT_FIELD)?.[1];
  return looksLikeCheckpoint(checkpoint) ? { ...kept, [CHECKPOINT_FIELD]: checkpoint } : kept;
}

function redactObject(fields: object, depth: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isSecret = SECRET_NAMES.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
    kept[name] = isSecret && value !== undefined && value !== null ? HIDDEN : redactValue(value, depth + 1);
  }
  return kept;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth > DEPTH_MAX) return '…';
  if (value instanceof Date) return value;
  if (value instanceof Error)
    return redactObject({ name: value.name, message: value.message, stack: value.stack }, depth);
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((one) => redactValue(one, depth + 1));
  return redactObject(value, depth);
}
