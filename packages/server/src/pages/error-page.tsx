import type { Context } from 'hono';
import type { Child, FC } from 'hono/jsx';
import type { RequestId } from '../kernel/ids.ts';
import { document, Page } from './layout.tsx';

export interface ErrorPageProps {
  /** A short sentence: what happened, in plain words. */
  readonly title: string;
  readonly message: Child;
  /** What the reader can do now. */
  readonly next?: Child | undefined;
  /** For whoever is told about it: an OAuth error code or one of ours. */
  readonly code: string;
  readonly requestId: RequestId;
}

export const ErrorPage: FC<ErrorPageProps> = ({ title, message, next, code, requestId }) => (
  <Page title={title}>
    <h1>{title}</h1>
    <p class="lead">{message}</p>
    {next === undefined ? null : <p>{next}</p>}
    <dl class="facts small">
      <dt>Code</dt>
      <dd>
        <code>{code}</code>
      </dd>
      <dt>Request</dt>
      <dd>
        <code>{requestId}</code>
      </dd>
    </dl>
  </Page>
);

export type PageStatus =
  | 400
  | 401
  | 402
  | 403
  | 404
  | 405
  | 409
  | 410
  | 413
  | 415
  | 422
  | 429
  | 500
  | 502
  | 503
  | 504;

export function errorPage(c: Context, status: PageStatus, props: ErrorPageProps) {
  return c.html(document(<ErrorPage {...props} />), status);
}
