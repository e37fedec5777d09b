import { ApiError, readError } from './api-error.ts';

const TIMEOUT_MS = 20_000;

export function get<T>(path: string): Promise<T> {
  return request<T>(path, { method: 'GET' });
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return send<T>('POST', path, body);
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

/** Throws `ApiError`. Without a session it leaves for the sign-in page, which leads back here. */
async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/portal/v1${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError(0, 'unreachable', 'Latchkey did not answer. Check the connection.', undefined);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401) {
    location.assign(signInPath(location));
    return new Promise(() => {});
  }
  if (!response.ok || body === undefined) {
    throw readError(response.status, body, response.headers.get('X-Request-Id') ?? undefined);
  }
  // The server is our own and of the same build.
  return body as T;
}

export function signInPath({ pathname, search }: { pathname: string; search: string }): string {
  return `/sign-in?return_to=${encodeURIComponent(pathname + search)}`;
}
