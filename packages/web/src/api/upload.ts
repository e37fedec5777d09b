import { ApiError, readError } from './api-error.ts';
import { signInPath } from './request.ts';

export interface Upload<T> {
  result: Promise<T>;
  /** Ends it; `result` then stays unanswered. */
  cancel: () => void;
}

/** Sends bytes, and says how many have left: `fetch` cannot. `result` fails with an `ApiError`. */
export function upload<T>(path: string, bytes: Blob, onSent: (bytes: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const result = new Promise<T>((resolve, reject) => {
    request.open('POST', `/portal/v1${path}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
    request.addEventListener('error', () =>
      reject(new ApiError(0, 'unreachable', 'Latchkey did not answer. Check the connection.', undefined)),
    );
    request.addEventListener('load', () => {
      const body: unknown = request.response;
      if (request.status === 401) location.assign(signInPath(location));
      else if (request.status >= 300 || body === null)
        reject(readError(request.status, body, request.getResponseHeader('X-Request-Id') ?? undefined));
      // The server is our own and of the same build.
      else resolve(body as T);
    });
    request.send(bytes);
  });
  return { result, cancel: () => request.abort() };
}
