import { askToConfirm } from '../confirm/confirmation.ts';
import { giveFocusBack } from '../confirm/give-focus-back.ts';
import { confirmText } from '../text/confirm.ts';
import { ApiError, readError } from './api-error.ts';

const TIMEOUT_MS = 20_000;

export function get<T>(path: string): Promise<T> {
  return request<T>(path, { method: 'GET' });
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return send<T>('POST', path, body);
}

/** As long as `signal` lets it: for what takes as long as others take. What was cancelled is an `ApiError`, too. */
export function postPatiently<T>(path: string, body: unknown, signal: AbortSignal): Promise<T> {
  return request<T>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PUT', path, body);
}

function send<T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T> {
  return request<T>(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * Throws `ApiError`. Without a session it leaves for the sign-in page, which leads back here. What takes a recent
 * sign-in has the person confirm that it is them, and is then asked for once more.
 */
async function request<T>(path: string, init: RequestInit): Promise<T> {
  const from = document.activeElement;
  let response: Response;
  try {
    response = await fetch(`/portal/v1${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  } catch {
    throw new ApiError(0, 'unreachable', 'Latchkey did not answer. Check the connection.', undefined);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401) {
    location.assign(signInPath(location));
    return new Promise(() => {});
  }
  if (!response.ok || body === undefined) {
    const error = readError(response.status, body, response.headers.get('X-Request-Id') ?? undefined);
    if (error.code !== 'reauthentication_required') throw error;
    const isConfirmed = await askToConfirm();
    giveFocusBack(from);
    if (isConfirmed) return request(path, init);
    throw new ApiError(error.status, 'not_confirmed', confirmText.notConfirmed, undefined);
  }
  // The server is our own and of the same build.
  return body as T;
}

export function signInPath({ pathname, search }: { pathname: string; search: string }): string {
  return `/sign-in?return_to=${encodeURIComponent(pathname + search)}`;
}
