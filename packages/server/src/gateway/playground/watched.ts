import type {
  ArgumentFault,
  PreparedRequest,
  ResponseHeaders,
  SentRequest,
  UpstreamResponse,
} from '@latchkey/tools';
import type { CredentialParts } from '../../upstreams/credentials.ts';
import type { CallWatch, SentMessage } from '../pipeline/call-watch.ts';
import { createStopwatch } from './stopwatch.ts';
import type { PlayedFile } from '../../connectors/played-call.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** All that was seen of a call. It has secrets in it: see `createCover`. */
export interface Seen {
  faults: readonly ArgumentFault[];
  prepared: PreparedRequest | undefined;
  credentials: CredentialParts[];
  sent: SentRequest | undefined;
  times: number;
  message: SentMessage | undefined;
  answer: { status: number; headers: ResponseHeaders } | undefined;
  file: PlayedFile | undefined;
}

export function watchCall(nowMs: () => number) {
  const { end, enter } = createStopwatch(nowMs);
  const seen: Seen = {
    faults: [],
    prepared: undefined,
    credentials: [],
    sent: undefined,
    times: 0,
    message: undefined,
    answer: undefined,
    file: undefined,
  };
  const watch: CallWatch = {
    enter,
    unusable(faults) {
      seen.faults = faults;
    },
    prepared(request) {
      seen.prepared = request;
    },
    credential(parts) {
      seen.credentials.push(parts);
    },
    sender: {
      sending(sent) {
        seen.sent = sent;
        seen.times += 1;
        enter('connect');
      },
      connected: () => enter('wait'),
      answered: () => enter('body'),
    },
    message(sent) {
      seen.message = sent;
    },
    answered({ headers, status }: UpstreamResponse) {
      seen.answer = { status, headers };
    },
    file({ mimeType, name }, bytes) {
      const data = bytes.length > FILE_BYTES_MAX ? undefined : bytes.toString('base64');
      seen.file = { name, mimeType, bytes: bytes.length, data };
    },
  };
  return { watch, seen, end };
}
