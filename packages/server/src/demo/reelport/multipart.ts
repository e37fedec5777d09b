import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import busboy from 'busboy';
import { z } from 'zod';

import { chunksUpTo, mediaTypeOf, tooLarge } from './body.ts';
import { line, parse } from './input.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { Problem, invalid } from './problem.ts';

const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** What the form may add to the file: boundaries, part headers, the title. */
const FORM_BYTES_MAX = 65_536;

const formSchema = z.strictObject({
  file: z.strictObject({
    filename: line(200),
    contentType: z.string(),
    bytes: z.number(),
    sha256: z.string(),
  }),
  title: line(120).optional(),
});
export type UploadForm = z.infer<typeof formSchema>;

/** Reads the form as it arrives. Of the file only its size and digest are kept. */
export async function readUploadForm(request: Request): Promise<UploadForm> {
  if (mediaTypeOf(request.headers.get('content-type')) !== 'multipart/form-data') {
    throw new Problem('unsupported_media_type', 'Send the body as multipart/form-data.');
  }
  const parts = new Map<string, unknown>();
  let refusal: Problem | undefined;
  const form = openForm(request);
  const add = (name: string, value: unknown): void => {
    if (parts.has(name)) refusal ??= invalid([{ in: 'body', field: name, message: 'must be given once' }]);
    parts.set(name, value);
  };
  form.on('field', (name, value) => add(name.slice(0, 200), value));
  form.on('file', (name, stream, info) => {
    const contentType = mediaTypeOf(info.mimeType);
    if (!MEDIA_TYPES.some((type) => type === contentType)) {
      refusal ??= new Problem('unsupported_media_type', `A file may be ${MEDIA_TYPES.join(', ')}.`);
    }
    const digest = createHash('sha256');
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      digest.update(chunk);
    });
    stream.on('limit', () => {
      refusal ??= tooLarge(FILE_BYTES_MAX);
    });
    // The form reports the same fault; without a listener here it would end the process.
    stream.on('error', () => {});
    stream.on('end', () => {
      if (bytes === 0) refusal ??= invalid([{ in: 'body', field: 'file', message: 'must not be empty' }]);
      add(name.slice(0, 200), { filename: info.filename, contentType, bytes, sha256: digest.digest('hex') });
    });
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    form.on(limit, () => {
      refusal ??= invalid([{ in: 'body', field: '', message: 'holds too many parts' }]);
    });
  }
  try {
    await pipeline(Readable.from(chunksUpTo(request, FILE_BYTES_MAX + FORM_BYTES_MAX)), form);
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    throw new Problem('invalid_body', 'The body is not a valid multipart form.', { cause: thrown });
  }
  if (refusal !== undefined) throw refusal;
  return parse('body', formSchema, Object.fromEntries(parts));
}

function openForm(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      defParamCharset: 'utf8',
      limits: {
        files: 1,
        fields: 3,
        parts: 4,
        // The limit is reported on reaching it, so it is one above what is allowed.
        fileSize: FILE_BYTES_MAX + 1,
        fieldSize: 1_000,
        fieldNameSize: 100,
      },
    });
  } catch (cause) {
    throw new Problem('invalid_body', 'The Content-Type of the form lacks its boundary.', { cause });
  }
}
